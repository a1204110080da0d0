// What the kernel writes of records of JSON, as it has it in its memory.
import type { CsvOutput, OutputFormat } from '../request.js'

/** As the kernel's layout has it. */
const COLUMNS_FROM = 16
const COLUMN_BYTES = 16
const ROOM_BYTES = 32 * 1024
const KINDS = { all: 0, json: 1, csv: 2, lines: 3 } as const
const LINE_ENDS = ['\n', '\r\n']
/** What stands in no number, in neither true nor false, and is one byte. */
const PLAIN_MARK = /^[\t !"#$%&'()*,/:;<=>?@[\]^_`{|}~]$/

export interface ResultColumn {
  /** The number of its path. */
  readonly path: number
  readonly name: string
}

export interface KernelResult {
  readonly kind: number
  /** What stands behind a record: one byte or, from the lowest, two. */
  readonly delimiter: number
  /** Of CSV: what stands between fields and, from the eighth bit, around them. */
  readonly marks: number
  readonly quotesAlways: boolean
  /** For the kernel's memory. */
  readonly bytes: Buffer
}

/** Records as they stand. */
export const LINES: KernelResult = {
  kind: KINDS.lines,
  delimiter: 10,
  marks: 0,
  quotesAlways: false,
  bytes: Buffer.alloc(0),
}

/** Undefined where the kernel has no such result. `columns`: undefined for whole records; `address`: of the bytes. */
export function jsonResult(
  output: OutputFormat,
  columns: readonly ResultColumn[] | undefined,
  address: number,
): KernelResult | undefined {
  const delimiter = delimiterOf(output.recordDelimiter)
  const bytes = columnBytes(columns ?? [], address)
  if (delimiter === undefined || bytes === undefined) return undefined
  const plain = { delimiter, marks: 0, quotesAlways: false, bytes }
  if (output.type === 'json') return { ...plain, kind: columns ? KINDS.json : KINDS.all }
  if (!columns || !isPlainCsv(output)) return undefined
  const marks = output.fieldDelimiter.charCodeAt(0) + 256 * output.quote.charCodeAt(0)
  return { ...plain, kind: KINDS.csv, marks, quotesAlways: output.quoteFields === 'ALWAYS' }
}

function delimiterOf(text: string): number | undefined {
  const bytes = Buffer.from(text)
  const [first = 0, second = 0] = bytes
  const isShort = bytes.length === 1 || (bytes.length === 2 && second > 0)
  return isShort && first > 0 ? first + 256 * second : undefined
}

function isPlainCsv({ recordDelimiter, fieldDelimiter, quote, quoteEscape }: CsvOutput): boolean {
  const arePlain = PLAIN_MARK.test(fieldDelimiter) && PLAIN_MARK.test(quote) && fieldDelimiter !== quote
  return LINE_ENDS.includes(recordDelimiter) && quoteEscape === quote && arePlain
}

function columnBytes(columns: readonly ResultColumn[], address: number): Buffer | undefined {
  const keys = columns.map(({ name }) => Buffer.from(`${JSON.stringify(name)}:`))
  const keysFrom = COLUMNS_FROM + columns.length * COLUMN_BYTES
  const length = keys.reduce((sum, key) => sum + key.length, keysFrom)
  if (length > ROOM_BYTES) return undefined
  const bytes = Buffer.alloc(length)
  bytes.writeUInt32LE(columns.length)
  let keyAt = keysFrom
  for (const [index, key] of keys.entries()) {
    const column = COLUMNS_FROM + index * COLUMN_BYTES
    bytes.writeUInt32LE(columns[index]?.path ?? 0, column)
    bytes.writeUInt32LE(address + keyAt, column + 4)
    bytes.writeUInt32LE(key.length, column + 8)
    key.copy(bytes, keyAt)
    keyAt += key.length
  }
  return bytes
}
