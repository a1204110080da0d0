// Records of JSON, one on a line: where they are, and the values that are wanted of them.
import { beginColumns, endColumns } from './columns'
import { beginEdges, earlierEdge, FAILED_EDGE, fits, follow, START_EDGE } from './json-edges'
import {
  ACTION_BYTES,
  ACTION_COUNT,
  ACTIONS,
  BEGINS_RECORD,
  ENDS_RECORD,
  FAILS,
  FIRST_WANTED,
  FLAGS,
  GLUE,
  HAS_ACTIONS,
  HAS_SPACES,
  isSpace,
  LENGTH,
  LINE_FEED,
  NEXT,
  NODE,
  NODE_BYTES,
  NODES_AT,
  PATH,
  PATHS_AT,
  RECORD_BEGIN,
  RECORD_END,
  SEEN,
  SPACE,
  STATE,
  TAIL,
  WANTED_COUNT,
} from './json-layout'
import { learn } from './json-learn'
import { cleanFrom, dirtyAt, dirtyTo, scalarEnd } from './json-scalars'
import { beginStates } from './json-states'
import { addMissing, addScalar, beginNested, ENTRY_NODE, endNested } from './json-values'
import { COLUMN, DIRTY, RECORD_BYTES, REFUSED, wantedEntry } from './layout'

/** Of the line, and a little less than a record may have, as the result has a delimiter too. */
const LINE_BYTES_MAX: usize = 1024 * 1024 - 16
const BLOCK: usize = 64

let wantedCount: i32 = 0
let recordsAt: usize = 0
let recordsMax: i32 = 0
/** A line without a record is one in itself. */
let refusesBlanks: bool = false

let recordCount: i32 = 0
let why: i32 = 0
let hasHigh: bool = false
/** Where the line begins that was not read. */
let lineStart: usize = 0
let recordStart: usize = 0
/** The last edge of the record before. */
let lastEdge: usize = 0

export function jsonBegin(start: usize, records: usize, max: i32, wanted: i32, noBlanks: bool): void {
  recordsAt = records
  recordsMax = max
  wantedCount = wanted
  refusesBlanks = noBlanks
  recordCount = 0
  why = 0
  hasHigh = false
  lineStart = start
  beginColumns(wanted, max)
  beginNodes()
  beginEdges(beginStates())
  lastEdge = START_EDGE
}

/** Tells the nodes of paths where their entries are, which stand one behind the other. */
function beginNodes(): void {
  const count = load<i32>(PATHS_AT)
  for (let index = 0; index < count; index++) {
    const node = NODES_AT + <usize>index * NODE_BYTES
    store<i32>(node, 0, SEEN)
    store<i32>(node, 0, WANTED_COUNT)
    for (let one = 0; one < wantedCount; one++) {
      const entry = wantedEntry(one)
      if (load<i32>(entry, COLUMN) !== load<i32>(node, PATH)) continue
      if (load<i32>(node, WANTED_COUNT) === 0) store<u32>(node, <u32>entry, FIRST_WANTED)
      store<i32>(node, load<i32>(node, WANTED_COUNT) + 1, WANTED_COUNT)
      store<u32>(entry, <u32>node, ENTRY_NODE)
    }
  }
}

export function jsonRecords(): i32 {
  return recordCount
}

export function jsonHasHigh(): bool {
  return hasHigh
}

export function jsonRest(): usize {
  return lineStart
}

export function jsonRecordsAt(): usize {
  return recordsAt
}

/** Values of a column are only complete now. Gives why they can't be had, or 0. */
export function jsonEnd(): i32 {
  why |= endColumns(wantedCount)
  return why
}

/** Reads the lines that end before `end`, of which the bytes from `from` on are new. Gives where it stopped, or `end`. */
export function jsonScan(from: usize, end: usize): usize {
  let high = i8x16.splat(0)
  for (let at = from; at < end; at += BLOCK) {
    const first = v128.or(v128.load(at), v128.load(at, 16))
    high = v128.or(high, v128.or(first, v128.or(v128.load(at, 32), v128.load(at, 48))))
  }
  if (i8x16.bitmask(high) !== 0) hasHigh = true
  let limit = end
  while (limit > from && <u32>load<u8>(limit - 1) !== LINE_FEED) limit--
  if (limit > from) readLines(limit)
  if (end - lineStart > LINE_BYTES_MAX + BLOCK && limit <= from) why |= REFUSED
  return why !== 0 || (limit > from && lineStart < limit) ? lineStart : end
}

