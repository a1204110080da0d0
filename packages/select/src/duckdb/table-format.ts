// How batches of one format become tables of DuckDB.
import type { Batch } from '../execution.js'
import type { PlanColumns } from './plan.js'

/** A batch as a table. */
export interface BatchTable {
  /** What stands behind FROM. */
  readonly source: string
  /** Nothing in it is quoted, nor would have to be in a result of the same delimiters. */
  readonly isBare: boolean
  /** Called once it was read so that no one else needs to. */
  readonly taken: () => void
}

export interface TableFormat {
  /** Whether what DuckDB finds is the result; else records that the interpreter makes it of. */
  readonly writesRecords: boolean
  /** Undefined where DuckDB would read the batch otherwise than it is to be read. */
  tableOf(batch: Batch): BatchTable | undefined
  /** The same for all batches; asked for once there was a table. */
  columns(): PlanColumns
}
