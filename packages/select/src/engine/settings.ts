// How much queries may take of a machine.
import { availableParallelism, tmpdir } from 'node:os'

const MIB = 1024 * 1024

/** Plain data, so that it can be sent to serving processes. */
export interface SelectSettings {
  /** Queries that run at a time. */
  readonly concurrency: number
  /** Queries that wait for their turn; one more is answered with `Busy`. */
  readonly waitingMax: number
  /** How long one waits before it is answered with `Busy`. */
  readonly waitingMsMax: number
  /** How long one may run, its client's reading included. */
  readonly queryMsMax: number
  /** What the process of one may take. */
  readonly memoryBytesMax: number
  /** Threads of one. */
  readonly threads: number
  /** Stored objects of fewer bytes are read by one thread: they are done before others have begun. */
  readonly threadsFromBytes: number
  /** Where objects pass through, in a private folder of its own that is removed at the end. */
  readonly spoolFolder: string
  /** Most of an object of Parquet that is read at a time. */
  readonly wholeBytesMax: number
  /** Whole records that are handed over at a time. */
  readonly batchBytes: number
  /** How long a process that is ready waits for a query before it ends. */
  readonly spareMs: number
  /** Instead of the usual one, for tests: the URL of a module that opens executions. */
  readonly executionModule: string | undefined
}

export function defaultSelectSettings(): SelectSettings {
  return {
    concurrency: 2,
    waitingMax: 8,
    waitingMsMax: 10_000,
    queryMsMax: 600_000,
    memoryBytesMax: 512 * MIB,
    threads: Math.min(4, availableParallelism()),
    threadsFromBytes: 64 * MIB,
    spoolFolder: tmpdir(),
    wholeBytesMax: 2048 * MIB,
    batchBytes: 16 * MIB,
    spareMs: 60_000,
    executionModule: undefined,
  }
}
