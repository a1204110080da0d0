// What stands between two scalars of a record, kept for the next records: most have the same there.
import {
  BUCKETS,
  BUCKETS_AT,
  CHAIN,
  EARLIER,
  EARLIER_BYTES,
  EDGE_BYTES,
  EDGES_AT,
  EDGES_MAX,
  ENDS_RECORD,
  FAILS,
  FLAGS,
  FROM_STATE,
  GLUE,
  GLUE_BYTES_MAX,
  LENGTH,
  NEXT,
  STATE,
  TAIL,
  TURN,
} from './json-layout'

/** The first is what a record follows, the second has what was learned last, the third stands for what can't be read. */
export const START_EDGE: usize = EDGES_AT
export const NEW_EDGE: usize = EDGES_AT + EDGE_BYTES
export const FAILED_EDGE: usize = NEW_EDGE + EDGE_BYTES
const KEPT_FROM: i32 = 3

let edgeCount: i32 = 0

export function beginEdges(state: usize): void {
  memory.fill(BUCKETS_AT, 0, <usize>(BUCKETS * 4))
  memory.fill(EDGES_AT, 0, EDGE_BYTES * 3)
  store<u32>(START_EDGE, <u32>state, STATE)
  store<u32>(FAILED_EDGE, ENDS_RECORD | FAILS, FLAGS)
  edgeCount = KEPT_FROM
}

/** Whether the same bytes stand there. */
export function fits(edge: usize, at: usize): bool {
  const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(edge, GLUE)))
  if (load<u32>(edge, LENGTH) <= 16) return (same | load<u32>(edge, TAIL)) === 0xffff
  return same === 0xffff && fitsBehind(edge, at)
}

function fitsBehind(edge: usize, at: usize): bool {
  const length = <usize>load<u32>(edge, LENGTH)
  let place: usize = 16
  for (; place + 16 < length; place += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(at + place), v128.load(edge + place, GLUE))) !== 0xffff) return false
  }
  const same = i8x16.bitmask(i8x16.eq(v128.load(at + place), v128.load(edge + place, GLUE)))
  return (same | load<u32>(edge, TAIL)) === 0xffff
}

/** The new edge as one that is kept; itself where there is no room. `at`: its bytes. */
export function keptEdge(at: usize): usize {
  const length = load<u32>(NEW_EDGE, LENGTH)
  if (length > GLUE_BYTES_MAX) return NEW_EDGE
  const state = load<u32>(NEW_EDGE, FROM_STATE)
  const bucket = BUCKETS_AT + <usize>((hashOf(at, length, state) & (BUCKETS - 1)) << 2)
  for (let edge = <usize>load<u32>(bucket); edge !== 0; edge = <usize>load<u32>(edge, CHAIN)) {
    const isSame = load<u32>(edge, LENGTH) === length && load<u32>(edge, FROM_STATE) === state
    if (isSame && fits(edge, at)) return edge
  }
  if (edgeCount >= EDGES_MAX) return NEW_EDGE
  const edge = EDGES_AT + <usize>edgeCount * EDGE_BYTES
  edgeCount++
  memory.copy(edge, NEW_EDGE, EDGE_BYTES)
  memory.copy(edge + GLUE, at, <usize>length)
  store<u32>(edge, tailOf(length), TAIL)
  store<u32>(edge, load<u32>(bucket), CHAIN)
  store<u32>(bucket, <u32>edge)
  return edge
}

function tailOf(length: u32): u32 {
  const behind = ((length - 1) & 15) + 1
  return (0xffff << behind) & 0xffff
}

function hashOf(at: usize, length: u32, state: u32): u32 {
  let hash: u32 = state ^ length
  for (let place: u32 = 0; place < length; place++) {
    hash = (hash ^ <u32>load<u8>(at + <usize>place)) * 16777619
  }
  return hash ^ (hash >> 15)
}

/** What came behind an edge is what is looked for there next time. */
export function follow(edge: usize, next: usize): void {
  if (edge === NEW_EDGE || next === NEW_EDGE) return
  const turn = load<u32>(edge, TURN)
  store<u32>(edge + <usize>turn, load<u32>(edge, NEXT), EARLIER)
  store<u32>(edge, (turn + 4) & (EARLIER_BYTES - 1), TURN)
  store<u32>(edge, <u32>next, NEXT)
}

/** One that came behind the edge before, and does so again; 0 where there is none. */
export function earlierEdge(edge: usize, at: usize): usize {
  for (let place: u32 = 0; place < EARLIER_BYTES; place += 4) {
    const earlier = <usize>load<u32>(edge + <usize>place, EARLIER)
    if (earlier === 0) break
    if (!fits(earlier, at)) continue
    store<u32>(edge + <usize>place, load<u32>(edge, NEXT), EARLIER)
    store<u32>(edge, <u32>earlier, NEXT)
    return earlier
  }
  return 0
}
