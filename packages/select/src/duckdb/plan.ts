// A query as DuckDB's statements over a table.
import type { Query } from '../analysis/query.js'
import type { Reference } from '../language/ast.js'
import type { OutputFormat } from '../request.js'
import { type AggregateColumns, aggregateColumns } from './aggregates.js'
import { csvLine, jsonLine, type NamedSql } from './output-line.js'
import { ofType, type Sql } from './sql.js'
import { quotedText } from './sql-text.js'
import { translator } from './translate.js'

/** The columns of the table, by whatever the query calls them. */
export interface PlanColumns {
  /** Throws Untranslatable, and SelectError for a name that stands for none, or for several. */
  column(reference: Reference): Sql
  /** Whether whole records are wanted, whatever the query asks for of them. */
  readonly areWhole: boolean
  /** How many records there are; fails where one is none. */
  readonly countAll: string
  /** What `*` stands for. */
  all(): readonly NamedSql[]
}

export class Plan {
  readonly aggregates: readonly AggregateColumns[]
  readonly #format: OutputFormat
  readonly #where: string
  readonly #output: readonly NamedSql[]

  /** Throws as the columns do. */
  constructor(query: Query, format: OutputFormat, columns: PlanColumns) {
    const translate = translator((reference) => columns.column(reference))
    const { where } = query.statement
    this.#format = format
    this.#where = where === undefined ? '' : ` WHERE ${ofType(translate(where), 'bool').text}`
    this.aggregates = query.aggregates.map((aggregate) =>
      aggregateColumns(aggregate, columns.countAll, translate),
    )
    if (this.aggregates.length > 0) this.#output = []
    else {
      this.#output =
        query.output === '*' || columns.areWhole
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
    const select = `SELECT ${this.#line(wish.isBare)} FROM ${source}${this.#where}${limited}`
    const format = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER ''`
    return `COPY (${select}) TO ${quotedText(target)} (${format})`
  }

  /** One row: two columns for each aggregate. */
  aggregatesStatement(source: string): string {
    const columns = this.aggregates.flatMap((aggregate) => aggregate.columns)
    return `SELECT ${columns.join(', ')} FROM ${source}${this.#where}`
  }

  #line(isBare: boolean): string {
    const format = this.#format
    if (format.type === 'json') return jsonLine(this.#output, format)
    return csvLine(this.#output, format, isBare && this.#output.every(({ sql }) => sql.isField === true))
  }
}
