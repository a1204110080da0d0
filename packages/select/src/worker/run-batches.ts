// Batches through an execution: the next one is begun while the last one is still at work, where that may be.
import type { Execution, ResultPiece } from '../execution.js'

/** `take` gets what each batch adds, in order, and rejects with what it fails with. */
export async function runBatches<B>(
  execution: Execution<B>,
  batches: AsyncIterable<B>,
  take: (pieces: AsyncIterable<ResultPiece>, batch: B) => Promise<void>,
): Promise<void> {
  let before = Promise.resolve()
  try {
    for await (const batch of batches) {
      const earlier = before
      const pieces = execution.run(batch)
      before = earlier.then(() => take(pieces, batch))
      // It is told below.
      before.catch(() => undefined)
      await (execution.runsAhead ? earlier : before)
      if (execution.isDone) break
    }
  } finally {
    // What was found before a failure comes before it.
    await before
  }
}