/** Whole lines. A line feed ends whatever is not closed before it, so that nothing is read behind the limit. */
function readLines(limit: usize): void {
  let edge = lastEdge
  let at = lineStart
  while (at < limit && recordCount < recordsMax && why === 0) {
    if (<u32>load<u8>(at) <= SPACE) {
      at = lineWithRecord(at, limit)
      lineStart = at
      if (at >= limit) break
    }
    edge = readRecord(edge, at)
    at = recordBehind
    if (at - lineStart > LINE_BYTES_MAX) why |= REFUSED
    lineStart = at
  }
  lastEdge = edge
}

/** Where the record on the line ends and the next line begins. */
let recordBehind: usize = 0

/** From edge to edge, most of which are what they were the last time. Gives the last one. */
function readRecord(before: usize, from: usize): usize {
  let last = before
  let at = from
  let longer: usize = 0
  cleanFrom()
  while (true) {
    const edge = longer === 0 ? nextEdge(last, at) : longer
    const flags = load<u32>(edge, FLAGS)
    const isEnd = (flags & ENDS_RECORD) !== 0
    const scalar = at + <usize>load<u32>(edge, LENGTH)
    const end = isEnd ? scalar : scalarEnd(scalar)
    if (end === 0) {
      longer = longerEdge(last, at, edge)
      continue
    }
    if (flags !== 0) obey(edge, flags, at)
    if (isEnd) {
      recordBehind = end
      return edge
    }
    const node = <usize>load<u32>(edge, NODE)
    if (node !== 0) why |= addScalar(node, scalar, end, recordCount)
    longer = 0
    last = edge
    at = end
  }
}

function nextEdge(last: usize, at: usize): usize {
  const edge = <usize>load<u32>(last, NEXT)
  if (edge === 0) return otherEdge(last, at)
  const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(edge, GLUE)))
  if (load<u32>(edge, LENGTH) <= 16 && (same | load<u32>(edge, TAIL)) === 0xffff) return edge
  return same === 0xffff && fits(edge, at) ? edge : otherEdge(last, at)
}

function otherEdge(last: usize, at: usize): usize {
  const earlier = earlierEdge(last, at)
  return earlier === 0 ? learnedEdge(last, at) : earlier
}

function learnedEdge(last: usize, at: usize): usize {
  const edge = learn(at, <usize>load<u32>(last, STATE))
  if (edge === 0) return FAILED_EDGE
  follow(last, edge)
  return edge
}

/** What stood there before is followed by a bracket and not by a scalar this time, or by nothing that is one. */
function longerEdge(last: usize, at: usize, edge: usize): usize {
  const length = load<u32>(edge, LENGTH)
  const longer = learnedEdge(last, at)
  return load<u32>(longer, LENGTH) === length ? FAILED_EDGE : longer
}

/** Does what is not done for every edge. */
function obey(edge: usize, flags: u32, at: usize): void {
  if ((flags & FAILS) !== 0) {
    why |= REFUSED
    return
  }
  if ((flags & HAS_SPACES) !== 0) dirtyTo(at + <usize>load<u32>(edge, LENGTH) - 1)
  if ((flags & BEGINS_RECORD) !== 0) recordStart = at + <usize>load<u32>(edge, RECORD_BEGIN)
  if ((flags & HAS_ACTIONS) !== 0) act(edge, at)
  if ((flags & ENDS_RECORD) !== 0) endRecord(at + <usize>load<u32>(edge, RECORD_END))
}

function act(edge: usize, at: usize): void {
  let action = edge + ACTIONS
  for (let left = load<u32>(edge, ACTION_COUNT); left > 0; left--) {
    const node = <usize>load<u32>(action)
    const place = at + <usize>load<u16>(action, 4)
    if (load<u16>(action, 6) === 0) why |= beginNested(node, place, recordCount)
    else if (why === 0) why |= endNested(node, place, recordCount)
    action += ACTION_BYTES
  }
}

function endRecord(end: usize): void {
  for (let index = 0; index < wantedCount; index++) addMissing(wantedEntry(index), recordCount)
  const at = recordsAt + <usize>recordCount * RECORD_BYTES
  store<u32>(at, <u32>recordStart)
  store<u32>(at, <u32>end | (dirtyAt === 0 ? 0 : DIRTY), 4)
  recordCount++
}

/** The beginning of the first line that has anything on it. */
function lineWithRecord(from: usize, limit: usize): usize {
  let start = from
  for (let at = from; at < limit; at++) {
    const byte = <u32>load<u8>(at)
    if (byte === LINE_FEED) {
      if (refusesBlanks) why |= REFUSED
      start = at + 1
    } else if (!isSpace(byte)) return start
  }
  return limit
}
