// Batches of CSV as tables of DuckDB: all with the columns of the first.
import type { Query } from '../analysis/query.js'
import type { Batch } from '../execution.js'
import { CsvRecords } from '../input/csv-record.js'
import type { QueryState } from '../query-state.js'
import type { CsvInput, OutputFormat } from '../request.js'
import { CsvColumns } from './csv-columns.js'
import { lookAtCsv } from './csv-hazards.js'
import { type CsvTable, csvTable, isReadable } from './csv-table.js'
import type { BatchTable, TableFormat } from './table-format.js'

const RECORD_BYTES_MAX = 1024 * 1024

export interface CsvFormatOptions {
  readonly query: Query
  readonly input: CsvInput
  readonly output: OutputFormat
  readonly state: QueryState
}

export class CsvFormat implements TableFormat {
  readonly writesRecords = true
  readonly #options: CsvFormatOptions
  readonly #nullMark = nullMark()
  readonly #isSameCsv: boolean
  /** Of the header line or the first record; those with another number of columns are the interpreter's. */
  #first: readonly string[] | undefined

  constructor(options: CsvFormatOptions) {
    const { input, output } = options
    this.#options = options
    this.#isSameCsv =
      output.type === 'csv' && output.fieldDelimiter === input.fieldDelimiter && output.quote === input.quote
  }

  tableOf(batch: Batch, bytes: Buffer): BatchTable | undefined {
    const { input, state } = this.#options
    const look = isReadable(input)
      ? lookAtCsv(bytes, input, batch.isFirst)
      : { isPlain: false, hasQuotes: true }
    if (!look.isPlain) return undefined
    const first = this.#first ?? state.headerNames ?? firstRecord(bytes, input)
    if (first.length === 0) return undefined
    this.#first = first
    const skipsFirst = batch.isFirst && input.header !== 'NONE'
    const table: CsvTable = { input, columns: first.length, nullMark: this.#nullMark }
    return {
      source: csvTable(table, batch.path, { hasQuotes: look.hasQuotes, skipsFirst }),
      isBare: this.#isSameCsv && !look.hasQuotes,
      taken: () => {
        // The interpreter will not see the header line any more.
        if (skipsFirst) state.headerNames = first
      },
    }
  }

  columns(): CsvColumns {
    const { query, input } = this.#options
    const first = this.#first ?? []
    return new CsvColumns(query, first.length, input.header === 'USE' ? first : [])
  }
}

/** No text that anyone could have put into an object. */
function nullMark(): string {
  return `null-${globalThis.crypto.randomUUID()}`
}

/** Nothing where it can not be read. */
function firstRecord(bytes: Buffer, input: CsvInput): readonly string[] {
  const records = new CsvRecords(input, Number.POSITIVE_INFINITY)
  records.load(bytes.toString('utf8', 0, RECORD_BYTES_MAX))
  if (!isThere(records)) return []
  return Array.from({ length: records.columnCount }, (_none, index) => records.column(index) ?? '')
}

/** What is wrong with the first record is for the interpreter to tell, which has all of it. */
function isThere(records: CsvRecords): boolean {
  try {
    return records.next()
  } catch {
    return false
  }
}
