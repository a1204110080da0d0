// Buffers that uploads gather their bytes in, used again and again: left to the garbage collector they would pile
// up between its runs, to several times what is in use.

export const WRITE_SIZE = 512 * 1024
/** Kept for the next uploads; more than these go to the garbage collector after all. */
const KEPT_MAX = 64

const free: Buffer[] = []

export function takeBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(WRITE_SIZE)
}

/** The caller must not touch it again. */
export function giveBuffer(buffer: Buffer): void {
  if (free.length < KEPT_MAX) free.push(buffer)
}
