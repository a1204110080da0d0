// Aggregates of one batch, in the form that those of all batches are added up in.
import type { DuckDBValue } from '@duckdb/node-api'
import type { Aggregate } from '../analysis/query.js'
import type { Partial } from '../evaluate/accumulator.js'
import type { Numeric } from '../values/arithmetic.js'
import { Decimal, decimalOf, parseDecimal, roundToScale } from '../values/decimal.js'
import { jsonNumber } from './json-value.js'
import { ofType, type Sql, type SqlType, type Translate, untranslatable } from './sql.js'

/** Of each aggregate. */
export const COLUMNS = 3
/** Fractions that are added up are in parts of one. */
const PART_DIGITS = 18
const PARTS = 10n ** 18n

export interface AggregateColumns {
  readonly aggregate: Aggregate
  /** Of the values; `int` where there are none. */
  readonly type: SqlType
  /** How many there were, what they came to, and of decimals how many digits stand behind the point. */
  readonly columns: readonly [string, string, string]
  /** What the columns are made of, by the names that they have there: each is worked out once for a record. */
  readonly values: readonly string[]
}

/** Throws Untranslatable. */
export function aggregateColumns(
  aggregate: Aggregate,
  index: number,
  translate: Translate,
): AggregateColumns {
  const { name, argument } = aggregate
  if (argument === '*') return countColumns(aggregate, '*', index)
  if (name === 'count') {
    const { text, type } = translate(argument, 'kind')
    return countColumns(aggregate, type === 'kind' ? `nullif(${text}, 0)` : text, index)
  }
  const field = translate(argument, name === 'sum' || name === 'avg' ? 'sum' : 'int')
  const value = field.type === 'json' ? jsonNumber(field) : field
  return name === 'sum' || name === 'avg'
    ? sumColumns(aggregate, value, index)
    : extremeColumns(aggregate, value, index)
}

function countColumns(aggregate: Aggregate, counted: string, index: number): AggregateColumns {
  const type = 'int'
  const columns = (count: string) => [count, 'NULL', 'NULL'] as const
  if (counted === '*') return { aggregate, type, columns: columns('count(*)'), values: [] }
  return { aggregate, type, columns: columns(`count(v${index})`), values: [`${counted} AS v${index}`] }
}

/** A sum has as many digits behind the point as the longest of its values. */
function sumColumns(aggregate: Aggregate, value: Sql, index: number): AggregateColumns {
  const { text, type, digits } = value.type === 'decimal' ? value : ofType(value, 'int', 'float')
  if (type === 'decimal' && digits === undefined) return untranslatable()
  const sum = `sum(v${index})`
  const digitsMax = digits === undefined ? 'NULL' : `max(d${index})`
  const found = type === 'float' ? sum : `CAST(${sum} AS VARCHAR)`
  const values = [`${text} AS v${index}`, ...(digits === undefined ? [] : [`${digits} AS d${index}`])]
  if (value.fractions === undefined)
    return { aggregate, type, columns: [`count(v${index})`, found, digitsMax], values }
  const both = `concat_ws('/', CAST(${sum} AS VARCHAR), CAST(sum(f${index}) AS VARCHAR))`
  const parts = [...values, `${value.fractions} AS f${index}`]
  return {
    aggregate,
    type,
    columns: [`count(v${index})`, `CASE WHEN count(v${index}) > 0 THEN ${both} END`, digitsMax],
    values: parts,
  }
}

/** An extreme is written as its own record wrote it, which is not known of decimals. */
function extremeColumns(aggregate: Aggregate, value: Sql, index: number): AggregateColumns {
  const { text, type } = ofType(value, 'int', 'float')
  const extreme = `${aggregate.name}(v${index})`
  const found = type === 'float' ? extreme : `CAST(${extreme} AS VARCHAR)`
  const values = [`${text} AS v${index}`]
  return { aggregate, type, columns: [`count(v${index})`, found, 'NULL'], values }
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
  const [whole = '', fractions] = String(found).split('/')
  const sum = fractions === undefined ? (parseDecimal(whole) ?? decimalOf(0n)) : sumOf(whole, fractions)
  const rounded = roundToScale(sum, digits)
  // Ints alone come to an int.
  return digits === 0 ? rounded.coefficient : rounded
}

function sumOf(whole: string, fractions: string): Decimal {
  return new Decimal(BigInt(whole) * PARTS + BigInt(fractions), PART_DIGITS)
}
