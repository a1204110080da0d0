// Batches of CSV as tables of DuckDB: all with the columns of the first.
import type { Query } from '../analysis/query.js'
import type { Batch } from '../execution.js'
import { CsvRecords } from '../input/csv-record.js'
import type { QueryState } from '../query-state.js'
import type { CsvInput, OutputFormat } from '../request.js'
import { BatchLooker } from './batch-look.js'
import { CsvColumns } from './csv-columns.js'
import { csvLook, csvMarks } from './csv-hazards.js'
import { type CsvTable, csvTable, isReadable } from './csv-table.js'
import type { BatchTable, TableFormat } from './table-format.js'

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
  readonly #looker = new BatchLooker()
  /** Of the header line or the first record; those with another number of columns are the interpreter's. */
  #first: readonly string[] | undefined

  constructor(options: CsvFormatOptions) {
    const { input, output } = options
    this.#options = options
    this.#isSameCsv =
      output.type === 'csv' && output.fieldDelimiter === input.fieldDelimiter && output.quote === input.quote
  }

  tableOf(batch: Batch): BatchTable | undefined {
    const { input, state } = this.#options
    if (!isReadable(input)) return undefined
    const seen = this.#looker.look(batch, csvMarks(input))
    const look = csvLook(seen, input, batch.isFirst)
    if (!look.isPlain) return undefined
    const first = this.#first ?? state.headerNames ?? firstRecord(seen.head, batch, input)
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

/** None where it can not be read, or may go on behind what is known of the batch. */
function firstRecord(head: Buffer, { length }: Batch, input: CsvInput): readonly string[] {
  const text = head.toString()
  const records = new CsvRecords(input, Number.POSITIVE_INFINITY)
  records.load(text)
  if (!isThere(records)) return []
  const fields = Array.from({ length: records.columnCount }, (_none, index) => records.column(index) ?? '')
  return head.length === length || fields.join('').length < text.length / 4 ? fields : []
}

/** What is wrong with the first record is for the interpreter to tell, which has all of it. */
function isThere(records: CsvRecords): boolean {
  try {
    return records.next()
  } catch {
    return false
  }
}
