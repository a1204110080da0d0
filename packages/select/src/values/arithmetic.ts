// Calculating with ints, decimals and floats; the widest of two decides.
import { SelectError } from '../errors.js'
import {
  addDecimals,
  Decimal,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  negateDecimal,
  remainderOfDecimals,
} from './decimal.js'
import { describe } from './describe.js'
import type { Value } from './value.js'

export type Arithmetic = '+' | '-' | '*' | '/' | '%'
export type Numeric = bigint | number | Decimal

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Decimal
}

export function isInt(value: bigint): boolean {
  return value >= INT_MIN && value <= INT_MAX
}

export function toFloat(value: Numeric): number {
  return value instanceof Decimal ? value.toNumber() : Number(value)
}

export function toDecimal(value: bigint | Decimal): Decimal {
  return typeof value === 'bigint' ? decimalOf(value) : value
}

/** MISSING and null pass through. Throws CastFailed for other types, overflow and division by zero. */
export function calculate(operator: Arithmetic, left: Value, right: Value): Value {
  if (left === undefined || right === undefined) return undefined
  if (left === null || right === null) return null
  if (typeof left === 'bigint' && typeof right === 'bigint') return calculateInts(operator, left, right)
  const a = numeric(left, operator)
  const b = numeric(right, operator)
  if (typeof a === 'number' || typeof b === 'number') return calculateFloats(operator, toFloat(a), toFloat(b))
  return calculateDecimals(operator, toDecimal(a), toDecimal(b))
}

export function negate(value: Value): Value {
  if (value === undefined || value === null) return value
  const number = numeric(value, '-')
  if (number instanceof Decimal) return negateDecimal(number)
  return typeof number === 'bigint' ? checkInt(-number) : -number
}

function numeric(value: Value, operator: string): Numeric {
  if (isNumeric(value)) return value
  throw new SelectError('CastFailed', `"${operator}" takes numbers, not a ${describe(value)}: use CAST.`)
}

function checkInt(value: bigint): bigint {
  if (isInt(value)) return value
  throw new SelectError(
    'CastFailed',
    'The result does not fit into an int of 64 bits: CAST to decimal before.',
  )
}

function divisionByZero(): SelectError {
  return new SelectError('CastFailed', 'Division by zero.')
}

function calculateInts(operator: Arithmetic, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return checkInt(a + b)
    case '-':
      return checkInt(a - b)
    case '*':
      return checkInt(a * b)
    default:
      if (b === 0n) throw divisionByZero()
      return checkInt(operator === '/' ? a / b : a % b)
  }
}

function calculateFloats(operator: Arithmetic, a: number, b: number): number {
  if (b === 0 && (operator === '/' || operator === '%')) throw divisionByZero()
  const results = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }
  const result = results[operator]
  if (!Number.isFinite(result)) throw new SelectError('CastFailed', 'The result is too large for a float.')
  return result
}

function calculateDecimals(operator: Arithmetic, a: Decimal, b: Decimal): Decimal {
  switch (operator) {
    case '+':
      return addDecimals(a, b)
    case '-':
      return addDecimals(a, negateDecimal(b))
    case '*':
      return multiplyDecimals(a, b)
    default:
      if (b.coefficient === 0n) throw divisionByZero()
      return operator === '/' ? divideDecimals(a, b) : remainderOfDecimals(a, b)
  }
}
