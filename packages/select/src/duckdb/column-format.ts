// How records of one format become tables of DuckDB.
import type { FormatCode } from '../columns/slice-reader.js'
import type { Wanted } from '../columns/wanted.js'
import type { Batch } from '../execution.js'
import type { PlanColumns } from './plan.js'

/** Where the records of a batch begin. */
export interface Beginning {
  /** Bytes before them. */
  readonly at: number
  /** Called when it is the batch's turn. */
  readonly taken: () => void
}

/** Columns that were asked for, and what they are made of. */
export interface TableColumns extends PlanColumns {
  /** In the order in which the records have them; known once the plan is made. */
  readonly wanted: readonly Wanted[]
}

/** Who makes the records of the result. */
export type RecordMaker = 'kernel' | 'database' | 'interpreter'

export interface ColumnFormat {
  readonly recordMaker: RecordMaker
  /** What the beginning of the object told of all batches, which another format of the same query may be given. Plain data. */
  learned: readonly string[] | undefined
  /** Undefined where the batch is for the interpreter. */
  beginningOf(batch: Batch): Beginning | undefined
  /**
   * For all batches; asked for once the first one's beginning was. `isTyped`: casts are the kernel's, which reads only values
   * of the usual form; else fields are what stands in the record, and casts are DuckDB's.
   */
  columns(isTyped: boolean): TableColumns
  /** Undefined where the kernel does not read such records. `isWritten`: whether it is to write some of them. */
  code(columns: TableColumns, isWritten: boolean): FormatCode | undefined
}
