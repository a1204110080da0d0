// A query over CSV as DuckDB's statements, once the columns of the object are known.
import type { Field, Query } from '../analysis/query.js'
import { columnIndex } from '../input/csv-header.js'
import type { Reference } from '../language/ast.js'
import type { CsvInput, SelectRequest } from '../request.js'
import { type AggregateColumns, aggregateColumns } from './aggregates.js'
import { type CsvTable, columnName, csvTable } from './csv-table.js'
import { csvLine, jsonLine, type NamedSql } from './output-line.js'
import { ofType, type Sql, type Translate, untranslatable } from './sql.js'
import { quotedText } from './sql-text.js'
import { translator } from './translate.js'

export interface CsvColumns {
  readonly count: number
  /** Of the header line, where it counts. */
  readonly names: readonly string[]
}

/** How a batch is read. */
export interface CsvBatch {
  readonly path: string
  readonly hasQuotes: boolean
  readonly skipsFirst: boolean
}

export class CsvPlan {
  readonly aggregates: readonly AggregateColumns[]
  readonly #request: SelectRequest
  readonly #input: CsvInput
  readonly #table: CsvTable
  readonly #where: string
  readonly #output: readonly NamedSql[]

  /** Throws Untranslatable, and what a name that no column has is refused with. */
  constructor(query: Query, request: SelectRequest, input: CsvInput, columns: CsvColumns) {
    this.#request = request
    this.#input = input
    this.#table = { input, columns: columns.count, nullMark: nullMark() }
    const translate = translator((reference) => columnOf(reference, query, columns))
    const { where } = query.statement
    this.#where = where === undefined ? '' : ` WHERE ${ofType(translate(where), 'bool').text}`
    this.aggregates = query.aggregates.map((aggregate) => aggregateColumns(aggregate, translate))
    this.#output = this.aggregates.length > 0 ? [] : outputOf(query, columns, translate)
    // Told now rather than with each batch.
    if (this.aggregates.length === 0) this.#line({ path: '', hasQuotes: true, skipsFirst: false })
  }

  /** Writes the lines of the result to a file. */
  recordsStatement(batch: CsvBatch, target: string, limit: number): string {
    const source = csvTable(this.#table, batch.path, batch)
    const limited = Number.isFinite(limit) ? ` LIMIT ${limit}` : ''
    const select = `SELECT ${this.#line(batch)} FROM ${source}${this.#where}${limited}`
    const format = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER ''`
    return `COPY (${select}) TO ${quotedText(target)} (${format})`
  }

  /** One row: two columns for each aggregate. */
  aggregatesStatement(batch: CsvBatch): string {
    const columns = this.aggregates.flatMap((aggregate) => aggregate.columns)
    return `SELECT ${columns.join(', ')} FROM ${csvTable(this.#table, batch.path, batch)}${this.#where}`
  }

  #line({ hasQuotes }: CsvBatch): string {
    const { output } = this.#request
    if (output.type === 'json') return jsonLine(this.#output, output)
    const { fieldDelimiter, quote } = this.#input
    // Nothing that a field would be quoted for can be in one that was not quoted itself.
    const isSame = output.fieldDelimiter === fieldDelimiter && output.quote === quote
    const isBare = isSame && !hasQuotes && this.#output.every(({ sql }) => sql.isField === true)
    return csvLine(this.#output, output, isBare)
  }
}

/** No text that anyone could have put into an object. */
function nullMark(): string {
  return `null-${globalThis.crypto.randomUUID()}`
}

function columnOf(reference: Reference, { fields }: Query, columns: CsvColumns): Sql {
  const field = fields.get(reference)
  const index = field === undefined ? -1 : indexOf(field, columns)
  if (index < 0 || index >= columns.count) return untranslatable()
  return { text: columnName(index), type: 'text', isField: true }
}

function indexOf(field: Field, { names }: CsvColumns): number {
  if (field.kind === 'position') return field.index
  return field.kind === 'header' ? columnIndex(names, field.identifier) : -1
}

function outputOf(
  { output }: Query,
  { count, names }: CsvColumns,
  translate: Translate,
): readonly NamedSql[] {
  if (output !== '*') return output.map(({ name, expression }) => ({ name, sql: translate(expression) }))
  return Array.from({ length: count }, (_none, index) => ({
    name: names[index] ?? `_${index + 1}`,
    sql: { text: columnName(index), type: 'text', isField: true },
  }))
}
