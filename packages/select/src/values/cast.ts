// CAST, from every type to every other that has the value.
import { SelectError } from '../errors.js'
import type { CastType } from '../language/ast.js'
import { isInt, isNumeric, type Numeric, toFloat } from './arithmetic.js'
import { Decimal, decimalOf, digitCount, limitDigits, parseDecimal, roundToScale } from './decimal.js'
import { describe } from './describe.js'
import { plainText } from './text.js'
import { parseTimestamp, Timestamp } from './timestamp.js'
import { Struct, type Value } from './value.js'

export interface DecimalSize {
  readonly precision: number | undefined
  readonly scale: number | undefined
}

const INT = /^[+-]?\d{1,30}$/
const FLOAT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const DIGITS_MAX = 38

/** MISSING and null pass through. Throws CastFailed where the type does not have the value. */
export function castValue(value: Value, type: CastType, size: DecimalSize): Value {
  if (value === undefined || value === null) return value
  const cast = castTo(value, type, size)
  if (cast === undefined) throw new SelectError('CastFailed', `A ${describe(value)} is no ${type}.`)
  return cast
}

function castTo(value: Value, type: CastType, size: DecimalSize): Value {
  switch (type) {
    case 'bool':
      return toBool(value)
    case 'int':
      return toInt(value)
    case 'float':
      return finite(toFloatValue(value))
    case 'decimal':
      return sized(toDecimalValue(value), size)
    case 'timestamp':
      return toTimestamp(value)
    case 'string':
      return value instanceof Struct || Array.isArray(value) ? undefined : plainText(value)
  }
}

/** Without spaces and tabs around it; a pattern would take forever over a megabyte of them. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}

function toBool(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (isNumeric(value)) return toFloat(value) !== 0
  if (typeof value !== 'string') return undefined
  const text = trimmed(value).toLowerCase()
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}

function toInt(value: Value): bigint | undefined {
  const int = typeof value === 'string' ? intOfText(value) : intOfValue(value)
  return int !== undefined && isInt(int) ? int : undefined
}

function intOfText(text: string): bigint | undefined {
  const digits = trimmed(text)
  return INT.test(digits) ? BigInt(digits.startsWith('+') ? digits.slice(1) : digits) : undefined
}

/** What is behind the point goes. */
function intOfValue(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return BigInt(Math.trunc(value))
  if (!(value instanceof Decimal)) return undefined
  if (digitCount(value) - value.scale > DIGITS_MAX) return undefined
  const { coefficient, scale } = value
  return scale <= 0 ? coefficient * 10n ** BigInt(-scale) : coefficient / 10n ** BigInt(scale)
}

function toFloatValue(value: Value): number | undefined {
  if (isNumeric(value)) return toFloat(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return undefined
  const text = trimmed(value)
  return FLOAT.test(text) ? Number(text) : undefined
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function toDecimalValue(value: Value): Decimal | undefined {
  if (isNumeric(value)) return decimalOfNumber(value)
  if (typeof value === 'boolean') return decimalOf(value ? 1n : 0n)
  return typeof value === 'string' ? parseDecimal(trimmed(value)) : undefined
}

/** A float becomes the shortest decimal that is read back as the same. */
function decimalOfNumber(value: Numeric): Decimal | undefined {
  if (value instanceof Decimal) return value
  return typeof value === 'bigint' ? decimalOf(value) : parseDecimal(`${value}`)
}

function sized(value: Decimal | undefined, { precision, scale = 0 }: DecimalSize): Decimal | undefined {
  if (value === undefined || precision === undefined)
    return value === undefined ? undefined : limitDigits(value)
  const rounded = roundToScale(value, scale)
  return digitCount(rounded) > precision ? undefined : rounded
}

function toTimestamp(value: Value): Timestamp | undefined {
  if (value instanceof Timestamp) return value
  return typeof value === 'string' ? parseTimestamp(trimmed(value)) : undefined
}
