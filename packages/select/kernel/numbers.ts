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
const ZEROS: u64 = ((<u64>0x30303030) << 32) | 0x30303030
const BYTES: u64 = ((<u64>0xff00ff) << 32) | 0xff00ff
const WORDS: u64 = ((<u64>0xffff) << 32) | 0xffff
/** That are read at once, on either side of the point. */
const SHORT_DIGITS_MAX: i32 = 8
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
  return readShort(from, to) || readLong(from, to)
}

/** Most have a few digits and no spaces. */
function readShort(from: usize, end: usize): bool {
  const isBelow = <u32>load<u8>(from) === MINUS
  const start = from + <usize>isBelow
  const count = <i32>(end - start)
  if (count <= 0 || count > 16) return false
  const places = i8x16.sub(v128.load(start), i8x16.splat(<i8>ZERO))
  const isOther = i8x16.gt_u(places, i8x16.splat(9))
  const others = i8x16.bitmask(isOther) & (<i32>((<u32>1) << (<u32>count)) - 1)
  const whole = others === 0 ? count : ctz(others)
  const behind = others === 0 ? 0 : count - whole - 1
  if (whole === 0 || whole > SHORT_DIGITS_MAX || behind > SHORT_DIGITS_MAX) return false
  if (
    others !== 0 &&
    (behind === 0 || others !== 1 << whole || <u32>load<u8>(start + <usize>whole) !== POINT)
  ) {
    return false
  }
  const value = digitsBefore(start + <usize>whole, whole) * power(behind) + digitsBefore(end, behind)
  isNegative = isBelow
  mantissa = isBelow ? -value : value
  digits = behind
  length = whole + behind
  return true
}

/** Eight digits or fewer, as a number. */
export function digitsBefore(end: usize, count: i32): i64 {
  if (count === 0) return 0
  const shift = <u64>(64 - 8 * count)
  let pairs = ((load<u64>(end - 8) >> shift) << shift) - ((ZEROS >> shift) << shift)
  pairs = (pairs * 10 + (pairs >> 8)) & BYTES
  pairs = (pairs * 100 + (pairs >> 16)) & WORDS
  return <i64>((pairs * 10000 + (pairs >> 32)) & 0xffffffff)
}

function readLong(from: usize, to: usize): bool {
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
