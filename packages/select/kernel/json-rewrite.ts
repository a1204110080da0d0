// Values of JSON as the result has them: without spaces between them, and with no escape that is not needed.
import { copyBytes } from './columns'
import { BACKSLASH, LETTER_U, MINUS, QUOTE, SPACE, ZERO } from './json-layout'
import { codeUnit, isPlainNumber, stringEnd } from './json-scalars'
import { behindEscape, writeEscaped } from './json-values'

const SLASH: u32 = 47

/** Of values that are known to be JSON. Gives where that ends; 0 where something is written as only the host can. */
export function rewrite(from: usize, end: usize, out: usize): usize {
  let at = from
  let to = out
  while (at < end && to !== 0) {
    const byte = <u32>load<u8>(at)
    let behind = at + 1
    if (byte === QUOTE) {
      behind = stringEnd(at)
      to = rewriteString(at, behind, to)
    } else if (byte - ZERO <= 9 || byte === MINUS) {
      behind = tokenEnd(at)
      to = isPlainNumber(at, behind) ? copyBytes(to, at, behind) : 0
    } else if (byte > SPACE) store<u8>(to++, <u8>byte)
    at = behind
  }
  return to
}

function tokenEnd(from: usize): usize {
  let at = from
  while (isOfNumber(<u32>load<u8>(at))) at++
  return at
}

/** Digits, signs, points, and the letter of exponents. */
function isOfNumber(byte: u32): bool {
  return byte - ZERO <= 9 || (byte >= 43 && byte <= 46 && byte !== 44) || (byte | 32) === 101
}

/** With its quotes. */
function rewriteString(from: usize, end: usize, out: usize): usize {
  let at = from
  let to = out
  while (at < end) {
    const chunk = v128.load(at)
    v128.store(to, chunk)
    const escapes = i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(<i8>BACKSLASH)))
    const plain = escapes === 0 ? <usize>16 : <usize>ctz(escapes)
    if (at + plain >= end) return to + (end - at)
    at += plain
    to += plain
    if (escapes === 0) continue
    to = rewriteEscape(at, to)
    if (to === 0) return 0
    at = escapeBehind
  }
  return to
}

let escapeBehind: usize = 0

function rewriteEscape(at: usize, to: usize): usize {
  const byte = <u32>load<u8>(at, 1)
  escapeBehind = at + 2
  if (byte === SLASH) {
    store<u8>(to, <u8>SLASH)
    return to + 1
  }
  if (byte !== LETTER_U) {
    store<u16>(to, load<u16>(at))
    return to + 2
  }
  const code = codeUnit(at)
  escapeBehind = at + 6
  if (code < <i32>SPACE) return writeControl(code, to)
  if (code === <i32>QUOTE || code === <i32>BACKSLASH) {
    store<u16>(to, <u16>(BACKSLASH | (code << 8)))
    return to + 2
  }
  const behind = writeEscaped(at, to)
  escapeBehind = behindEscape()
  return behind
}

/** Some have a letter. */
function writeControl(code: i32, to: usize): usize {
  const letter = letterOf(code)
  if (letter !== 0) {
    store<u16>(to, <u16>(BACKSLASH | (letter << 8)))
    return to + 2
  }
  store<u32>(to, 0x3030755c)
  const low = code & 15
  store<u8>(to, <u8>(48 + (code >> 4)), 4)
  store<u8>(to, <u8>(low < 10 ? 48 + low : 87 + low), 5)
  return to + 6
}

function letterOf(code: i32): u32 {
  switch (code) {
    case 8:
      return 98
    case 9:
      return 116
    case 10:
      return 110
    case 12:
      return 102
    case 13:
      return 114
    default:
      return 0
  }
}
