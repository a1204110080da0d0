// Batches of JSON, one record on a line, as tables of DuckDB.
import { isUtf8 } from 'node:buffer'
import type { Query } from '../analysis/query.js'
import type { Batch } from '../execution.js'
import { JsonParser } from '../input/json-parser.js'
import type { JsonInput } from '../request.js'
import type { Value } from '../values/value.js'
import { JsonColumns, LINE } from './json-columns.js'
import { quotedText } from './sql-text.js'
import type { BatchTable, TableFormat } from './table-format.js'

const RECORD_BYTES_MAX = 1024 * 1024
/** Neither can stand in JSON but escaped. */
const NO_DELIMITER = '\u0001'
const NO_RECORD = '\u0002'
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
/** Escaped letters, digits and the like: names could be written so. */
const HIDDEN_NAMES = ['\\u002', '\\u003', '\\u004', '\\u005', '\\u006', '\\u007']
const BLANK_LINES = ['\n\n', '\n\r', '\n ', '\n\t']
/** Numbers to DuckDB, and nothing to JSON. */
const NO_NUMBERS = ['NaN', 'Infinity']

export class JsonFormat implements TableFormat {
  readonly writesRecords = false
  readonly #query: Query
  readonly #isReadable: boolean
  #first: Value
  #columns: JsonColumns | undefined

  constructor(query: Query, { layout }: JsonInput) {
    const { path } = query.statement.from
    this.#query = query
    // Of a document, the path was walked when it was cut into records.
    this.#isReadable = layout === 'DOCUMENT' || path.every(({ kind }) => kind === 'wildcard')
  }

  tableOf({ path }: Batch, bytes: Buffer): BatchTable | undefined {
    if (!this.#isReadable || !isPlain(bytes)) return undefined
    this.#first ??= firstRecord(bytes)
    const lines =
      `read_csv(${quotedText(path)}, auto_detect = false, strict_mode = true, header = false, ` +
      `delim = '${NO_DELIMITER}', quote = '', escape = '', comment = '', nullstr = '${NO_RECORD}', ` +
      `max_line_size = ${RECORD_BYTES_MAX}, columns = {'${LINE}': 'VARCHAR'})`
    return { source: this.columns().source(lines), isBare: true, taken: () => undefined }
  }

  /** Throws Untranslatable. */
  columns(): JsonColumns {
    this.#columns ??= new JsonColumns(this.#query, this.#first)
    return this.#columns
  }
}

function isPlain(bytes: Buffer): boolean {
  if (!isUtf8(bytes) || bytes.includes(0) || bytes.subarray(0, 3).equals(BOM)) return false
  const isBlank = bytes[0] === 0x0a || bytes[0] === 0x20 || bytes[0] === 0x0d || bytes[0] === 0x09
  return !isBlank && ![...BLANK_LINES, ...HIDDEN_NAMES, ...NO_NUMBERS].some((text) => bytes.includes(text))
}

/** Undefined where it is none. */
function firstRecord(bytes: Buffer): Value {
  const end = bytes.indexOf(0x0a)
  const length = Math.min(end < 0 ? bytes.length : end, RECORD_BYTES_MAX)
  try {
    return new JsonParser().parseLine(bytes.toString('utf8', 0, length), 0)
  } catch {
    return undefined
  }
}
