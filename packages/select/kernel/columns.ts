// Columns of values, one behind the other, as they are found.
import {
  DIGITS,
  DIGITS_END,
  DIGITS_MAX,
  FRACTIONS_END,
  NULLS,
  ODD_VALUE,
  VALIDITY,
  VALUES,
  VALUES_END,
  VIEW,
  VIEW_DECIMAL,
  VIEW_INT,
  wantedEntry,
} from './layout'
import { digits, mantissa, readDecimal, storeFloat, storeInt } from './numbers'
import { power } from './powers'

/** A decimal of more digits behind its point is not kept as an int. */
const DECIMAL_DIGITS_MAX: i32 = 9
const DECIMAL_LENGTH: i32 = 18

export function beginColumns(count: i32, recordsMax: i32): void {
  for (let index = 0; index < count; index++) {
    const entry = wantedEntry(index)
    memory.fill(load<u32>(entry, VALIDITY), 0xff, <usize>((recordsMax + 7) >> 3))
    store<u32>(entry, load<u32>(entry, VALUES), VALUES_END)
    store<u32>(entry, load<u32>(entry, DIGITS), DIGITS_END)
    store<u32>(entry, load<u32>(entry, DIGITS) + 4 * <u32>recordsMax, FRACTIONS_END)
    store<u32>(entry, 0, NULLS)
    store<u32>(entry, 0, DIGITS_MAX)
  }
}

/** The row has no value there. */
export function addNull(entry: usize, row: i32): void {
  const at = <usize>load<u32>(entry, VALIDITY) + <usize>(row >> 3)
  store<u8>(at, <u8>(load<u32>(at) & ~(1 << (row & 7))))
  store<u32>(entry, load<u32>(entry, NULLS) + 1, NULLS)
}

/** A value as text; whoever writes it moves the end. */
export function beginText(entry: usize): usize {
  return <usize>load<u32>(entry, VALUES_END) + 4
}

export function endText(entry: usize, end: usize): void {
  const at = <usize>load<u32>(entry, VALUES_END)
  store<u32>(at, <u32>(end - at - 4))
  store<u32>(entry, <u32>end, VALUES_END)
}

/** Sixteen bytes at a time, so that a few more than these are written; gives where they end. */
export function copyBytes(to: usize, from: usize, end: usize): usize {
  let source = from
  let target = to
  for (; source < end; source += 16) {
    v128.store(target, v128.load(source))
    target += 16
  }
  return to + (end - from)
}

export function addText(entry: usize, from: usize, end: usize): void {
  endText(entry, copyBytes(beginText(entry), from, end))
}

export function addInt(entry: usize, value: i64): void {
  const to = <usize>load<u32>(entry, VALUES_END)
  store<i64>(to, value)
  store<u32>(entry, <u32>to + 8, VALUES_END)
}

export function addFloat(entry: usize, value: f64): void {
  const to = <usize>load<u32>(entry, VALUES_END)
  store<f64>(to, value)
  store<u32>(entry, <u32>to + 8, VALUES_END)
}

/** Beside the value. */
export function addDigits(entry: usize, count: i32): void {
  const digitsAt = <usize>load<u32>(entry, DIGITS_END)
  store<i32>(digitsAt, count)
  store<u32>(entry, <u32>digitsAt + 4, DIGITS_END)
}

/** In two ints, whose sums are as exact as they are. */
export function addParts(entry: usize, whole: i64, fraction: i64, behind: i32): void {
  addInt(entry, whole)
  addDigits(entry, behind)
  const at = <usize>load<u32>(entry, FRACTIONS_END)
  store<i64>(at, fraction)
  store<u32>(entry, <u32>at + 8, FRACTIONS_END)
}

/** `behind`: how many of its digits stand behind the point. Gives why not, or 0. */
export function addDecimal(entry: usize, mantissa: i64, behind: i32): i32 {
  addInt(entry, mantissa)
  addDigits(entry, behind)
  if (behind > load<i32>(entry, DIGITS_MAX)) store<i32>(entry, behind, DIGITS_MAX)
  return behind > DECIMAL_DIGITS_MAX ? ODD_VALUE : 0
}

/** Of any view but text. Gives why not, or 0. */
export function addNumber(entry: usize, from: usize, end: usize): i32 {
  const view = load<i32>(entry, VIEW)
  if (view === VIEW_DECIMAL) {
    return readDecimal(from, end) ? addDecimal(entry, mantissa, digits) : ODD_VALUE
  }
  const to = <usize>load<u32>(entry, VALUES_END)
  store<u32>(entry, <u32>to + 8, VALUES_END)
  return view === VIEW_INT ? storeInt(to, from, end) : storeFloat(to, from, end)
}

/** All values of a column of decimals get as many digits behind the point as the one that has most. */
export function endColumns(count: i32): i32 {
  let why = 0
  for (let index = 0; index < count; index++) {
    const entry = wantedEntry(index)
    if (load<i32>(entry, VIEW) === VIEW_DECIMAL) why |= alignPoints(entry)
  }
  return why
}

function alignPoints(entry: usize): i32 {
  const most = load<i32>(entry, DIGITS_MAX)
  const end = <usize>load<u32>(entry, VALUES_END)
  let digitsAt = <usize>load<u32>(entry, DIGITS)
  for (let at = <usize>load<u32>(entry, VALUES); at < end; at += 8) {
    const missing = most - load<i32>(digitsAt)
    digitsAt += 4
    if (missing === 0) continue
    const value = load<i64>(at)
    const limit = power(DECIMAL_LENGTH - missing)
    if (value >= limit || value <= -limit) return ODD_VALUE
    store<i64>(at, value * power(missing))
  }
  return 0
}
