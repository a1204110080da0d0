// Records of CSV as records of the result, with the same delimiters.
import { copyBytes } from './columns'
import { recordsAt } from './csv'
import { fieldMark, LINE_FEED, quoteMark, RETURN, recordMark } from './csv-marks'
import { DIRTY, END_MASK, RECORD_BYTES } from './layout'

/** A record that is written anew has at most twice its bytes, and its delimiter. */
const GROWTH: usize = 2
const ROOM: usize = 32

/** Which of the records that are wanted is the next one, and where it goes. */
let nextWritten: i32 = 0
let target: usize = 0
/** Of the field that was walked over. */
let needsQuotes: bool = false

export function csvWritten(): i32 {
  return nextWritten
}

/**
 * Writes the records whose numbers `list` has, 4 bytes each, from `from` to `to`; list 0: those of these numbers. Gives where
 * what was written ends, which may be before the last one: there is no more room. `mark`: what stands behind each, one byte
 * or, from the lowest, two.
 */
export function csvWrite(list: usize, from: i32, to: i32, out: usize, limit: usize, mark: u32): usize {
  target = out
  const markBytes: usize = mark > 0xff ? 2 : 1
  let index = from
  for (; index < to; index++) {
    const number = list === 0 ? index : load<i32>(list + ((<usize>index) << 2))
    const record = recordsAt + <usize>number * RECORD_BYTES
    const start = <usize>load<u32>(record)
    const flags = load<u32>(record, 4)
    const end = <usize>(flags & END_MASK)
    if (target + (end - start) * GROWTH + ROOM > limit) break
    if ((flags & DIRTY) !== 0) writeAnew(start, end)
    else target = copyBytes(target, start, end)
    store<u16>(target, <u16>mark)
    target += markBytes
  }
  nextWritten = index
  return target
}

/** Each field, quoted where it has to be. */
function writeAnew(start: usize, end: usize): void {
  for (let at = start; ; ) {
    const isQuoted = at < end && <u32>load<u8>(at) === quoteMark
    const from = isQuoted ? at + 1 : at
    const to = isQuoted ? quotedEnd(from, end) : bareEnd(from, end)
    if (needsQuotes) store<u8>(target++, <u8>quoteMark)
    target = copyBytes(target, from, to)
    if (needsQuotes) store<u8>(target++, <u8>quoteMark)
    at = isQuoted ? to + 1 : to
    if (at >= end) return
    store<u8>(target++, <u8>fieldMark)
    at++
  }
}

/** Where the closing quote is. */
function quotedEnd(from: usize, end: usize): usize {
  needsQuotes = false
  for (let at = from; at < end; at++) {
    const byte = <u32>load<u8>(at)
    if (byte === quoteMark) {
      if (at + 1 >= end || <u32>load<u8>(at + 1) !== quoteMark) return at
      needsQuotes = true
      at++
    } else if (byte === fieldMark || isLineEnd(byte)) needsQuotes = true
  }
  return end
}

function bareEnd(from: usize, end: usize): usize {
  needsQuotes = false
  for (let at = from; at < end; at++) {
    const byte = <u32>load<u8>(at)
    if (byte === fieldMark) return at
    if (isLineEnd(byte)) needsQuotes = true
  }
  return end
}

function isLineEnd(byte: u32): bool {
  return byte === LINE_FEED || byte === RETURN || byte === recordMark
}
