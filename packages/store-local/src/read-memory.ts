// Where the bytes of a read go: into memory that the consumer may keep, or into buffers that serve again and again.
import { BLOCK_SIZE } from './blob-format.js'
import { BufferPool } from './buffers.js'

export interface ReadMemory {
  /** Of one read, in whole blocks. */
  readonly readSize: number
  /** Reads that may be under way, or done, while the consumer has a chunk. */
  readonly readsAhead: number
  readonly take: (length: number) => Buffer
  /** Nothing that was taken is in use any more. */
  readonly release: () => void
}

/** Not from a pool, and never used twice: the consumer may keep what it was given. */
export const OWN_MEMORY: ReadMemory = {
  readSize: 8 * BLOCK_SIZE,
  readsAhead: 1,
  take: (length) => Buffer.allocUnsafeSlow(length),
  release() {},
}

/** From the smallest. */
const pools = [new BufferPool(8 * BLOCK_SIZE, 32), new BufferPool(16 * BLOCK_SIZE, 8)] as const

/** Three buffers in turn: one is the consumer's, one is verified, one is filled. */
export class LentMemory implements ReadMemory {
  readonly readSize: number
  readonly readsAhead = 2
  readonly #pool: BufferPool
  readonly #buffers: Buffer[] = []
  #taken = 0

  /** For reads of about so many bytes. */
  constructor(bytes: number) {
    this.#pool = pools.find((pool) => pool.bytes >= bytes) ?? pools[1]
    this.readSize = this.#pool.bytes
  }

  /** What was taken three turns ago serves again. */
  take(length: number): Buffer {
    const turn = this.#taken++ % (this.readsAhead + 1)
    const buffer = this.#buffers[turn] ?? this.#pool.take()
    this.#buffers[turn] = buffer
    return buffer.subarray(0, length)
  }

  /** Not to be called for a consumer that gave up: it may still have a buffer in use, which must be nobody else's. */
  release(): void {
    for (const buffer of this.#buffers.splice(0)) this.#pool.give(buffer)
  }
}
