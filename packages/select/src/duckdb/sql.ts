// What an expression of a query is in DuckDB's SQL.
import type { Expression } from '../language/ast.js'

/**
 * - `json`: the text of a JSON value, null where there is none.
 * - `kind`: 1 for a value of JSON and 0 for its null.
 * - `time`: the text of a date or a moment, which is only written.
 */
export type SqlType = 'text' | 'int' | 'decimal' | 'float' | 'bool' | 'json' | 'kind' | 'time'

/**
 * What a field is wanted as; it may be given as something else all the same.
 * - `cast to int` and the like: whatever it is, as a value of that type.
 * - `order`: a field of JSON that is a number, to be compared with one of the query.
 * - `sum`: the same, to be added up.
 * - `int` and the like: a field of JSON that is of that type, or, as `number`, an int or a decimal.
 * - `kind`: only whether it is there, and null.
 */
export type Wish =
  | 'cast to int'
  | 'cast to float'
  | 'cast to decimal'
  | 'cast to string'
  | 'cast to bool'
  | 'int'
  | 'number'
  | 'order'
  | 'sum'
  | 'text'
  | 'bool'
  | 'kind'

export interface Sql {
  readonly text: string
  readonly type: SqlType
  /** A field of the record as it stands there. */
  readonly isField?: true
  /** May be null without being MISSING. */
  readonly isNullable?: true
  /** Of decimals: how many digits behind the point the value was written with; of fields for their order, how many in all. */
  readonly digits?: string
  /** Of fields that are to be added up: the parts of 10 ** 18 behind the point, where the value is what stands before it. */
  readonly fractions?: string
  /** Of decimals: what they are written as, where that is known. */
  readonly written?: string
}

/** DuckDB has nothing that means exactly the same; the records are then read by the interpreter. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable'
}

/** Throws Untranslatable. */
export type Translate = (expression: Expression, wish?: Wish) => Sql

/**
 * Makes the statement fail where a record needs it: the batch is then read by the interpreter, which knows whether that is an
 * error of the query, and which.
 */
export const FAIL = `error('')`

export function untranslatable(): never {
  throw new Untranslatable('DuckDB has no such expression.')
}

/** The expression, where its type is one of these. */
export function ofType(sql: Sql, ...types: readonly SqlType[]): Sql {
  return types.includes(sql.type) ? sql : untranslatable()
}

export const DECIMAL_TYPE = 'DECIMAL(38, 9)'
/** Texts so short have at most nine digits before their point. */
const SHORT_BYTES_MAX = 9

/** A text that is a decimal: short ones by way of a type that takes a twentieth of the time to read. */
export function decimalOfText(text: string): string {
  const short = `CAST(CAST(${text} AS DECIMAL(18, 9)) AS ${DECIMAL_TYPE})`
  return `CASE WHEN strlen(${text}) <= ${SHORT_BYTES_MAX} THEN ${short} ELSE CAST(${text} AS ${DECIMAL_TYPE}) END`
}
