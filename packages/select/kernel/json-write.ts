// Writes records, or columns of them, as JSON or CSV.
import { copyBytes } from './columns'
import { jsonRecordsAt } from './json'
import { beginCsv, csvField } from './json-csv'
import {
  CLOSE,
  COLUMN_BYTES,
  COLUMN_KEY,
  COLUMN_KEY_BYTES,
  COLUMN_PATH,
  COLUMN_SPANS,
  COLUMNS_AT,
  COMMA,
  OPEN,
  OUTPUT_AT,
} from './json-layout'
import { rewrite } from './json-rewrite'
import {
  COLUMN,
  DIRTY,
  END_MASK,
  RECORD_BYTES,
  SPAN_BYTES,
  VALUES,
  VIEW,
  VIEW_SPAN,
  wantedEntry,
} from './layout'

/** Room for what stands around a value, and what is copied beyond its end. */
const SLACK: usize = 64
const RECORD_BYTES_MAX: usize = 1024 * 1024

/** What is written: all of a record, columns of it as JSON or as CSV, or the record as it stands. */
const ALL: i32 = 0
const JSON_COLUMNS: i32 = 1
const AS_IT_STANDS: i32 = 3

const FULL: i32 = 1
/** The host has to write it. */
const ODD: i32 = 2

let kind: i32 = ALL
let mark: u32 = 0
let fieldMark: u32 = 0
let writtenIndex: i32 = 0
let stop: i32 = 0
let oddAt: usize = 0

/** `delimiter`: behind each record, one byte or, from the lowest, two. `marks`: of CSV, its field delimiter and quote. */
export function jsonFormat(what: i32, delimiter: u32, marks: u32, quotesAlways: bool): void {
  kind = what
  mark = delimiter
  fieldMark = marks & 0xff
  beginCsv(fieldMark, (marks >> 8) & 0xff, quotesAlways)
}

/** Finds the spans of what is written, which are among what is wanted. */
export function jsonColumns(wanted: i32): void {
  const count = load<i32>(OUTPUT_AT)
  for (let index = 0; index < count; index++) {
    const column = COLUMNS_AT + <usize>index * COLUMN_BYTES
    for (let one = 0; one < wanted; one++) {
      const entry = wantedEntry(one)
      if (load<i32>(entry, VIEW) !== VIEW_SPAN || load<i32>(entry, COLUMN) !== load<i32>(column, COLUMN_PATH))
        continue
      store<u32>(column, <u32>entry, COLUMN_SPANS)
    }
  }
}

export function jsonWritten(): i32 {
  return writtenIndex
}

/** Where the record's place is noted that the host has to write next; 0 where the last one stopped for want of room. */
export function jsonOdd(): usize {
  return oddAt
}

/** Writes records as the CSV's do: `list` has their numbers, from `from` to `to`; 0 for all. Gives where that ends. */
export function jsonWrite(list: usize, from: i32, to: i32, out: usize, limit: usize): usize {
  let end = out
  let index = from
  oddAt = 0
  for (; index < to; index++) {
    const row = list === 0 ? index : load<i32>(list + ((<usize>index) << 2))
    stop = 0
    const behind =
      kind === ALL || kind === AS_IT_STANDS ? writeRecord(row, end, limit) : writeColumns(row, end, limit)
    const isTooLong = behind - end > RECORD_BYTES_MAX
    if (stop === ODD || isTooLong || (stop === FULL && end === out)) oddAt = recordAt(row)
    if (stop !== 0 || isTooLong) break
    end = behind
  }
  writtenIndex = index
  return end
}

function recordAt(row: i32): usize {
  return jsonRecordsAt() + <usize>row * RECORD_BYTES
}

function writeRecord(row: i32, out: usize, limit: usize): usize {
  const at = recordAt(row)
  const behind = writeValue(at, out, limit)
  return stop === 0 ? writeMark(behind) : out
}

function writeMark(to: usize): usize {
  store<u16>(to, <u16>mark)
  return to + (mark > 0xff ? 2 : 1)
}

/** What stands where that says. */
function writeValue(span: usize, out: usize, limit: usize): usize {
  const from = <usize>load<u32>(span)
  const flags = load<u32>(span, 4)
  const end = <usize>(flags & END_MASK)
  if (out + (end - from) + SLACK > limit) {
    stop = FULL
    return out
  }
  if ((flags & DIRTY) === 0 || kind === AS_IT_STANDS) return copyBytes(out, from, end)
  const behind = rewrite(from, end, out)
  if (behind === 0) stop = ODD
  return behind
}

function writeColumns(row: i32, out: usize, limit: usize): usize {
  const count = load<i32>(OUTPUT_AT)
  const isJson = kind === JSON_COLUMNS
  let to = out
  if (isJson) store<u8>(to++, <u8>OPEN)
  let isFirst = true
  for (let index = 0; index < count; index++) {
    const column = COLUMNS_AT + <usize>index * COLUMN_BYTES
    const entry = <usize>load<u32>(column, COLUMN_SPANS)
    const span = <usize>load<u32>(entry, VALUES) + <usize>row * SPAN_BYTES
    if (!isJson) to = writeField(span, to, limit, isFirst)
    else if (load<u32>(span) !== 0) to = writeMember(column, span, to, limit, isFirst)
    else continue
    if (stop !== 0) return out
    isFirst = false
  }
  if (isJson) store<u8>(to++, <u8>CLOSE)
  return writeMark(to)
}

function writeMember(column: usize, span: usize, out: usize, limit: usize, isFirst: bool): usize {
  const key = <usize>load<u32>(column, COLUMN_KEY)
  const keyEnd = key + <usize>load<u32>(column, COLUMN_KEY_BYTES)
  if (out + (keyEnd - key) + SLACK > limit) {
    stop = FULL
    return out
  }
  let to = out
  if (!isFirst) store<u8>(to++, <u8>COMMA)
  return writeValue(span, copyBytes(to, key, keyEnd), limit)
}

function writeField(span: usize, out: usize, limit: usize, isFirst: bool): usize {
  const from = <usize>load<u32>(span)
  const flags = load<u32>(span, 4)
  const end = <usize>(flags & END_MASK)
  // Every byte may become two.
  if (out + 2 * (end - from) + SLACK > limit) {
    stop = FULL
    return out
  }
  let to = out
  if (!isFirst) store<u8>(to++, <u8>fieldMark)
  to = csvField(from, end, to)
  if (to === 0) stop = ODD
  return to
}
