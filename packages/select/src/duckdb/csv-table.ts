// A batch of CSV as DuckDB reads it: every field as text, and nothing guessed.
import type { CsvInput } from '../request.js'
import { quotedText } from './sql-text.js'

/** Records that are longer are refused by the service. */
const RECORD_BYTES_MAX = 1024 * 1024

/** A field of this text would read as null; nobody can know it, as it is made for each process. */
export interface CsvTable {
  readonly input: CsvInput
  /** Fields of each record; a record with another number makes the statement fail. */
  readonly columns: number
  readonly nullMark: string
}

/** What the column of that place, from 0, is called. */
export function columnName(index: number): string {
  return `c${index + 1}`
}

/** Whether DuckDB has these delimiters: one byte each, and lines that end as lines do. */
export function isReadable({ recordDelimiter, fieldDelimiter, quote }: CsvInput): boolean {
  const isLine = recordDelimiter === '\n' || recordDelimiter === '\r\n'
  const marks = quote === undefined ? [fieldDelimiter] : [fieldDelimiter, quote]
  return isLine && marks.every((mark) => /^[\t\x20-\x7e]$/.test(mark)) && fieldDelimiter !== quote
}

/**
 * A table function of `FROM`. `hasQuotes`: whether anything in the batch is quoted, as it is read faster where nothing is;
 * `skipsFirst`: whether its first record is a header line.
 */
export function csvTable(
  { input, columns, nullMark }: CsvTable,
  path: string,
  { hasQuotes, skipsFirst }: { readonly hasQuotes: boolean; readonly skipsFirst: boolean },
): string {
  const types = Array.from({ length: columns }, (_none, index) => `'${columnName(index)}': 'VARCHAR'`)
  const options = [
    quotedText(path),
    'auto_detect = false',
    'strict_mode = true',
    'null_padding = false',
    `header = ${skipsFirst}`,
    `delim = ${quotedText(input.fieldDelimiter)}`,
    `quote = ${quotedText(hasQuotes ? (input.quote ?? '') : '')}`,
    `escape = ${quotedText(hasQuotes ? (input.quote ?? '') : '')}`,
    `comment = ''`,
    `nullstr = ${quotedText(nullMark)}`,
    `max_line_size = ${RECORD_BYTES_MAX}`,
    `columns = {${types.join(', ')}}`,
  ]
  return `read_csv(${options.join(', ')})`
}
