// Values of JSON as fields of CSV.
import { copyBytes } from './columns'
import { BACKSLASH, LETTER_N, LINE_FEED, OPEN, OPEN_LIST, QUOTE, RETURN } from './json-layout'
import { isPlainNumber } from './json-scalars'
import { behindEscape, writeEscaped } from './json-values'

let fieldMark: u32 = 0
let quoteMark: u32 = 0
let quotesAlways: bool = false

export function beginCsv(field: u32, quote: u32, always: bool): void {
  fieldMark = field
  quoteMark = quote
  quotesAlways = always
}

/** `from`: 0 for none. Gives where it ends; 0 where the host has to write it. */
export function csvField(from: usize, end: usize, out: usize): usize {
  const byte = from === 0 ? LETTER_N : <u32>load<u8>(from)
  if (byte === QUOTE) return stringField(from + 1, end - 1, out)
  if (byte === OPEN || byte === OPEN_LIST) return 0
  let to = out
  if (quotesAlways) store<u8>(to++, <u8>quoteMark)
  if (byte !== LETTER_N) {
    const isWord = byte > 96
    if (!isWord && !isPlainNumber(from, end)) return 0
    to = copyBytes(to, from, end)
  }
  if (quotesAlways) store<u8>(to++, <u8>quoteMark)
  return to
}

function stringField(from: usize, end: usize, out: usize): usize {
  if (!quotesAlways && isPlain(from, end)) return copyBytes(out, from, end)
  return quotedField(from, end, out)
}

/** Stands in CSV as it does in JSON. */
function isPlain(from: usize, end: usize): bool {
  const fields = i8x16.splat(<i8>fieldMark)
  const quotes = i8x16.splat(<i8>quoteMark)
  const backslashes = i8x16.splat(<i8>BACKSLASH)
  for (let at = from; at < end; at += 16) {
    const chunk = v128.load(at)
    const special = v128.or(
      v128.or(i8x16.eq(chunk, fields), i8x16.eq(chunk, quotes)),
      i8x16.eq(chunk, backslashes),
    )
    const bits = i8x16.bitmask(special)
    if (bits !== 0 && at + <usize>ctz(bits) < end) return false
  }
  return true
}

/** Written in quotes, which are taken back where nothing in it needs them. */
function quotedField(from: usize, end: usize, out: usize): usize {
  let needsQuotes = quotesAlways
  let to = out
  store<u8>(to++, <u8>quoteMark)
  let at = from
  while (at < end) {
    let byte = <u32>load<u8>(at)
    let behind = to + 1
    if (byte === BACKSLASH) {
      behind = writeEscaped(at, to)
      if (behind === 0) return 0
      byte = <u32>load<u8>(to)
      at = behindEscape()
    } else {
      store<u8>(to, <u8>byte)
      at++
    }
    if (byte === quoteMark) store<u8>(behind++, <u8>quoteMark)
    if (byte === quoteMark || byte === fieldMark || byte === LINE_FEED || byte === RETURN) needsQuotes = true
    to = behind
  }
  if (!needsQuotes) {
    memory.copy(out, out + 1, to - out - 1)
    return to - 1
  }
  store<u8>(to++, <u8>quoteMark)
  return to
}
