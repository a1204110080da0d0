// Records of CSV: where they are, and the fields that are wanted of them.
import { BLOCK, below, bitsOf, prefixXor } from './bits'
import {
  addNull,
  addNumber,
  addText,
  beginColumns,
  beginText,
  copyBytes,
  endColumns,
  endText,
} from './columns'
import { COLUMN, DIRTY, END_MASK, RECORD_BYTES, REFUSED, VIEW, VIEW_TEXT, wantedEntry } from './layout'

const LINE_FEED: u32 = 10
const RETURN: u32 = 13
const RECORD_BYTES_MAX: usize = 1024 * 1024
/** As many records as a block may have, and the one that it ends. */
const BLOCK_RECORDS_MAX: i32 = 65
const NO_COLUMN: i32 = 0x7fffffff

/** Of the format. */
let fieldMark: u32 = 0
let recordMark: u32 = 0
let quoteMark: u32 = 0
let commentMark: u32 = 0
let spansLines: bool = false
/** A record delimiter is a line feed with a return before it. */
let needsReturn: bool = false
/** Where a quote is found, the records are not read here. */
let refusesQuotes: bool = false
let columnsExpected: i32 = 0

let wantedCount: i32 = 0
let recordsAt: usize = 0
let recordsMax: i32 = 0

/** Of the records so far. */
let recordCount: i32 = 0
let why: i32 = 0
let hasHigh: bool = false
/** Something is quoted, or would have to be. */
let hasQuotes: bool = false

/** Of the record that has begun. */
let recordStart: usize = 0
let fieldStart: usize = 0
let field: i32 = 0
let next: i32 = 0
let nextColumn: i32 = 0
let isDirty: bool = false

/** What a block leaves to the next one: all bits set, or none; or the lowest. */
let parity: u64 = 0
let closingBefore: u64 = 0
let edgeBefore: u64 = 0
let returnBefore: u64 = 0
let quotedReturnBefore: u64 = 0
/** Where the last opening quote was, and the last byte in quotes for which quotes are needed. */
let openedAt: usize = 0
let neededAt: usize = 0
/** Quoted fields that need no quotes, and returns that end no line: records with one are not written as they stand. */
let dirtyBits: u64 = 0

/** `marks`: the bytes that mean something, from the lowest: field, record, quote, comment; 0xff where there is none. */
export function csvFormat(marks: u32, spans: bool, returns: bool, noQuotes: bool): void {
  fieldMark = marks & 0xff
  recordMark = (marks >> 8) & 0xff
  quoteMark = (marks >> 16) & 0xff
  commentMark = marks >> 24
  spansLines = spans
  needsReturn = returns
  refusesQuotes = noQuotes
}

/** `expected`: columns that every record has to have; 0 for any number. */
export function csvBegin(start: usize, records: usize, max: i32, wanted: i32, expected: i32): void {
  recordsAt = records
  recordsMax = max
  wantedCount = wanted
  columnsExpected = expected
  recordCount = 0
  why = 0
  hasHigh = false
  hasQuotes = false
  parity = 0
  closingBefore = 0
  edgeBefore = 1
  returnBefore = 0
  quotedReturnBefore = 0
  openedAt = 0
  neededAt = 0
  dirtyBits = 0
  isDirty = false
  beginColumns(wanted, max)
  beginRecord(start)
}

export function csvRecords(): i32 {
  return recordCount
}

export function csvHasHigh(): bool {
  return hasHigh
}

export function csvHasQuotes(): bool {
  return hasQuotes
}

/** Where the record begins that was not ended. */
export function csvRest(): usize {
  return recordStart
}

/** Values of a column are only complete now. Gives why they can't be had, or 0. */
export function csvEnd(): i32 {
  why |= endColumns(wantedCount)
  return why
}

/**
 * Reads whole blocks; gives where it stopped: at the end, or before it where there is no more room for records or they can't
 * be read here.
 */
