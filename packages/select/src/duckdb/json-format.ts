// Batches of JSON, one record on a line, as tables of DuckDB.
import type { Query } from '../analysis/query.js'
import type { Batch } from '../execution.js'
import { JsonParser } from '../input/json-parser.js'
import type { JsonInput } from '../request.js'
import { FOUND } from '../scan/scanner.js'
import type { Value } from '../values/value.js'
import { type BatchLook, BatchLooker, type LookFor } from './batch-look.js'
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
/** Numbers to DuckDB, and nothing to JSON. */
const NO_NUMBERS = ['NaN', 'Infinity']
/** Lines that begin with spaces or are empty; escapes begin with a backslash. */
const WANTED: LookFor = {
  marks: { delimiter: 0x0a, quote: 0x5c, starts: [0x20, 0x09] },
  texts: NO_NUMBERS,
  quotedTexts: HIDDEN_NAMES,
}

export class JsonFormat implements TableFormat {
  readonly writesRecords = false
  readonly #query: Query
  readonly #isReadable: boolean
  readonly #looker = new BatchLooker()
  #first: Value
  #columns: JsonColumns | undefined

  constructor(query: Query, { layout }: JsonInput) {
    const { path } = query.statement.from
    this.#query = query
    // Of a document, the path was walked when it was cut into records.
    this.#isReadable = layout === 'DOCUMENT' || path.every(({ kind }) => kind === 'wildcard')
  }

  tableOf(batch: Batch): BatchTable | undefined {
    if (!this.#isReadable) return undefined
    const look = this.#looker.look(batch, WANTED)
    if (!isPlain(look)) return undefined
    const { path } = batch
    this.#first ??= firstRecord(look.head)
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

function isPlain({ found, isText, hasTexts, head }: BatchLook): boolean {
  const isStrange = (found & (FOUND.nul | FOUND.lineStart)) !== 0
  return isText && !isStrange && !hasTexts && !head.subarray(0, 3).equals(BOM)
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
