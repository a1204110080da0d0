// Batches of JSON, one record on a line, as tables of DuckDB.
import type { Query } from '../analysis/query.js'
import { readPart } from '../batch-bytes.js'
import { isWritable, jsonCode } from '../columns/json-code.js'
import type { FormatCode } from '../columns/slice-reader.js'
import type { Batch } from '../execution.js'
import type { JsonInput, OutputFormat } from '../request.js'
import type { Beginning, ColumnFormat, RecordMaker, TableColumns } from './column-format.js'
import { JsonColumns } from './json-columns.js'

const MARK = Buffer.from([0xef, 0xbb, 0xbf])

export class JsonFormat implements ColumnFormat {
  readonly recordMaker: RecordMaker
  /** There is nothing. */
  learned: undefined
  readonly #query: Query
  readonly #input: JsonInput
  readonly #output: OutputFormat

  constructor(query: Query, input: JsonInput, output: OutputFormat) {
    this.#query = query
    this.#input = input
    this.#output = output
    const areFields =
      query.output !== '*' && query.output.every(({ expression }) => expression.kind === 'reference')
    const isPlain = query.output === '*' ? output.type === 'json' : areFields
    this.recordMaker = isPlain && isWritable(output) ? 'kernel' : 'interpreter'
  }

  beginningOf(batch: Batch): Beginning | undefined {
    const { path } = this.#query.statement.from
    // Of a document, the path was walked when it was cut into records.
    const isReadable = this.#input.layout === 'DOCUMENT' || path.every(({ kind }) => kind === 'wildcard')
    if (!isReadable) return undefined
    return { at: batch.isFirst && hasMark(batch) ? MARK.length : 0, taken: () => undefined }
  }

  columns(isTyped: boolean): JsonColumns {
    return new JsonColumns(this.#query, this.recordMaker, isTyped)
  }

  code(columns: TableColumns, isWritten: boolean): FormatCode | undefined {
    if (!(columns instanceof JsonColumns)) return undefined
    const { written } = columns
    if (!isWritten) return jsonCode(this.#input, columns.paths)
    if (this.recordMaker === 'interpreter') return jsonCode(this.#input, columns.paths, 'lines')
    return jsonCode(this.#input, columns.paths, { output: this.#output, columns: written })
  }
}

function hasMark({ bytes }: Batch): boolean {
  return bytes.length >= MARK.length && readPart(bytes, 0, MARK.length).equals(MARK)
}
