// How a query runs over an object: batch by batch of whole records, decompressed.
import type { BatchBytes } from './batch-bytes.js'
import type { ObjectRanges } from './parquet/object-ranges.js'

/** Whole records, in the object's order. */
export interface Batch {
  readonly bytes: BatchBytes
  /** Where in the stored object it stands, if anyone in the process can read it there. */
  readonly stored?: { readonly start: number; readonly end: number }
  /** Whether the object begins with it: its header line, if it has one, is the first record. */
  readonly isFirst: boolean
  /** It was run, and all was taken that it adds. */
  release(): Promise<void>
}

/** Records of a Parquet object, as a Parquet file. */
export interface FileBatch {
  readonly path: string
}

/** A piece of a result, in a file of the query's folder. */
export interface ResultPart {
  readonly path: string
  /** From its beginning. */
  readonly length: number
}

export type ResultPiece = Uint8Array | ResultPart

/** How many batches may be under way at once. */
export const BATCHES_AT_ONCE = 2

/** One query over one object. Batches come one after the other, and what they add is taken in that order. */
export interface Execution<B = Batch> {
  /**
   * What the batch adds to the result, in the output's format, in pieces of any size. A piece is valid only until the next
   * one is asked for: then also its file may be written anew. Rejects with a SelectError.
   */
  run(batch: B): AsyncIterable<ResultPiece>
  /** Whether the next batch may be run before all was taken that the last one adds. */
  readonly runsAhead: boolean
  /** What is only known when the object ended, such as aggregates: pieces as those of `run`, which are small. */
  finish(): AsyncIterable<Uint8Array>
  /** Whether no further batch can add anything, because LIMIT was reached. */
  readonly isDone: boolean
  close(): Promise<void>
}

/** One that finds the records of an object by itself. */
export interface RangedExecution extends Execution<FileBatch> {
  batches(object: ObjectRanges): AsyncGenerator<FileBatch>
  /** Whether a batch may be read before all was taken that the last one adds. */
  readonly readsAhead: boolean
}
