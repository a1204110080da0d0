// Cuts a stream of bytes of any sizes into blocks that cryptography works on at once.

/** Larger pieces are cut, so that what is being worked on stays small beside what is on its way. */
const BLOCK_BYTES_MAX = 1024 * 1024

/**
 * The same bytes in blocks that are multiples of `unit`, but for the last, which may be shorter, and is there even
 * where it is empty. A block is good until the next one is asked for: it is a view of a piece where that is long enough, and
 * else of memory that is used again.
 */
export async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  unit: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  const most = Math.max(unit, BLOCK_BYTES_MAX - (BLOCK_BYTES_MAX % unit))
  let begun = new Uint8Array(0)
  let filled = 0
  for await (const piece of source) {
    let at = 0
    while (at < piece.length) {
      const whole = Math.min(most, Math.floor((piece.length - at) / unit) * unit)
      if (filled === 0 && whole > 0) {
        yield { bytes: piece.subarray(at, at + whole), isLast: false }
        at += whole
        continue
      }
      if (begun.length === 0) begun = new Uint8Array(unit)
      const taken = piece.subarray(at, at + unit - filled)
      begun.set(taken, filled)
      filled += taken.length
      at += taken.length
      if (filled === unit) {
        filled = 0
        yield { bytes: begun, isLast: false }
      }
    }
  }
  yield { bytes: begun.subarray(0, filled), isLast: true }
}
