// A query as work over slices of records: which of it is DuckDB's, and which the kernel's.
import type { Query } from '../analysis/query.js'
import type { Kernel } from '../columns/kernel.js'
import { type FormatCode, inputBytesFor, SliceReader } from '../columns/slice-reader.js'
import type { Wanted } from '../columns/wanted.js'
import { SelectError } from '../errors.js'
import type { OutputFormat } from '../request.js'
import type { ColumnFormat } from './column-format.js'
import { Plan } from './plan.js'
import { Untranslatable } from './sql.js'

/**
 * - `count`: of the records there are no more than their number is asked.
 * - `all`: every record is written.
 * - `choice`: DuckDB tells which records are written.
 * - `plan`: DuckDB makes the result.
 */
export type Work = 'count' | 'all' | 'choice' | 'plan'

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
  try {
    const columns = format.columns(isTyped)
    const plan = new Plan(query, output, columns, { writesAll: !format.writesAll })
    const { wanted } = columns
    const work = workOf(query, format)
    const code = format.code(columns, work === 'all' || work === 'choice')
    const inputBytes = inputBytesFor(wanted)
    if (!code || inputBytes === undefined) return null
    return { plan, work, readerOf: readers(code, wanted, inputBytes) }
  } catch (error) {
    if (error instanceof Untranslatable || error instanceof SelectError) return null
    throw error
  }
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

function workOf({ aggregates, output, statement }: Query, { writesAll }: ColumnFormat): Work {
  const isFiltered = statement.where !== undefined
  if (aggregates.length > 0) {
    const counts = aggregates.every(({ name, argument }) => name === 'count' && argument === '*')
    return counts && !isFiltered ? 'count' : 'plan'
  }
  if (output !== '*' || !writesAll) return 'plan'
  return isFiltered ? 'choice' : 'all'
}
