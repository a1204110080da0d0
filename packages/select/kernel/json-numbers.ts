// Numbers of JSON as values of columns: most have a few digits, which are read at once.
import { addDecimal, addDigits, addFloat, addInt, addNumber, addParts } from './columns'
import { MINUS, POINT } from './json-layout'
import { ODD_VALUE, VALUES_END, VIEW, VIEW_FLOAT, VIEW_INT, VIEW_ORDER, VIEW_SUM } from './layout'
import { digitsBefore, digits as digitsRead, mantissa as mantissaRead, readDecimal } from './numbers'
import { power } from './powers'

const NINE: i32 = 57
/** On either side of the point. */
const DIGITS_MAX: i32 = 8
const FLOAT_DIGITS_MAX: i32 = 15
const PART_DIGITS: i32 = 18

/** Of a text that is a number of JSON. Gives why the view can't have it, or 0. */
export function addJsonNumber(entry: usize, from: usize, end: usize): i32 {
  const isNegative = <u32>load<u8>(from) === MINUS
  const start = from + <usize>isNegative
  const length = <i32>(end - start)
  const chunk = v128.load(start)
  const point = ctz(i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(<i8>POINT))))
  const whole = point < length ? point : length
  const digits = point < length ? length - point - 1 : 0
  // An exponent has a letter.
  const letter = ctz(i8x16.bitmask(i8x16.gt_u(chunk, i8x16.splat(<i8>NINE))))
  if (whole > DIGITS_MAX || digits > DIGITS_MAX || letter < length) return addLongNumber(entry, from, end)
  const scale = power(digits)
  const sign: i64 = isNegative ? -1 : 1
  const above = sign * digitsBefore(start + <usize>whole, whole)
  const behind = sign * digitsBefore(end, digits)
  const mantissa = above * scale + behind
  const view = load<i32>(entry, VIEW)
  if (view === VIEW_SUM) {
    addParts(entry, above, behind * power(PART_DIGITS - digits), digits)
    return 0
  }
  if (view === VIEW_FLOAT || view === VIEW_ORDER) {
    if (whole + digits > FLOAT_DIGITS_MAX) return addLongNumber(entry, from, end)
    // There is no zero below zero.
    addFloat(entry, <f64>mantissa / <f64>scale)
    if (view === VIEW_ORDER) addDigits(entry, whole + digits)
    return 0
  }
  if (view === VIEW_INT) {
    addInt(entry, mantissa)
    return digits > 0 ? ODD_VALUE : 0
  }
  return addDecimal(entry, mantissa, digits)
}

function addLongNumber(entry: usize, from: usize, end: usize): i32 {
  const view = load<i32>(entry, VIEW)
  if (view === VIEW_SUM) return addLongParts(entry, from, end)
  const why = addNumber(entry, from, end)
  if (why !== 0 || (view !== VIEW_FLOAT && view !== VIEW_ORDER)) return why
  // As many digits as it has characters, or fewer.
  if (view === VIEW_ORDER) addDigits(entry, <i32>(end - from))
  const at = <usize>load<u32>(entry, VALUES_END) - 8
  if (load<f64>(at) === 0) store<f64>(at, 0)
  return 0
}

function addLongParts(entry: usize, from: usize, end: usize): i32 {
  if (!readDecimal(from, end)) return ODD_VALUE
  const scale = power(digitsRead)
  const above = mantissaRead / scale
  addParts(entry, above, (mantissaRead - above * scale) * power(PART_DIGITS - digitsRead), digitsRead)
  return 0
}
