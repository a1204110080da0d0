// Where the bytes of a read go: into memory that the consumer may keep, or into buffers that serve again and again.
import { BLOCK_SIZE } from './blob-format.js'
import { BufferPool } from './buffers.js'

export interface ReadMemory {
  /** Of one read, in whole blocks. */
  readonly readSize: number
  readonly take: (length: number) => Buffer
  /** Nothing that was taken is in use any more. */
  readonly release: () => void
}

/** Not from a pool, and never used twice: the consumer may keep what it was given. */
export const OWN_MEMORY: ReadMemory = {
  readSize: 8 * BLOCK_SIZE,
  take: (length) => Buffer.allocUnsafeSlow(length),
  release() {},
}

const pool = new BufferPool(16 * BLOCK_SIZE, 16)

/** Two buffers in turn: one is the consumer's while the other is filled. */
export class LentMemory implements ReadMemory {
  readonly readSize = pool.bytes
  #filled: Buffer | undefined
  #lent: Buffer | undefined

  take(length: number): Buffer {
    const buffer = this.#lent ?? pool.take()
    this.#lent = this.#filled
    this.#filled = buffer
    return buffer.subarray(0, length)
  }

  /** Not to be called for a consumer that gave up: it may still have a buffer in use, which must be nobody else's. */
  release(): void {
    for (const buffer of [this.#filled, this.#lent]) if (buffer) pool.give(buffer)
  }
}
