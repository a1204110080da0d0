// A query as work over slices of records: which of it is DuckDB's, and which the kernel's.
import type { Query } from '../analysis/query.js'
import type { Kernel } from '../columns/kernel.js'
import { type FormatCode, inputBytesFor, SliceReader } from '../columns/slice-reader.js'
import type { Wanted } from '../columns/wanted.js'
import type { OutputFormat } from '../request.js'
import type { ColumnFormat } from './column-format.js'
import { Plan, planOf } from './plan.js'
import { untranslatable } from './sql.js'

/**
 * - `count`: of the records there are no more than their number is asked.
 * - `all`: every record is written.
 * - `choice`: DuckDB tells which records are written.
 * - `lines`: DuckDB tells which records the interpreter makes the result of.
 * - `plan`: DuckDB makes the result.
 */
export type Work = 'count' | 'all' | 'choice' | 'lines' | 'plan'

export interface TableProgram {
  readonly plan: Plan
  readonly work: Work
  readerOf(kernel: Kernel): SliceReader
}

/** Null where the query is not for DuckDB: what the interpreter refuses it refuses by itself. */
export function tableProgram(
  query: Query,
  output: OutputFormat,
  format: ColumnFormat,
  isTyped: boolean,
): TableProgram | null {
  return planOf(() => {
    const columns = format.columns(isTyped)
    const plan = new Plan(query, output, columns, { writesRecords: format.recordMaker === 'database' })
    const { wanted } = columns
    const work = workOf(query, format)
    const code = format.code(columns, work === 'all' || work === 'choice' || work === 'lines')
    const inputBytes = inputBytesFor(wanted)
    if (!code || inputBytes === undefined) return untranslatable()
    return { plan, work, readerOf: readers(code, wanted, inputBytes) }
  })
}

function readers(
  code: FormatCode,
  wanted: readonly Wanted[],
  inputBytes: number,
): (kernel: Kernel) => SliceReader {
  const known = new Map<Kernel, SliceReader>()
  return (kernel) => {
    const reader = known.get(kernel) ?? new SliceReader(kernel, code, wanted, inputBytes)
    known.set(kernel, reader)
    return reader
  }
}

function workOf({ aggregates, statement }: Query, { recordMaker }: ColumnFormat): Work {
  const isFiltered = statement.where !== undefined
  if (aggregates.length > 0) {
    const counts = aggregates.every(({ name, argument }) => name === 'count' && argument === '*')
    return counts && !isFiltered ? 'count' : 'plan'
  }
  if (recordMaker === 'database') return 'plan'
  if (recordMaker === 'kernel') return isFiltered ? 'choice' : 'all'
  // Of all records it is the interpreter's without anyone's help.
  return isFiltered ? 'lines' : untranslatable()
}
