// Quotes and returns in CSV, block by block: what they hide, whether they stand where they may, and which records can't be
// copied because of them.
import { below, prefixXor } from './bits'
import { isWritten, LINE_FEED, recordMark, refusesQuotes } from './csv-marks'

const LAST: u64 = 1 << 63

/** Something can't be read here. */
export let isStrange: bool = false
/** Something is quoted, or would have to be. */
export let hasQuotes: bool = false

/** What a block leaves to the next one: all bits set, or none; or the lowest. */
let parity: u64 = 0
let closingBefore: u64 = 0
let edgeBefore: u64 = 0
let returnBefore: u64 = 0
let quotedReturnBefore: u64 = 0
/** Where the last opening quote was, and the last byte in quotes for which quotes are needed. */
let openedAt: usize = 0
let neededAt: usize = 0
/** Of the block: quoted fields that need no quotes, and returns that end no line. Records with one are not copied. */
let dirtyBits: u64 = 0
/** The record that has begun has one in an earlier block. */
let isDirty: bool = false

export function beginQuotes(): void {
  isStrange = false
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
}

/** A record delimiter of two bytes ends with these. */
export function behindReturns(returnBits: u64): u64 {
  return (returnBits << 1) | returnBefore
}

/** Gives the bits within quotes, opening ones included. */
export function lookAtQuotes(at: usize, quoteBits: u64, markBits: u64, recordBits: u64, lineBits: u64): u64 {
  if ((quoteBits | parity | closingBefore | quotedReturnBefore) === 0) return 0
  if (quoteBits !== 0) {
    hasQuotes = true
    if (refusesQuotes) isStrange = true
  }
  const inside = prefixXor(quoteBits) ^ parity
  const opening = quoteBits & inside
  const closing = quoteBits & ~inside
  const behindClosing = (closing << 1) | closingBefore
  const again = opening & behindClosing
  const edges = markBits & ~inside
  // A field is quoted from its first byte to its last, or quotes mean nothing in it.
  const misplaced = opening & ~again & ~((edges << 1) | edgeBefore)
  const followed = behindClosing & ~(opening | edges | lineBits)
  if ((misplaced | followed) !== 0) isStrange = true
  lookBehindQuotes(behindClosing & lineBits & ~edges, recordBits)
  if (isWritten) {
    // The block before could not tell whether its last quote closes a field.
    if (closingBefore !== 0 && (again & 1) === 0 && neededAt <= openedAt) isDirty = true
    walkQuotes(at, opening & ~again, closing, again, ((markBits | lineBits) & inside) | again)
  }
  parity = <u64>(<i64>inside >> 63)
  closingBefore = closing >> 63
  return inside
}

/** A return behind a closing quote ends a line, or quotes mean nothing there. */
function lookBehindQuotes(behind: u64, recordBits: u64): void {
  if (quotedReturnBefore !== 0 && (recordBits & 1) === 0) isStrange = true
  const allowed = recordMark === LINE_FEED ? (recordBits >> 1) | LAST : 0
  if ((behind & ~allowed) !== 0) isStrange = true
  quotedReturnBefore = behind >> 63
}

/** Finds the quoted fields that need no quotes. */
function walkQuotes(at: usize, opening: u64, closing: u64, again: u64, needed: u64): void {
  // Of the last one of a block the next one tells.
  for (let bits = closing & ~LAST; bits !== 0; bits &= bits - 1) {
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

/**
 * All that is left of the block, with what is within quotes taken out. A return is only known not to end a line once the byte
 * behind it is.
 */
export function lookAtReturns(returnBits: u64, feedBits: u64, markBits: u64, recordBits: u64): void {
  edgeBefore = markBits >> 63
  if ((returnBits | returnBefore | (feedBits & ~recordBits)) === 0) return
  const isLine = recordMark === LINE_FEED
  const loose = (returnBits & ~(isLine ? recordBits >> 1 : 0)) | (feedBits & ~recordBits)
  if (loose !== 0) hasQuotes = true
  dirtyBits |= isLine ? loose & ~(returnBits & LAST) : loose
  if (isLine && returnBefore !== 0 && (recordBits & 1) === 0) isDirty = true
  returnBefore = returnBits >> 63
}

/** Whether the record that ends at that bit is not to be copied. */
export function takeDirty(bit: u64): bool {
  if (!isWritten) return false
  const before = below(bit)
  const found = isDirty || (dirtyBits & before) !== 0
  dirtyBits &= ~before
  isDirty = false
  return found
}

export function endBlock(): void {
  if (dirtyBits !== 0) isDirty = true
  dirtyBits = 0
}
