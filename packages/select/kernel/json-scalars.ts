// Strings, numbers, true, false and null: where they end, and whether they are written as the result would write them.
import { BACKSLASH, LETTER_E, LETTER_U, MINUS, POINT, QUOTE, SPACE, ZERO } from './json-layout'

const TRUE: u32 = 0x65757274
const NULL: u32 = 0x6c6c756e
const FALSE: u32 = 0x736c6166
/** Numbers up to here are looked at as a whole. */
const SHORT_BYTES: u32 = 31
const PLUS: u32 = 43
const NUMBER_BYTES_MAX: usize = 900
/** A number so short is always written without an exponent. */
const PLAIN_BYTES_MAX: usize = 38
const EXPONENT_DIGITS_MAX: usize = 3

/** Where something was found last that the result has otherwise. */
export let dirtyAt: usize = 0

export function cleanFrom(): void {
  dirtyAt = 0
}

export function dirtyTo(at: usize): void {
  if (at > dirtyAt) dirtyAt = at
}

/** Behind the value that begins there; 0 where none does. Bytes are looked at up to the first line feed. */
export function scalarEnd(from: usize): usize {
  const byte = <u32>load<u8>(from)
  if (byte === QUOTE) return stringEnd(from)
  if (byte - ZERO <= 9 || byte === MINUS) return numberEnd(from, byte === MINUS)
  const word = load<u32>(from)
  if (word === TRUE || word === NULL) return from + 4
  return word === FALSE && <u32>load<u8>(from, 4) === LETTER_E ? from + 5 : 0
}

export function stringEnd(from: usize): usize {
  let at = from + 1
  while (true) {
    const chunk = v128.load(at)
    // Of all bytes but the quote and control characters this is more than a space.
    const turned = v128.xor(chunk, i8x16.splat(2))
    const ends = i8x16.eq(i8x16.min_u(turned, i8x16.splat(<i8>SPACE)), turned)
    const stops = i8x16.bitmask(v128.or(ends, i8x16.eq(chunk, i8x16.splat(<i8>BACKSLASH))))
    if (stops === 0) {
      at += 16
      continue
    }
    at += <usize>ctz(stops)
    const byte = <u32>load<u8>(at)
    if (byte === QUOTE) return at + 1
    at = byte === BACKSLASH ? escapeEnd(at) : 0
    if (at === 0) return 0
  }
}

/** Behind an escape; 0 where it is none. */
function escapeEnd(at: usize): usize {
  const byte = <u32>load<u8>(at, 1)
  switch (byte) {
    case QUOTE:
    case BACKSLASH:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
      return at + 2
    case 47:
      dirtyAt = at
      return at + 2
    case LETTER_U:
      dirtyAt = at
      return codeUnit(at) < 0 ? 0 : at + 6
    default:
      return 0
  }
}

/** What \uXXXX stands for, -1 where it is no such escape. */
export function codeUnit(at: usize): i32 {
  if (<u32>load<u8>(at) !== BACKSLASH || <u32>load<u8>(at, 1) !== LETTER_U) return -1
  let unit = 0
  for (let place: usize = 2; place < 6; place++) {
    const byte = <i32>load<u8>(at + place)
    const letter = (byte | 32) - 97
    if (<u32>(byte - 48) <= 9) unit = unit * 16 + byte - 48
    else if (<u32>letter <= 5) unit = unit * 16 + letter + 10
    else return -1
  }
  return unit
}

function numberEnd(from: usize, isNegative: bool): usize {
  const start = from + <usize>isNegative
  const digits = digitBits(start) | (digitBits(start + 16) << 16)
  const whole = ctz(~digits)
  if (whole === 0 || whole >= SHORT_BYTES) return whole === 0 ? 0 : longNumberEnd(from, start)
  const isZero = <u32>load<u8>(start) === ZERO
  if (isZero && whole > 1) return 0
  let end = start + <usize>whole
  let byte = <u32>load<u8>(end)
  if (byte === POINT) {
    const fraction = ctz(~(digits >> (whole + 1)))
    end += <usize>(fraction + 1)
    if (fraction === 0) return 0
    if (end - start > <usize>SHORT_BYTES) return longNumberEnd(from, start)
    byte = <u32>load<u8>(end)
  }
  if ((byte | 32) === LETTER_E || (isNegative && isZero)) return longNumberEnd(from, start)
  return end
}

/** Of sixteen bytes. */
function digitBits(at: usize): u32 {
  const places = i8x16.sub(v128.load(at), i8x16.splat(<i8>ZERO))
  return i8x16.bitmask(i8x16.eq(i8x16.min_u(places, i8x16.splat(9)), places))
}

function digitsEnd(from: usize): usize {
  let at = from
  while (<u32>load<u8>(at) - ZERO <= 9) at++
  return at
}

function longNumberEnd(from: usize, start: usize): usize {
  const digits = fixedEnd(start)
  const hasExponent = digits !== 0 && (<u32>load<u8>(digits) | 32) === LETTER_E
  const end = hasExponent ? exponentEnd(digits + 1) : digits
  if (end === 0 || end - from > NUMBER_BYTES_MAX) return 0
  if (!isPlainNumber(from, end)) dirtyAt = from
  return end
}

/** Digits, and perhaps more behind a point; 0 for anything else. */
function fixedEnd(start: usize): usize {
  const end = digitsEnd(start)
  if (end === start || (<u32>load<u8>(start) === ZERO && end > start + 1)) return 0
  if (<u32>load<u8>(end) !== POINT) return end
  const behind = digitsEnd(end + 1)
  return behind === end + 1 ? 0 : behind
}

function exponentEnd(from: usize): usize {
  const sign = <u32>load<u8>(from)
  const start = sign === MINUS || sign === PLUS ? from + 1 : from
  const end = digitsEnd(start)
  return end === start || end - start > EXPONENT_DIGITS_MAX ? 0 : end
}

/** Of a number without an exponent: zero is written without its sign. */
function isZeroText(from: usize, end: usize): bool {
  for (let at = from; at < end; at++) {
    const byte = <u32>load<u8>(at)
    if (byte !== ZERO && byte !== POINT) return false
  }
  return true
}

/** Whether the result has the number as it stands there. */
export function isPlainNumber(from: usize, end: usize): bool {
  if (end - from > PLAIN_BYTES_MAX) return false
  for (let at = from; at < end; at++) {
    if ((<u32>load<u8>(at) | 32) === LETTER_E) return false
  }
  return <u32>load<u8>(from) !== MINUS || !isZeroText(from + 1, end)
}