export function csvScan(from: usize, end: usize): usize {
  const fields = i8x16.splat(<i8>fieldMark)
  const records = i8x16.splat(<i8>recordMark)
  const quotes = i8x16.splat(<i8>quoteMark)
  const returns = i8x16.splat(<i8>RETURN)
  const most = recordsMax - BLOCK_RECORDS_MAX
  let high = i8x16.splat(0)
  let least = i8x16.splat(-1)
  let at = from
  for (; at < end && recordCount < most && why === 0; at += BLOCK) {
    const one = v128.load(at)
    const two = v128.load(at, 16)
    const three = v128.load(at, 32)
    const four = v128.load(at, 48)
    high = v128.or(high, v128.or(v128.or(one, two), v128.or(three, four)))
    least = i8x16.min_u(least, i8x16.min_u(i8x16.min_u(one, two), i8x16.min_u(three, four)))
    const quoteBits = bitsOf(at, quotes)
    const returnBits = bitsOf(at, returns)
    let recordBits = bitsOf(at, records)
    let fieldBits = bitsOf(at, fields)
    const feeds = recordMark === LINE_FEED ? recordBits : bitsOf(at, i8x16.splat(<i8>LINE_FEED))
    if (needsReturn) recordBits &= (returnBits << 1) | returnBefore
    let inside = parity
    if ((quoteBits | parity | closingBefore | quotedReturnBefore) !== 0) {
      inside = lookAtQuotes(at, quoteBits, fieldBits, recordBits, returnBits, feeds)
      if (!spansLines && (inside & recordBits) !== 0) why |= REFUSED
      recordBits &= ~inside
      fieldBits &= ~inside
    }
    const ended = recordMark === LINE_FEED ? recordBits >> 1 : 0
    const loose = (returnBits & ~ended & ~inside) | (feeds & ~recordBits & ~inside)
    if ((loose | returnBits | returnBefore) !== 0) lookAtReturns(loose, returnBits, recordBits)
    edgeBefore = (fieldBits | recordBits) >> 63
    walk(at, fieldBits, recordBits)
  }
  if (i8x16.bitmask(high) !== 0) hasHigh = true
  if (!i8x16.all_true(least)) why |= REFUSED
  return at
}

/** Gives the bits within quotes, opening ones included. */
function lookAtQuotes(
  at: usize,
  quoteBits: u64,
  fieldBits: u64,
  recordBits: u64,
  returnBits: u64,
  feeds: u64,
): u64 {
  if (refusesQuotes && quoteBits !== 0) why |= REFUSED
  if (quoteBits !== 0) hasQuotes = true
  const inside = prefixXor(quoteBits) ^ parity
  const opening = quoteBits & inside
  const closing = quoteBits & ~inside
  const behindClosing = (closing << 1) | closingBefore
  const again = opening & behindClosing
  const edges = (fieldBits | recordBits) & ~inside
  const returnsBehind = behindClosing & returnBits
  // A field is quoted from its first byte to its last, or quotes mean nothing in it.
  if ((opening & ~again & ~((edges << 1) | edgeBefore)) !== 0) why |= REFUSED
  if ((behindClosing & ~(opening | edges | returnsBehind)) !== 0) why |= REFUSED
  lookBehindQuotes(returnsBehind, recordBits)
  // The block before could not tell whether its last quote closes a field.
  if (closingBefore !== 0 && (again & 1) === 0 && neededAt <= openedAt) isDirty = true
  walkQuotes(
    at,
    opening & ~again,
    closing,
    again,
    ((fieldBits | recordBits | returnBits | feeds) & inside) | again,
  )
  parity = <u64>(<i64>inside >> 63)
  closingBefore = closing >> 63
  return inside
}

