// Where records of CSV end whose quoted fields may have delimiters in them: byte by byte, as nothing but all that came before
// tells whether a byte is quoted. The host has the same in its own language, for small objects.

/** Where in a record a byte stands. */
const RECORD_START: i32 = 0
const FIELD_START: i32 = 1
const BARE: i32 = 2
const QUOTED: i32 = 3
/** Behind an escape in quotes, which may have been the closing quote. */
const ESCAPED: i32 = 4
const COMMENT: i32 = 5

/** Bytes; -1 for what there is not. */
let fieldByte: i32 = 0
let quoteByte: i32 = 0
let escapeByte: i32 = 0
let commentByte: i32 = 0
/** The one that ends a record, and the one before it. */
let lastByte: i32 = 0
let firstByte: i32 = 0

let state: i32 = 0
let matched: i32 = 0

export function csvCutFormat(
  field: i32,
  quote: i32,
  escapes: i32,
  comment: i32,
  first: i32,
  last: i32,
): void {
  fieldByte = field
  quoteByte = quote
  escapeByte = escapes
  commentByte = comment
  firstByte = first
  lastByte = last
}

export function csvCutState(): i32 {
  return state
}

/** Bytes of a delimiter that has begun. */
export function csvCutMatched(): i32 {
  return matched
}

/** Goes on in this state. Gives the address behind the last record that ends, or 0. */
export function csvCut(from: usize, end: usize, stateBefore: i32, matchedBefore: i32): usize {
  state = stateBefore
  matched = matchedBefore
  let last: usize = 0
  let at = from
  while (at < end) {
    if (state === QUOTED) {
      at = behindQuoted(at, end)
      continue
    }
    if (state === BARE && matched === 0) {
      at = behindBare(at, end)
      if (at === end) break
    }
    if (endsRecord(<i32>load<u8>(at))) last = at + 1
    at++
  }
  return last
}

/** Behind the first byte that ends the quotes or is an escape, or the end. */
function behindQuoted(from: usize, end: usize): usize {
  for (let at = from; at < end; at++) {
    const byte = <i32>load<u8>(at)
    if (byte === escapeByte) {
      state = ESCAPED
      return at + 1
    }
    if (byte === quoteByte) {
      state = BARE
      return at + 1
    }
  }
  return end
}

/** At the first byte that means something there, or the end. */
function behindBare(from: usize, end: usize): usize {
  for (let at = from; at < end; at++) {
    const byte = <i32>load<u8>(at)
    if (byte === fieldByte || byte === lastByte || byte === firstByte) return at
  }
  return end
}

/** Whether a record ends with the byte, which is not in quotes but for one behind an escape. */
function endsRecord(byte: i32): bool {
  if (state === ESCAPED) {
    if (byte === quoteByte || byte === escapeByte) {
      state = QUOTED
      return false
    }
    // An escape that escapes nothing is the closing quote, or stands for itself.
    if (escapeByte !== quoteByte) {
      state = QUOTED
      return false
    }
    state = BARE
  }
  if (endsDelimiter(byte)) {
    state = RECORD_START
    return true
  }
  if (state === RECORD_START && byte === commentByte) state = COMMENT
  else if ((state === RECORD_START || state === FIELD_START) && byte === quoteByte) state = QUOTED
  else if (state !== COMMENT) state = byte === fieldByte ? FIELD_START : BARE
  return false
}

function endsDelimiter(byte: i32): bool {
  if (firstByte < 0) return byte === lastByte
  if (matched === 1 && byte === lastByte) {
    matched = 0
    return true
  }
  matched = byte === firstByte ? 1 : 0
  return false
}
