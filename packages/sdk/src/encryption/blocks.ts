// Cuts a stream of bytes of any sizes into blocks that cryptography works on at once.

/** Larger pieces are cut, so that what is being worked on stays small beside what is on its way. */
const BLOCK_BYTES_MAX = 1024 * 1024

/**
 * The same bytes in blocks that are multiples of `unit`, but for the last, which may be shorter, and is there even
 * where it is empty. Blocks are views of the pieces where those are long enough.
 */
export async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  unit: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  const most = Math.max(unit, BLOCK_BYTES_MAX - (BLOCK_BYTES_MAX % unit))
  // A new one each time: what was given out belongs to its receiver.
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
      if (filled === 0) begun = new Uint8Array(unit)
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
