// Batches of CSV as tables of DuckDB: all with the columns of the first.
import type { Query } from '../analysis/query.js'
import { readPart } from '../batch-bytes.js'
import { csvCode, writesSame } from '../columns/csv-code.js'
import type { FormatCode } from '../columns/slice-reader.js'
import type { Batch } from '../execution.js'
import { CsvRecords } from '../input/csv-record.js'
import type { QueryState } from '../query-state.js'
import type { CsvInput, OutputFormat } from '../request.js'
import type { Beginning, ColumnFormat, RecordMaker, TableColumns } from './column-format.js'
import { CsvColumns } from './csv-columns.js'

/** More than nearly every first record has. */
const HEAD_BYTES = 64 * 1024
const MARK = '\ufeff'

export interface CsvFormatOptions {
  readonly query: Query
  readonly input: CsvInput
  readonly output: OutputFormat
  readonly state: QueryState
}

export class CsvFormat implements ColumnFormat {
  readonly recordMaker: RecordMaker
  readonly #options: CsvFormatOptions
  /** The fields of the header line or the first record. */
  learned: readonly string[] | undefined

  constructor(options: CsvFormatOptions) {
    this.#options = options
    const { query, input, output } = options
    this.recordMaker = query.output === '*' && writesSame(input, output) ? 'kernel' : 'database'
  }

  beginningOf(batch: Batch): Beginning | undefined {
    const { input, state } = this.#options
    this.learned ??= state.headerNames
    const isHeader = batch.isFirst && input.header !== 'NONE'
    if (this.learned && !isHeader) return { at: 0, taken: () => undefined }
    const first = firstRecord(batch, input)
    if (!first) return undefined
    this.learned = first.fields
    if (!isHeader) return { at: first.start, taken: () => undefined }
    return {
      at: first.end,
      taken: () => {
        // The interpreter will not see the header line any more.
        state.headerNames = first.fields
      },
    }
  }

  columns(isTyped: boolean): CsvColumns {
    const { query, input } = this.#options
    const first = this.learned ?? []
    return new CsvColumns(query, { count: first.length, names: input.header === 'USE' ? first : [] }, isTyped)
  }

  code(columns: TableColumns, isWritten: boolean): FormatCode | undefined {
    const { input, output } = this.#options
    const expected = columns instanceof CsvColumns ? columns.expected : 0
    return csvCode(input, output, { columns: expected, isWritten })
  }
}

interface FirstRecord {
  readonly fields: readonly string[]
  /** Bytes of the batch before it, and with it. */
  readonly start: number
  readonly end: number
}

/** Undefined where it can not be read, or may go on behind what is known of the batch. */
function firstRecord({ bytes, isFirst }: Batch, input: CsvInput): FirstRecord | undefined {
  const head = readPart(bytes, 0, Math.min(bytes.length, HEAD_BYTES))
  const text = head.toString()
  const start = isFirst && text.startsWith(MARK) ? 1 : 0
  const records = new CsvRecords(input, Number.POSITIVE_INFINITY)
  records.load(text, start)
  if (!isThere(records)) return undefined
  const isWhole = head.length === bytes.length || records.position < text.length / 2
  if (!isWhole) return undefined
  const fields = Array.from({ length: records.columnCount }, (_none, index) => records.column(index) ?? '')
  return {
    fields,
    start: Buffer.byteLength(text.slice(0, start)),
    end: Buffer.byteLength(text.slice(0, records.position)),
  }
}

/** What is wrong with the first record is for the interpreter to tell, which has all of it. */
function isThere(records: CsvRecords): boolean {
  try {
    return records.next()
  } catch {
    return false
  }
}
