// Texts of numbers, as values.
import { quotient } from './floats'
import { ODD_VALUE } from './layout'
import { power } from './powers'

const ZERO: u32 = 48
const POINT: u32 = 46
const PLUS: u32 = 43
const MINUS: u32 = 45
const SPACE: u32 = 32
const TAB: u32 = 9
const INT_DIGITS_MAX: i32 = 18
/** Up to here every int is a float, and so a quotient of two of them is the float nearest to what it stands for. */
const FLOAT_DIGITS_MAX: i32 = 15

/** What a text came to: all its digits as one number, how many of them stand behind the point, how many there are. */
export let mantissa: i64 = 0
export let digits: i32 = 0
export let length: i32 = 0
export let isNegative: bool = false

/** Gives a float for the text of one, and what is none for any other. */
declare function hostFloat(at: usize, end: usize): f64

function isSpace(at: usize): bool {
  const byte = <u32>load<u8>(at)
  return byte === SPACE || byte === TAB
}

/** A sign, digits, perhaps a point and more digits, with spaces around them. */
export function readDecimal(from: usize, to: usize): bool {
  let at = from
  let end = to
  while (at < end && isSpace(at)) at++
  while (end > at && isSpace(end - 1)) end--
  if (at === end) return false
  const sign = <u32>load<u8>(at)
  isNegative = sign === MINUS
  return readDigits(isNegative || sign === PLUS ? at + 1 : at, end)
}

function readDigits(start: usize, end: usize): bool {
  if (start >= end) return false
  // A zero before the point takes no room in an int.
  const digitsMax = INT_DIGITS_MAX + (<u32>load<u8>(start) === ZERO ? 1 : 0)
  if (end - start > <usize>(digitsMax + 1)) return false
  let value: i64 = 0
  let point: usize = 0
  for (let at = start; at < end; at++) {
    const byte = <u32>load<u8>(at)
    const digit = byte - ZERO
    if (digit <= 9) value = value * 10 + <i64>digit
    else if (byte === POINT && point === 0 && at > start) point = at
    else return false
  }
  const bytes = <i32>(end - start)
  digits = point === 0 ? 0 : <i32>(end - point - 1)
  length = point === 0 ? bytes : bytes - 1
  mantissa = isNegative ? -value : value
  return length <= digitsMax && digits <= INT_DIGITS_MAX && (point === 0 || digits > 0)
}

/** Stores an int; gives ODD_VALUE for what is none. */
export function storeInt(to: usize, from: usize, end: usize): i32 {
  if (!readDecimal(from, end) || digits > 0) return ODD_VALUE
  store<i64>(to, mantissa)
  return 0
}

export function storeFloat(to: usize, from: usize, end: usize): i32 {
  if (readDecimal(from, end)) {
    const value = floatOf(isNegative ? -mantissa : mantissa)
    store<f64>(to, isNegative ? -value : value)
    return 0
  }
  const value = hostFloat(from, end)
  store<f64>(to, value)
  return value - value === 0 ? 0 : ODD_VALUE
}

/** Of the digits, with the point where it was. */
function floatOf(value: i64): f64 {
  const isExact = length <= FLOAT_DIGITS_MAX || value === 0
  return isExact ? <f64>value / <f64>power(digits) : quotient(<u64>value, <u64>power(digits))
}
