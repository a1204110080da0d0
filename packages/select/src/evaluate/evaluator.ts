// What an expression becomes: a function from a record to a value.

import type { Aggregate } from '../analysis/query.js'
import type { Expression, Reference } from '../language/ast.js'
import type { Timestamp } from '../values/timestamp.js'
import type { Value } from '../values/value.js'

export type Evaluate<Row> = (row: Row) => Value

/** Where the values come from that are not in the statement itself. */
export interface Scope<Row> {
  field(reference: Reference): Evaluate<Row>
  aggregate(aggregate: Aggregate): Evaluate<Row>
  /** Of UTCNOW, the same for the whole query. */
  readonly now: Timestamp
}

/** Handed to the compilers of parts, which therefore need not know the whole. */
export type Compile<Row> = (expression: Expression) => Evaluate<Row>

export type Of<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>

/** What holds for every record; undefined where it depends on one. */
export function constantOf(expression: Expression | undefined): { readonly text: string } | undefined {
  const isText = expression?.kind === 'literal' && expression.value.type === 'string'
  return isText && expression.value.type === 'string' ? { text: expression.value.value } : undefined
}