/** A return behind a closing quote ends a line, or quotes mean nothing there. */
function lookBehindQuotes(returnsBehind: u64, recordBits: u64): void {
  if (quotedReturnBefore !== 0 && (recordBits & 1) === 0) why |= REFUSED
  const isLine = recordMark === LINE_FEED
  const last = (<u64>1) << 63
  if ((returnsBehind & ~(isLine ? (recordBits >> 1) | last : 0)) !== 0) why |= REFUSED
  quotedReturnBefore = returnsBehind >> 63
}

/** Finds the quoted fields that need no quotes. */
function walkQuotes(at: usize, opening: u64, closing: u64, again: u64, needed: u64): void {
  // Of the last one of a block the next one tells.
  for (let bits = closing & ~((<u64>1) << 63); bits !== 0; bits &= bits - 1) {
    const bit = ctz(bits)
    if (((again >> bit) & 2) !== 0) continue
    const before = below(bit)
    openedAt = lastOf(opening & before, at, openedAt)
    neededAt = lastOf(needed & before, at, neededAt)
    if (neededAt <= openedAt) dirtyBits |= (<u64>1) << bit
  }
  openedAt = lastOf(opening, at, openedAt)
  neededAt = lastOf(needed, at, neededAt)
}

function lastOf(bits: u64, at: usize, otherwise: usize): usize {
  return bits === 0 ? otherwise : at + <usize>(63 - clz(bits))
}

/** A return is only known not to end a line once the byte behind it is. */
function lookAtReturns(loose: u64, returnBits: u64, recordBits: u64): void {
  if (loose !== 0) hasQuotes = true
  const isLine = recordMark === LINE_FEED
  const last = (<u64>1) << 63
  dirtyBits |= isLine ? loose & ~(returnBits & last) : loose
  if (isLine && returnBefore !== 0 && (recordBits & 1) === 0) isDirty = true
  returnBefore = returnBits >> 63
}

/** From mark to mark. */
function walk(at: usize, fieldBits: u64, recordBits: u64): void {
  let marks = fieldBits | recordBits
  if (nextColumn === NO_COLUMN && columnsExpected === 0) marks = recordBits
  while (marks !== 0) {
    const bit = ctz(marks)
    const here = at + <usize>bit
    marks &= marks - 1
    if (((recordBits >> bit) & 1) !== 0) {
      endRecord(here, bit)
      if (nextColumn !== NO_COLUMN) marks = (fieldBits | recordBits) & ~below(bit) & ~((<u64>1) << bit)
    } else {
      if (field === nextColumn) addField(here)
      field++
      fieldStart = here + 1
      // What follows in the record is nobody's.
      if (nextColumn === NO_COLUMN && columnsExpected === 0) marks &= recordBits
    }
  }
  if (dirtyBits !== 0) isDirty = true
  dirtyBits = 0
}

function beginRecord(start: usize): void {
  recordStart = start
  fieldStart = start
  field = 0
  next = 0
  nextColumn = wantedCount > 0 ? load<i32>(wantedEntry(0), COLUMN) : NO_COLUMN
}

function endRecord(here: usize, bit: u64): void {
  let end = here
  if (needsReturn || (recordMark === LINE_FEED && here > recordStart && <u32>load<u8>(here - 1) === RETURN))
    end--
  const passed = below(bit)
  const dirty = isDirty || (dirtyBits & passed) !== 0
  dirtyBits &= ~passed
  isDirty = false
  if (end > recordStart) {
    if (<u32>load<u8>(recordStart) === commentMark || end - recordStart > RECORD_BYTES_MAX) why |= REFUSED
    if (field === nextColumn) addField(end)
    for (; next < wantedCount; next++) addNull(wantedEntry(next), recordCount)
    if (columnsExpected !== 0 && field + 1 !== columnsExpected) why |= REFUSED
    const at = recordsAt + <usize>recordCount * RECORD_BYTES
    store<u32>(at, <u32>recordStart)
    store<u32>(at, <u32>end | (dirty ? DIRTY : 0), 4)
    recordCount++
  }
  beginRecord(here + 1)
}

