// Records of CSV: where they are, and the fields that are wanted of them.
import { BLOCK, bitsOf, rareBitsOf } from './bits'
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
import {
  commentMark,
  fieldMark,
  isWritten,
  LINE_FEED,
  needsReturn,
  quoteMark,
  RETURN,
  recordMark,
  spansLines,
} from './csv-marks'
import {
  beginQuotes,
  behindReturns,
  endBlock,
  hasQuotes,
  isStrange,
  lookAtQuotes,
  lookAtReturns,
  takeDirty,
} from './csv-quotes'
import { COLUMN, DIRTY, RECORD_BYTES, REFUSED, VIEW, VIEW_TEXT, wantedEntry } from './layout'

/** Of larger ones the results may be larger than results may be. */
const RECORD_BYTES_MAX: usize = 512 * 1024
/** As many records as a block may have, and the one that it ends. */
const BLOCK_RECORDS_MAX: i32 = 65
const NO_COLUMN: i32 = 0x7fffffff

/** Where it is noted which records there are. */
export let recordsAt: usize = 0
let recordsMax: i32 = 0
let wantedCount: i32 = 0
let columnsExpected: i32 = 0

/** Of the records so far. */
let recordCount: i32 = 0
let why: i32 = 0
let hasHigh: bool = false

/** Of the record that has begun: the next of the wanted ones, and the column it is in. */
let recordStart: usize = 0
let fieldStart: usize = 0
let field: i32 = 0
let next: i32 = 0
let nextColumn: i32 = 0

/** `expected`: columns that every record has to have; 0 for any number. */
export function csvBegin(start: usize, records: usize, max: i32, wanted: i32, expected: i32): void {
  recordsAt = records
  recordsMax = max
  wantedCount = wanted
  columnsExpected = expected
  recordCount = 0
  why = 0
  hasHigh = false
  beginQuotes()
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
  return why | (isStrange ? REFUSED : 0) | endColumns(wantedCount)
}

/**
 * Reads whole blocks; gives where it stopped: at the end, or before it where there is no more room for records or they can't
 * be read here.
 */
export function csvScan(from: usize, end: usize): usize {
  const most = recordsMax - BLOCK_RECORDS_MAX
  let high = i8x16.splat(0)
  let least = i8x16.splat(-1)
  let at = from
  for (; at < end && recordCount < most && why === 0; at += BLOCK) {
    const a = v128.load(at)
    const b = v128.load(at, 16)
    const c = v128.load(at, 32)
    const d = v128.load(at, 48)
    high = v128.or(high, v128.or(v128.or(a, b), v128.or(c, d)))
    least = i8x16.min_u(least, i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d)))
    const quotes = bitsOf(a, b, c, d, i8x16.splat(<i8>quoteMark))
    const returns = rareBitsOf(a, b, c, d, i8x16.splat(<i8>RETURN))
    const marks = bitsOf(a, b, c, d, i8x16.splat(<i8>recordMark))
    const feeds = recordMark === LINE_FEED ? marks : bitsOf(a, b, c, d, i8x16.splat(<i8>LINE_FEED))
    const fields = bitsOf(a, b, c, d, i8x16.splat(<i8>fieldMark))
    lookAt(at, quotes, fields, needsReturn ? marks & behindReturns(returns) : marks, returns, feeds)
  }
  if (i8x16.bitmask(high) !== 0) hasHigh = true
  if (!i8x16.all_true(least)) why |= REFUSED
  return at
}

function lookAt(at: usize, quotes: u64, fields: u64, records: u64, returns: u64, feeds: u64): void {
  const all = fields | records
  const inside = lookAtQuotes(at, quotes, all, records, returns | feeds)
  if ((inside & records) !== 0 && !spansLines) why |= REFUSED
  lookAtReturns(returns & ~inside, feeds & ~inside, all & ~inside, records & ~inside)
  walk(at, all & ~inside, records & ~inside)
  endBlock()
}

/** From mark to mark. */
function walk(at: usize, all: u64, records: u64): void {
  let marks = skips() ? records : all
  while (marks !== 0) {
    const bit = ctz(marks)
    const here = at + <usize>bit
    marks &= marks - 1
    if (((records >> bit) & 1) !== 0) {
      endRecord(here, bit)
      if (!skips()) marks = (((all >> bit) >> 1) << 1) << bit
      continue
    }
    if (field === nextColumn) addField(here)
    field++
    fieldStart = here + 1
    if (skips()) marks &= records
  }
}

/** Whether what follows in the record is nobody's. */
function skips(): bool {
  return nextColumn === NO_COLUMN && columnsExpected === 0
}

function beginRecord(start: usize): void {
  recordStart = start
  fieldStart = start
  field = 0
  next = 0
  nextColumn = wantedCount > 0 ? load<i32>(wantedEntry(0), COLUMN) : NO_COLUMN
}

function endRecord(here: usize, bit: u64): void {
  const isDirty = takeDirty(bit)
  const end = here - (hasReturn(here) ? 1 : 0)
  if (end > recordStart) {
    addRecord(end)
    if (isWritten) {
      const entry = recordsAt + <usize>recordCount * RECORD_BYTES
      store<u32>(entry, <u32>recordStart)
      store<u32>(entry, <u32>end | (isDirty ? DIRTY : 0), 4)
    }
    recordCount++
  }
  beginRecord(here + 1)
}

/** A return before a line feed is no part of the record. */
function hasReturn(here: usize): bool {
  if (needsReturn) return true
  return recordMark === LINE_FEED && here > recordStart && <u32>load<u8>(here - 1) === RETURN
}

function addRecord(end: usize): void {
  const isComment = <u32>load<u8>(recordStart) === commentMark
  if (isComment || end - recordStart > RECORD_BYTES_MAX) why |= REFUSED
  if (field === nextColumn) addField(end)
  for (; next < wantedCount; next++) addNull(wantedEntry(next), recordCount)
  if (columnsExpected !== 0 && field + 1 !== columnsExpected) why |= REFUSED
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
