// Batches in memory, each where the one before it was.
import { open } from 'node:fs/promises'
import type { Batch } from '../execution.js'

/** Grown to, so that few batches need another. */
const STEP_BYTES = 1024 * 1024

export class BatchReader {
  #buffer: Buffer = Buffer.alloc(0)

  /** Good until the next one is read. */
  async read({ path, length }: Batch): Promise<Buffer> {
    if (this.#buffer.length < length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(length / STEP_BYTES) * STEP_BYTES)
    }
    const file = await open(path, 'r')
    try {
      for (let offset = 0; offset < length; ) {
        const { bytesRead } = await file.read(this.#buffer, offset, length - offset, offset)
        if (bytesRead === 0) throw new Error('A batch is shorter than it was said to be.')
        offset += bytesRead
      }
    } finally {
      await file.close()
    }
    return this.#buffer.subarray(0, length)
  }
}
