// Batches in memory, for tests.
import { MemoryBytes } from '../batch-bytes.js'
import type { Batch } from '../execution.js'

/** `index`: which of an object's it is. */
export function batchOf(text: string | Uint8Array, index: number): Batch {
  const bytes = new MemoryBytes(Buffer.from(text))
  return { bytes, isFirst: index === 0, release: async () => undefined }
}
