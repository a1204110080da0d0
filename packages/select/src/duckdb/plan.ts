// A query as DuckDB's statements over a table.
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import type { Reference } from '../language/ast.js'
import type { OutputFormat } from '../request.js'
import { type AggregateColumns, aggregateColumns } from './aggregates.js'
import { csvLine, jsonLine, limitedLine, type NamedSql } from './output-line.js'
import { ofType, type Sql, Untranslatable, type Wish } from './sql.js'
import { quotedText } from './sql-text.js'
import { translator } from './translate.js'

/** The columns of the table, by whatever the query calls them. */
export interface PlanColumns {
  /**
   * Throws Untranslatable, and SelectError for a name that stands for none, or for several.
   */
  column(reference: Reference, wish?: Wish): Sql
  /** What `*` stands for. */
  all(): readonly NamedSql[]
}

export class Plan {
  readonly aggregates: readonly AggregateColumns[]
  readonly #format: OutputFormat
  readonly #where: string
  readonly #output: readonly NamedSql[]

  /** Throws as the columns do. `writesRecords`: whether records are written here, or others are told which they are. */
  constructor(
    query: Query,
    format: OutputFormat,
    columns: PlanColumns,
    { writesRecords } = { writesRecords: true },
  ) {
    const translate = translator((reference, wish) => columns.column(reference, wish))
    const { where } = query.statement
    this.#format = format
    this.#where = where === undefined ? '' : ` WHERE ${ofType(translate(where, 'bool'), 'bool').text}`
    this.aggregates = query.aggregates.map((aggregate, index) =>
      aggregateColumns(aggregate, index, translate),
    )
    if (this.aggregates.length > 0 || !writesRecords) this.#output = []
    else {
      this.#output =
        query.output === '*'
          ? columns.all()
          : query.output.map(({ name, expression }) => ({ name, sql: translate(expression) }))
      // Told now rather than with each batch.
      this.#line(false)
    }
  }

  /** Writes the lines of the result to a file. `isBare`: no field has anything in it that it would be quoted for. */
  recordsStatement(
    source: string,
    target: string,
    wish: { readonly limit: number; readonly isBare: boolean },
  ): string {
    const limited = Number.isFinite(wish.limit) ? ` LIMIT ${wish.limit}` : ''
    const lines = `SELECT ${this.#line(wish.isBare)} AS line FROM ${source}${this.#where}${limited}`
    const select = `SELECT ${limitedLine('line')} FROM (${lines})`
    const format = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER ''`
    return `COPY (${select}) TO ${quotedText(target)} (${format})`
  }

  /** One list: the numbers of the rows that fit. */
  choiceStatement(source: string, limit: number): string {
    const limited = Number.isFinite(limit) ? ` LIMIT ${limit}` : ''
    const rows = `SELECT CAST(file_row_number AS INTEGER) AS row FROM ${source}${this.#where}${limited}`
    return `SELECT list(row) FROM (${rows})`
  }

  /** One row: two columns for each aggregate. */
  aggregatesStatement(source: string): string {
    const columns = this.aggregates.flatMap((aggregate) => aggregate.columns)
    const values = this.aggregates.flatMap((aggregate) => aggregate.values)
    if (values.length === 0) return `SELECT ${columns.join(', ')} FROM ${source}${this.#where}`
    return `SELECT ${columns.join(', ')} FROM (SELECT ${values.join(', ')} FROM ${source}${this.#where})`
  }

  #line(isBare: boolean): string {
    const format = this.#format
    if (format.type === 'json') return jsonLine(this.#output, format)
    return csvLine(this.#output, format, isBare && this.#output.every(({ sql }) => sql.isField === true))
  }
}

/** Null where the query is not DuckDB's. What the interpreter refuses it refuses by itself. */
export function planOf<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof Untranslatable || error instanceof SelectError) return null
    throw error
  }
}
