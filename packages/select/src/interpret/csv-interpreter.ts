// Queries over CSV.
import type { Field } from '../analysis/query.js'
import { columnIndex } from '../input/csv-header.js'
import { CsvRecords } from '../input/csv-record.js'
import { withoutMark } from '../input/text.js'
import type { Reference } from '../language/ast.js'
import { characterClass } from '../output/csv-writer.js'
import { ResultBuffer } from '../output/record-writer.js'
import type { CsvInput, OutputFormat } from '../request.js'
import { compileProgram, type RowProgram, type Workplace } from './row-program.js'

const NO_NAMES: readonly string[] = []

interface Prepared {
  readonly program: RowProgram<CsvRecords>
  readonly records: CsvRecords
}

export class CsvInterpreter {
  readonly #work: Workplace
  readonly #input: CsvInput
  readonly #output: OutputFormat
  #prepared: Prepared | undefined

  constructor(work: Workplace, input: CsvInput, output: OutputFormat) {
    this.#work = work
    this.#input = input
    this.#output = output
  }

  *run(source: string, isFirst: boolean): Iterable<Uint8Array> {
    const { state } = this.#work
    const text = isFirst ? withoutMark(source) : source
    const start = this.#readHeader(text)
    if (state.headerNames === undefined && this.#input.header !== 'NONE') return
    this.#prepared ??= this.#prepare()
    const { program, records } = this.#prepared
    const results = new ResultBuffer()
    records.load(text, start)
    while (!state.isDone && records.next()) {
      const result = program(records)
      if (result === undefined) continue
      results.add(result)
      if (results.isFull) yield results.take()
    }
    if (!results.isEmpty) yield results.take()
  }

  /** Gives back where the records begin. */
  #readHeader(text: string): number {
    const { state } = this.#work
    if (this.#input.header === 'NONE' || state.headerNames !== undefined) return 0
    const records = new CsvRecords(this.#input, Number.POSITIVE_INFINITY)
    records.load(text)
    if (records.next()) state.headerNames = columnsOf(records)
    return records.position
  }

  #prepare(): Prepared {
    const { query, state } = this.#work
    const names = this.#input.header === 'USE' ? (state.headerNames ?? NO_NAMES) : NO_NAMES
    const indexes = new Map<Reference, number>()
    for (const [reference, field] of query.fields) indexes.set(reference, indexOfField(field, names))
    const columnsMax = [...indexes.values()].reduce((max, index) => Math.max(max, index + 1), 0)
    const field = (reference: Reference) => {
      const index = indexes.get(reference) ?? -1
      return (row: CsvRecords) => row.column(index)
    }
    const program = compileProgram(this.#work, field, this.#writeAll(names))
    return { program, records: new CsvRecords(this.#input, columnsMax) }
  }

  #writeAll(names: readonly string[]): (row: CsvRecords) => string {
    const { writer } = this.#work
    const write = (row: CsvRecords) => {
      row.splitWhole()
      return writer.all(columnsOf(row), names)
    }
    const output = this.#output
    if (output.type !== 'csv' || output.quoteFields === 'ALWAYS') return write
    if (output.fieldDelimiter !== this.#input.fieldDelimiter) return write
    // A record in which nothing is quoted, nor has to be, is written as it stands there.
    const marks = `${this.#input.quote ?? ''}${output.quote}${output.recordDelimiter}\r\n`
    const special = characterClass(marks, '')
    return (row) => {
      const { source } = row
      return special.test(source) ? write(row) : source + output.recordDelimiter
    }
  }
}

function columnsOf(records: CsvRecords): readonly string[] {
  const columns: string[] = []
  for (let index = 0; index < records.columnCount; index++) columns.push(records.column(index) ?? '')
  return columns
}

function indexOfField(field: Field, names: readonly string[]): number {
  if (field.kind === 'position') return field.index
  return field.kind === 'header' ? columnIndex(names, field.identifier) : -1
}
