// Cuts an object's bytes into whole records, in chunks of any size.
import type { Query } from '../analysis/query.js'
import { Kernel } from '../columns/kernel.js'
import type { InputFormat } from '../request.js'
import { CsvCutter } from './csv-cutter.js'
import { DocumentCutter } from './document-cutter.js'
import { LineCutter } from './line-cutter.js'

export interface RecordCutter {
  /**
   * Gives back the bytes of all records that are whole by now, in order; they may be parts of the chunk, which is
   * not to be written to any more. Throws SelectError.
   */
  push(chunk: Buffer): readonly Buffer[]
  /** The object has ended: its last record needs no delimiter. */
  end(): readonly Buffer[]
}

/**
 * For CSV and JSON. What a DOCUMENT's cutter gives is JSON too, with one record on a line: the values that FROM
 * names, and an empty line where it names nothing.
 */
export function recordCutter(
  query: Query,
  input: Exclude<InputFormat, { readonly type: 'parquet' }>,
): RecordCutter {
  if (input.type === 'csv') {
    const spansLines = input.allowQuotedRecordDelimiter && input.quote !== undefined
    return spansLines ? new CsvCutter(input, () => new Kernel()) : new LineCutter(input.recordDelimiter)
  }
  return input.layout === 'LINES' ? new LineCutter('\n') : new DocumentCutter(query.statement.from.path)
}
