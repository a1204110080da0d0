// Values of Parquet as values of a query.
import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { Decimal, decimalOf } from '../values/decimal.js'
import { Timestamp } from '../values/timestamp.js'
import { Struct, type Value } from '../values/value.js'

const SECONDS_PER_DAY = 86_400n
const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n

/** What has no type of its own, such as a time of day, becomes its text. */
export function queryValue(value: DuckDBValue, type: DuckDBType): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return intOf(value)
  if (typeof value === 'number') return isFloat(type) ? value : BigInt(value)
  if (value instanceof DuckDBDecimalValue) return new Decimal(value.value, value.scale)
  return nestedOf(value, type) ?? timeOf(value) ?? String(value)
}

/** Ints of up to 32 bits are numbers as well. */
function isFloat({ typeId }: DuckDBType): boolean {
  return typeId === DuckDBTypeId.DOUBLE || typeId === DuckDBTypeId.FLOAT
}

function intOf(value: bigint): bigint | Decimal {
  return value >= INT_MIN && value <= INT_MAX ? value : decimalOf(value)
}

function nestedOf(value: DuckDBValue, type: DuckDBType): Value {
  const isList = value instanceof DuckDBListValue || value instanceof DuckDBArrayValue
  if (isList && (type instanceof DuckDBListType || type instanceof DuckDBArrayType)) {
    return value.items.map((item) => queryValue(item, type.valueType))
  }
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType) {
    const values = type.entryNames.map((name, at) =>
      queryValue(value.entries[name] ?? null, type.entryTypes[at] ?? type),
    )
    return new Struct(type.entryNames, values)
  }
  if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType) {
    return new Struct(
      value.entries.map(({ key }) => String(key)),
      value.entries.map((entry) => queryValue(entry.value, type.valueType)),
    )
  }
  return undefined
}

function timeOf(value: DuckDBValue): Value {
  if (value instanceof DuckDBDateValue) {
    return timestamp(BigInt(value.days) * SECONDS_PER_DAY, { perSecond: 1n, digits: 0, precision: 'day' })
  }
  if (value instanceof DuckDBTimestampSecondsValue)
    return timestamp(value.seconds, { perSecond: 1n, digits: 0 })
  if (value instanceof DuckDBTimestampMillisecondsValue) {
    return timestamp(value.millis, { perSecond: 1000n, digits: 3 })
  }
  if (value instanceof DuckDBTimestampValue)
    return timestamp(value.micros, { perSecond: 1_000_000n, digits: 6 })
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    return timestamp(value.nanos, { perSecond: 1_000_000_000n, digits: 9 })
  }
  if (value instanceof DuckDBTimestampTZValue) {
    return timestamp(value.micros, { perSecond: 1_000_000n, digits: 6, offsetMinutes: 0 })
  }
  return undefined
}

interface Unit {
  readonly perSecond: bigint
  /** Behind the point. */
  readonly digits: number
  readonly precision?: 'day'
  /** Undefined: of no known place. */
  readonly offsetMinutes?: number
}

function timestamp(ticks: bigint, { perSecond, digits, precision, offsetMinutes }: Unit): Timestamp {
  const rest = ((ticks % perSecond) + perSecond) % perSecond
  return new Timestamp({
    localSeconds: Number((ticks - rest) / perSecond),
    nanoseconds: Number(rest * (1_000_000_000n / perSecond)),
    // Whole seconds are written as such.
    fractionDigits: rest === 0n ? 0 : digits,
    offsetMinutes,
    precision: precision ?? 'second',
  })
}
