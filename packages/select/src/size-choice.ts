// One execution for small objects, another for the rest.
import type { Batch, Execution } from './execution.js'

/** Batches but the last have at least this many bytes, so a first one that has fewer is the whole object. */
export const SMALL_BYTES_MAX = 1024 * 1024

/** Closing, and what is only known at the end, are `large`'s business: the two share their state. */
export function bySize(small: Execution, large: Execution): Execution {
  let chosen = large
  return {
    run(batch: Batch) {
      if (batch.isFirst && batch.length < SMALL_BYTES_MAX) chosen = small
      return chosen.run(batch)
    },
    finish: () => large.finish(),
    get isDone() {
      return large.isDone
    },
    close: () => large.close(),
  }
}