/** All that is wanted of the field that ends there. */
function addField(end: usize): void {
  for (; next < wantedCount; next++) {
    const entry = wantedEntry(next)
    const column = load<i32>(entry, COLUMN)
    if (column !== field) {
      nextColumn = column
      return
    }
    addView(entry, end)
  }
  nextColumn = NO_COLUMN
}

function addView(entry: usize, end: usize): void {
  const isQuoted = fieldStart < end && <u32>load<u8>(fieldStart) === quoteMark
  const from = isQuoted ? fieldStart + 1 : fieldStart
  const to = isQuoted ? end - 1 : end
  if (load<i32>(entry, VIEW) !== VIEW_TEXT) why |= addNumber(entry, from, to)
  else if (isQuoted) addUnquoted(entry, from, to)
  else addText(entry, from, to)
}

/** Of two quotes one is meant. */
function addUnquoted(entry: usize, from: usize, end: usize): void {
  let to = beginText(entry)
  let start = from
  for (let at = from; at < end; at++) {
    if (<u32>load<u8>(at) !== quoteMark) continue
    to = copyBytes(to, start, at + 1)
    at++
    start = at + 1
  }
  endText(entry, start < end ? copyBytes(to, start, end) : to)
}

/** Where the next record to be written stands in the list of those that are wanted, and what was written. */
let writtenIndex: i32 = 0
let writtenEnd: usize = 0

export function csvWritten(): i32 {
  return writtenIndex
}

/** Bytes that a record may grow by when it is written anew are no more than it has, and two. */
const GROWTH: usize = 2

/**
 * Writes records as CSV of the same delimiters: `list` has their numbers, 4 bytes each, from `from` to `to`; -1 for all.
 * Gives where what was written ends, which may be before the last one: there is no more room. `mark`: what stands behind each,
 * one byte or, from the lowest, two.
 */
export function csvWrite(list: usize, from: i32, to: i32, out: usize, limit: usize, mark: u32): usize {
  writtenEnd = out
  let index = from
  while (index < to) {
    const at =
      recordsAt + <usize>(list === 0 ? index : load<i32>(list + ((<usize>index) << 2))) * RECORD_BYTES
    const start = <usize>load<u32>(at)
    const flags = load<u32>(at, 4)
    const end = <usize>(flags & END_MASK)
    if (writtenEnd + (end - start) * GROWTH + 32 > limit) break
    if ((flags & DIRTY) !== 0) writeAnew(start, end)
    else writtenEnd = copyBytes(writtenEnd, start, end)
    store<u16>(writtenEnd, <u16>mark)
    writtenEnd += mark > 0xff ? 2 : 1
    index++
  }
  writtenIndex = index
  return writtenEnd
}

function writeAnew(start: usize, end: usize): void {
  let at = start
  for (;;) {
    const isQuoted = at < end && <u32>load<u8>(at) === quoteMark
    let from = at
    let needsQuotes = false
    if (isQuoted) {
      from = ++at
      for (; at < end; at++) {
        const byte = <u32>load<u8>(at)
        if (byte === quoteMark) {
          if (at + 1 >= end || <u32>load<u8>(at + 1) !== quoteMark) break
          needsQuotes = true
          at++
        } else if (isSpecial(byte)) needsQuotes = true
      }
    } else {
      for (; at < end; at++) {
        const byte = <u32>load<u8>(at)
        if (byte === fieldMark) break
        if (isSpecial(byte)) needsQuotes = true
      }
    }
    if (needsQuotes) store<u8>(writtenEnd++, <u8>quoteMark)
    writtenEnd = copyBytes(writtenEnd, from, at)
    if (needsQuotes) store<u8>(writtenEnd++, <u8>quoteMark)
    if (isQuoted) at++
    if (at >= end) return
    store<u8>(writtenEnd++, <u8>fieldMark)
    at++
  }
}

function isSpecial(byte: u32): bool {
  return byte === fieldMark || byte === LINE_FEED || byte === RETURN || byte === recordMark
}
