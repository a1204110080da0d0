// Values of JSON as the result has them: without spaces between them, and with no escape that is not needed.
import { copyBytes } from './columns'
import { BACKSLASH, LETTER_U, MINUS, QUOTE, SPACE, ZERO } from './json-layout'
import { cleanFrom, codeUnit, dirtyAt, scalarEnd } from './json-scalars'
import { behindEscape, writeEscaped } from './json-values'

const SLASH: u32 = 47

/** Of values that are known to be JSON. Gives where that ends; 0 where something is written as only the host can. */
export function rewrite(from: usize, end: usize, out: usize): usize {
  let at = from
  let to = out
  cleanFrom()
  while (at < end && to !== 0) {
    const byte = <u32>load<u8>(at)
    if (byte === QUOTE) {
      to = rewriteString(at, to)
      at = behind
    } else if (byte - ZERO <= 9 || byte === MINUS) {
      const numberEnd = scalarEnd(at)
      to = dirtyAt === 0 ? copyBytes(to, at, numberEnd) : 0
      at = numberEnd
    } else {
      store<u8>(to, <u8>byte)
      to += <usize>(byte > SPACE)
      at++
    }
  }
  return to
}

/** Behind what was rewritten last. */
let behind: usize = 0

/** With its quotes. */
function rewriteString(from: usize, out: usize): usize {
  store<u8>(out, <u8>QUOTE)
  let at = from + 1
  let to = out + 1
  while (true) {
    const chunk = v128.load(at)
    v128.store(to, chunk)
    const quotes = i8x16.eq(chunk, i8x16.splat(<i8>QUOTE))
    const bits = i8x16.bitmask(v128.or(quotes, i8x16.eq(chunk, i8x16.splat(<i8>BACKSLASH))))
    const plain = bits === 0 ? <usize>16 : <usize>ctz(bits)
    at += plain
    to += plain
    if (bits === 0) continue
    if (<u32>load<u8>(at) === QUOTE) {
      behind = at + 1
      return to + 1
    }
    to = rewriteEscape(at, to)
    if (to === 0) return 0
    at = behind
  }
}

function rewriteEscape(at: usize, to: usize): usize {
  const byte = <u32>load<u8>(at, 1)
  behind = at + 2
  if (byte === SLASH) {
    store<u8>(to, <u8>SLASH)
    return to + 1
  }
  if (byte !== LETTER_U) {
    store<u16>(to, load<u16>(at))
    return to + 2
  }
  const code = codeUnit(at)
  behind = at + 6
  if (code < <i32>SPACE) return writeControl(code, to)
  if (code === <i32>QUOTE || code === <i32>BACKSLASH) {
    store<u16>(to, <u16>(BACKSLASH | (code << 8)))
    return to + 2
  }
  const end = writeEscaped(at, to)
  behind = behindEscape()
  return end
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
