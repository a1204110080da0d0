// One execution for the beginning of an object, which may be all of it, another for the rest.
import type { Batch, Execution } from './execution.js'

/** First batches are smaller, whatever the object's size, but for records of nearly their size. */
const FIRST_BYTES_MAX = 2 * 1024 * 1024

/** Closing, and what is only known at the end, are `large`'s business: the two share their state. */
export function bySize(small: Execution, large: Execution): Execution {
  return {
    run(batch: Batch) {
      const isBeginning = batch.isFirst && batch.bytes.length < FIRST_BYTES_MAX
      return (isBeginning ? small : large).run(batch)
    },
    finish: () => large.finish(),
    get runsAhead() {
      return large.runsAhead
    },
    get isDone() {
      return large.isDone
    },
    close: () => large.close(),
  }
}
