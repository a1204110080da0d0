// Values of JSON that are wanted, as values of columns.
import { addInt, addNull, addText, beginText, endText } from './columns'
import {
  BACKSLASH,
  BEGAN,
  FIRST_WANTED,
  LETTER_N,
  LETTER_T,
  MINUS,
  QUOTE,
  SEEN,
  WANTED_COUNT,
  ZERO,
} from './json-layout'
import { addJsonNumber } from './json-numbers'
import { codeUnit, dirtyAt, isPlainNumber } from './json-scalars'
import {
  DIRTY,
  ODD_VALUE,
  REFUSED,
  SPAN_BYTES,
  VALUES,
  VIEW,
  VIEW_BOOL,
  VIEW_JSON,
  VIEW_KIND,
  VIEW_PRINTED,
  VIEW_SPAN,
  VIEW_TEXT,
  WANTED_BYTES,
} from './layout'

/** A wanted entry's own: its node. */
export const ENTRY_NODE: usize = 40

/** Gives why the record can't be read, or 0. `row`: from 0. */
export function addScalar(node: usize, from: usize, end: usize, row: i32): i32 {
  let why = visit(node, row)
  // There is room for one value of each record.
  if (why !== 0) return why
  let entry = <usize>load<u32>(node, FIRST_WANTED)
  for (let left = load<i32>(node, WANTED_COUNT); left > 0; left--) {
    why |= addValue(entry, from, end, row)
    entry += WANTED_BYTES
  }
  return why
}

/** A list or struct begins there. */
export function beginNested(node: usize, at: usize, row: i32): i32 {
  store<u32>(node, <u32>at, BEGAN)
  return visit(node, row)
}

export function endNested(node: usize, end: usize, row: i32): i32 {
  const from = <usize>load<u32>(node, BEGAN)
  let entry = <usize>load<u32>(node, FIRST_WANTED)
  let why = 0
  for (let left = load<i32>(node, WANTED_COUNT); left > 0; left--) {
    const view = load<i32>(entry, VIEW)
    if (view === VIEW_JSON) addText(entry, from, end)
    else if (view === VIEW_SPAN) addSpan(entry, from, end, row)
    else if (view === VIEW_KIND) addInt(entry, 1)
    else why |= ODD_VALUE
    entry += WANTED_BYTES
  }
  return why
}

/** Where a name occurs twice it depends on the query what that means. */
function visit(node: usize, row: i32): i32 {
  if (load<i32>(node, SEEN) === row + 1) return REFUSED
  store<i32>(node, row + 1, SEEN)
  return 0
}

/** Of the record that ends, whatever it did not have. */
export function addMissing(entry: usize, row: i32): void {
  const node = <usize>load<u32>(entry, ENTRY_NODE)
  if (load<i32>(node, SEEN) === row + 1) return
  if (load<i32>(entry, VIEW) === VIEW_SPAN) addSpan(entry, 0, 0, row)
  else addNull(entry, row)
}

function addSpan(entry: usize, from: usize, end: usize, row: i32): void {
  const at = <usize>load<u32>(entry, VALUES) + <usize>row * SPAN_BYTES
  store<u32>(at, <u32>from)
  store<u32>(at, <u32>end | (from !== 0 && dirtyAt >= from ? DIRTY : 0), 4)
}

function addValue(entry: usize, from: usize, end: usize, row: i32): i32 {
  const view = load<i32>(entry, VIEW)
  const byte = <u32>load<u8>(from)
  if (view === VIEW_SPAN) addSpan(entry, from, end, row)
  else if (view === VIEW_JSON) addText(entry, from, end)
  else if (view === VIEW_KIND) addInt(entry, byte === LETTER_N ? 0 : 1)
  else if (byte === LETTER_N) addNull(entry, row)
  else return addTyped(entry, view, from, end)
  return 0
}

/** Anything but null. */
function addTyped(entry: usize, view: i32, from: usize, end: usize): i32 {
  const byte = <u32>load<u8>(from)
  const isText = view === VIEW_TEXT || view === VIEW_PRINTED
  if (byte === QUOTE) return isText ? addString(entry, from + 1, end - 1) : ODD_VALUE
  const isNumber = byte - ZERO <= 9 || byte === MINUS
  if (view === VIEW_PRINTED) {
    if (isNumber && !isPlainNumber(from, end)) return ODD_VALUE
    addText(entry, from, end)
    return 0
  }
  if (view === VIEW_BOOL && !isNumber) {
    addInt(entry, byte === LETTER_T ? 1 : 0)
    return 0
  }
  return isNumber && !isText && view !== VIEW_BOOL ? addJsonNumber(entry, from, end) : ODD_VALUE
}

function addString(entry: usize, from: usize, end: usize): i32 {
  let to = beginText(entry)
  let at = from
  while (at < end) {
    const chunk = v128.load(at)
    v128.store(to, chunk)
    const escapes = i8x16.bitmask(i8x16.eq(chunk, i8x16.splat(<i8>BACKSLASH)))
    const plain = escapes === 0 ? <usize>16 : <usize>ctz(escapes)
    if (at + plain >= end) {
      to += end - at
      break
    }
    at += plain
    to += plain
    if (escapes === 0) continue
    to = writeEscaped(at, to)
    if (to === 0) return REFUSED
    at = escapeBehind
  }
  endText(entry, to)
  return 0
}

let escapeBehind: usize = 0

/** Writes what the escape means as UTF-8; gives where that ends, 0 for what no text has. */
export function writeEscaped(at: usize, to: usize): usize {
  const byte = <u32>load<u8>(at, 1)
  escapeBehind = at + 2
  if (byte === 117) return unescapeUnit(at, to)
  store<u8>(to, <u8>meaningOf(byte))
  return to + 1
}

export function behindEscape(): usize {
  return escapeBehind
}

function meaningOf(byte: u32): u32 {
  switch (byte) {
    case 98:
      return 8
    case 102:
      return 12
    case 110:
      return 10
    case 114:
      return 13
    case 116:
      return 9
    default:
      return byte
  }
}

function unescapeUnit(at: usize, to: usize): usize {
  let code = codeUnit(at)
  escapeBehind = at + 6
  if (code >= 0xd800 && code <= 0xdfff) {
    const low = codeUnit(at + 6)
    if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff) return 0
    code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)
    escapeBehind = at + 12
  }
  return code === 0 ? 0 : writeCharacter(code, to)
}

function writeCharacter(code: i32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code)
    return to + 1
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)))
    store<u8>(to, <u8>(0x80 | (code & 63)), 1)
    return to + 2
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)))
    store<u8>(to, <u8>(0x80 | ((code >> 6) & 63)), 1)
    store<u8>(to, <u8>(0x80 | (code & 63)), 2)
    return to + 3
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)))
  store<u8>(to, <u8>(0x80 | ((code >> 12) & 63)), 1)
  store<u8>(to, <u8>(0x80 | ((code >> 6) & 63)), 2)
  store<u8>(to, <u8>(0x80 | (code & 63)), 3)
  return to + 4
}
