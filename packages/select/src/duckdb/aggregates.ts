// Aggregates of one batch, in the form that those of all batches are added up in.
import type { DuckDBValue } from '@duckdb/node-api'
import type { Aggregate } from '../analysis/query.js'
import type { Partial } from '../evaluate/accumulator.js'
import type { Numeric } from '../values/arithmetic.js'
import { decimalOf, parseDecimal, roundToScale } from '../values/decimal.js'
import { jsonNumber } from './json-value.js'
import { ofType, type Sql, type SqlType, type Translate, untranslatable } from './sql.js'

/** Of each aggregate. */
export const COLUMNS = 3

export interface AggregateColumns {
  readonly aggregate: Aggregate
  /** Of the values; `int` where there are none. */
  readonly type: SqlType
  /** How many there were, what they came to, and of decimals how many digits stand behind the point. */
  readonly columns: readonly [string, string, string]
}

/** Throws Untranslatable. */
export function aggregateColumns(
  aggregate: Aggregate,
  countAll: string,
  translate: Translate,
): AggregateColumns {
  const { name, argument } = aggregate
  if (argument === '*') return { aggregate, type: 'int', columns: [countAll, 'NULL', 'NULL'] }
  const argumentValue = translate(argument)
  const isField = argumentValue.type === 'json'
  if (name === 'count') {
    const counted = isField ? `nullif(${argumentValue.text}, 'null')` : argumentValue.text
    return { aggregate, type: argumentValue.type, columns: [`count(${counted})`, 'NULL', 'NULL'] }
  }
  const value = isField ? jsonNumber(argumentValue) : argumentValue
  return name === 'sum' || name === 'avg' ? sumColumns(aggregate, value) : extremeColumns(aggregate, value)
}

/** A sum has as many digits behind the point as the longest of its values. */
function sumColumns(aggregate: Aggregate, value: Sql): AggregateColumns {
  const { text, type, digits } = value.type === 'decimal' ? value : ofType(value, 'int', 'float')
  if (type === 'decimal' && digits === undefined) return untranslatable()
  const sum = `sum(${text})`
  const digitsMax = digits === undefined ? 'NULL' : `max(${digits})`
  const found = type === 'float' ? sum : `CAST(${sum} AS VARCHAR)`
  return { aggregate, type, columns: [`count(${text})`, found, digitsMax] }
}

/** An extreme is written as its own record wrote it, which is not known of decimals. */
function extremeColumns(aggregate: Aggregate, value: Sql): AggregateColumns {
  const { text, type } = ofType(value, 'int', 'float')
  const extreme = `${aggregate.name}(${text})`
  const found = type === 'float' ? extreme : `CAST(${extreme} AS VARCHAR)`
  return { aggregate, type, columns: [`count(${text})`, found, 'NULL'] }
}

export function partialOf(
  { aggregate, type }: AggregateColumns,
  [count, found, digits]: readonly DuckDBValue[],
): Partial {
  const counted = BigInt(String(count))
  if (aggregate.name === 'count' || found === null || found === undefined) return { count: counted }
  const value = numberOf(type, found, Number(digits ?? 0))
  return aggregate.name === 'min' || aggregate.name === 'max'
    ? { count: counted, extreme: value }
    : { count: counted, sum: value }
}

function numberOf(type: SqlType, found: DuckDBValue, digits: number): Numeric {
  if (type === 'float') return Number(found)
  if (type === 'int') return BigInt(String(found))
  const sum = parseDecimal(String(found)) ?? decimalOf(0n)
  const rounded = roundToScale(sum, digits)
  // Ints alone come to an int.
  return digits === 0 ? rounded.coefficient : rounded
}
