// Aggregates of one batch, in the form that those of all batches are added up in.
import type { DuckDBValue } from '@duckdb/node-api'
import type { Aggregate } from '../analysis/query.js'
import type { Partial } from '../evaluate/accumulator.js'
import { ofType, type SqlType, type Translate } from './sql.js'

export interface AggregateColumns {
  readonly aggregate: Aggregate
  /** Of the values; `int` where there are none. */
  readonly type: SqlType
  /** How many there were, and what they came to, as text where a number would not be exact. */
  readonly columns: readonly [string, string]
}

/** Throws Untranslatable. */
export function aggregateColumns(aggregate: Aggregate, translate: Translate): AggregateColumns {
  const { name, argument } = aggregate
  if (argument === '*') return { aggregate, type: 'int', columns: ['count(*)', 'NULL'] }
  const value = translate(argument)
  const count = `count(${value.text})`
  if (name === 'count') return { aggregate, type: value.type, columns: [count, 'NULL'] }
  // The sum of decimals has as many digits behind the point as the longest of them, which DuckDB does not tell.
  const { text, type } = ofType(value, 'int', 'float')
  const found = `${name === 'min' || name === 'max' ? name : 'sum'}(${text})`
  return { aggregate, type, columns: [count, type === 'float' ? found : `CAST(${found} AS VARCHAR)`] }
}

export function partialOf(
  { aggregate, type }: AggregateColumns,
  count: DuckDBValue | undefined,
  found: DuckDBValue | undefined,
): Partial {
  const counted = BigInt(String(count))
  if (aggregate.name === 'count' || found === null || found === undefined) return { count: counted }
  const value = numberOf(type, found)
  return aggregate.name === 'min' || aggregate.name === 'max'
    ? { count: counted, extreme: value }
    : { count: counted, sum: value }
}

function numberOf(type: SqlType, found: DuckDBValue): bigint | number {
  return type === 'float' ? Number(found) : BigInt(String(found))
}
