// Which values are equal, and which come first.
import { SelectError } from '../errors.js'
import { isNumeric, type Numeric, toDecimal, toFloat } from './arithmetic.js'
import { compareDecimals } from './decimal.js'
import { describe } from './describe.js'
import { compareTimestamps, Timestamp } from './timestamp.js'
import { Struct, type Value } from './value.js'

/** Of neither null nor MISSING. Values of unlike types are not equal; numbers are alike whatever their kind. */
export function areEqual(a: Value, b: Value): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b) === 0
  if (a instanceof Timestamp && b instanceof Timestamp) return compareTimestamps(a, b) === 0
  if (a instanceof Struct && b instanceof Struct) {
    return areListsEqual(a.names, b.names) && areListsEqual(a.values, b.values)
  }
  if (Array.isArray(a) && Array.isArray(b)) return areListsEqual(a, b)
  return a === b
}

function areListsEqual(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, index) => areEqual(value, b[index]))
}

/** Negative, zero or positive, of neither null nor MISSING. Throws ComparisonFailed for unlike types. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  if (a instanceof Timestamp && b instanceof Timestamp) return compareTimestamps(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  const types = `a ${describe(a)} with a ${describe(b)}`
  throw new SelectError('ComparisonFailed', `Can not compare ${types}: use CAST, as in CAST(s._1 AS INT).`)
}

export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return orderOf(a < b, a > b)
  if (typeof a === 'number' || typeof b === 'number') return compareFloats(a, b)
  return compareDecimals(toDecimal(a), toDecimal(b))
}

/** An int and a float are compared exactly; a decimal is rounded to a float first. What is no number is larger than any. */
function compareFloats(a: Numeric, b: Numeric): number {
  const left = typeof a === 'bigint' ? a : toFloat(a)
  const right = typeof b === 'bigint' ? b : toFloat(b)
  const order = orderOf(left < right, left > right)
  return order === 0 ? orderOf(Number.isNaN(right), Number.isNaN(left)) : order
}

function orderOf(isLess: boolean, isMore: boolean): number {
  return Number(isMore) - Number(isLess)
}

const SURROGATES = /[\ud800-\udfff]/

/** By code points, which is the order of UTF-8's bytes. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  if (SURROGATES.test(a) || SURROGATES.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
