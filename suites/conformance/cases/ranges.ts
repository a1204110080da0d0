// Ranges of a read, and what they are answered with.

/** Of ten bytes: the first that is given, and the first that is not. */
export const SMALL_RANGES: readonly (readonly [range: string, start: number, end: number])[] = [
  ['bytes=0-0', 0, 1],
  ['bytes=2-5', 2, 6],
  ['bytes=7-', 7, 10],
  ['bytes=-3', 7, 10],
  ['bytes=0-9', 0, 10],
  ['bytes=5-99999999999999999999', 5, 10],
  ['bytes=-99', 0, 10],
]

/** Of 200,000 bytes. */
export const LARGE_RANGES: readonly (readonly [range: string, start: number, end: number])[] = [
  ['bytes=0-8191', 0, 8192],
  ['bytes=100000-150000', 100_000, 150_001],
  ['bytes=199999-', 199_999, 200_000],
  ['bytes=-70000', 130_000, 200_000],
]

/** Of ten bytes: none of them. */
export const RANGES_BEYOND = ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-']

/** Answered with the whole object. */
export const RANGES_PASSED_OVER = ['bytes=5-2', 'bytes=a-b', 'bytes=-', 'items=0-1', 'bytes=0-1,4-5', '2-5']
