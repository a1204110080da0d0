// What an expression of a query is in DuckDB's SQL.
import type { Expression } from '../language/ast.js'

/** - `json`: the text of a JSON value, null where there is none. */
export type SqlType = 'text' | 'int' | 'decimal' | 'float' | 'bool' | 'json'

export interface Sql {
  readonly text: string
  readonly type: SqlType
  /** A field of the record as it stands there. */
  readonly isField?: true
  /** May be null without being MISSING. */
  readonly isNullable?: true
  /** Of decimals: how many digits behind the point the value was written with. */
  readonly digits?: string
}

/** DuckDB has nothing that means exactly the same; the records are then read by the interpreter. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable'
}

/** Throws Untranslatable. */
export type Translate = (expression: Expression) => Sql

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
