// Reads what stands between two scalars byte by byte, where it is not what stood there before.

import { keptEdge, NEW_EDGE } from './json-edges'
import {
  ACTION_BYTES,
  ACTION_COUNT,
  ACTIONS,
  ACTIONS_MAX,
  BACKSLASH,
  BEGINS_RECORD,
  CHILD,
  CLOSE,
  CLOSE_LIST,
  COLON,
  COMMA,
  CONTAINER,
  EARLIER,
  EARLIER_BYTES,
  ELEMENT,
  ENDS_RECORD,
  FLAGS,
  FROM_STATE,
  HAS_ACTIONS,
  HAS_SPACES,
  INDEX,
  isSpace,
  KIND,
  LENGTH,
  LINE_FEED,
  LIST,
  MEMBER,
  MEMBER_ANY_CASE,
  NAME,
  NEXT,
  NO_CONTAINER,
  NODE,
  NODES_AT,
  OPEN,
  OPEN_LIST,
  PARENT,
  PLACE,
  QUOTE,
  RECORD_BEGIN,
  RECORD_END,
  SIBLING,
  SPACE,
  STATE,
  STATE_NODE,
  STRUCT,
  TURN,
} from './json-layout'
import { stateBehind, stateWithin } from './json-states'

/** The Kelvin sign, the one character beyond ASCII that is an ASCII letter in another case. */
const KELVIN: u32 = 0xaa84e2

/** What is expected next. */
const VALUE: i32 = 0
const FIRST_VALUE: i32 = 1
const FIRST_NAME: i32 = 2
const NAME_NEXT: i32 = 3
const BEHIND: i32 = 4
const DONE: i32 = 5
const FAILED: i32 = 6

let at: usize = 0
let began: usize = 0
let state: usize = 0
/** Of the value that comes next. */
let node: usize = 0
let flags: u32 = 0
let recordBegin: usize = 0
let recordEnd: usize = 0
let actions: u32 = 0

/** The edge from there to the next scalar or the record's end; 0 where what stands there is not read here. */
export function learn(from: usize, fromState: usize): usize {
  at = from
  began = from
  state = fromState
  node = 0
  flags = 0
  recordBegin = 0
  recordEnd = 0
  actions = 0
  let expected = load<u32>(fromState, CONTAINER) === NO_CONTAINER ? openRecord() : BEHIND
  while (expected < DONE) expected = step(expected)
  if (expected === FAILED) return 0
  store<u32>(NEW_EDGE, <u32>(at - from), LENGTH)
  store<u32>(NEW_EDGE, <u32>node, NODE)
  store<u32>(NEW_EDGE, <u32>state, STATE)
  store<u32>(NEW_EDGE, 0, NEXT)
  store<u32>(NEW_EDGE, 0, TURN)
  memory.fill(NEW_EDGE + EARLIER, 0, <usize>EARLIER_BYTES)
  store<u32>(NEW_EDGE, flags | (actions === 0 ? 0 : HAS_ACTIONS), FLAGS)
  store<u32>(NEW_EDGE, <u32>recordBegin, RECORD_BEGIN)
  store<u32>(NEW_EDGE, <u32>recordEnd, RECORD_END)
  store<u32>(NEW_EDGE, actions, ACTION_COUNT)
  store<u32>(NEW_EDGE, <u32>fromState, FROM_STATE)
  return keptEdge(from)
}

function step(expected: i32): i32 {
  switch (expected) {
    case VALUE:
      skipSpaces()
      return beginValue()
    case FIRST_VALUE:
      skipSpaces()
      if (<u32>load<u8>(at) === CLOSE_LIST) return close()
      node = elementOf(load<u32>(state, INDEX))
      return beginValue()
    case FIRST_NAME:
      skipSpaces()
      return <u32>load<u8>(at) === CLOSE ? close() : readName()
    case NAME_NEXT:
      skipSpaces()
      return readName()
    default:
      return load<u32>(state, CONTAINER) === NO_CONTAINER ? endRecord() : behindValue()
  }
}

function skipSpaces(): void {
  for (; isSpace(<u32>load<u8>(at)); at++) flags |= HAS_SPACES
}

/** Records are structs here. */
function openRecord(): i32 {
  while (isSpace(<u32>load<u8>(at))) at++
  if (<u32>load<u8>(at) !== OPEN) return FAILED
  recordBegin = at - began
  flags |= BEGINS_RECORD
  node = NODES_AT
  return open(STRUCT, FIRST_NAME)
}

function endRecord(): i32 {
  recordEnd = at - began
  while (isSpace(<u32>load<u8>(at))) at++
  if (<u32>load<u8>(at) !== LINE_FEED) return FAILED
  at++
  node = 0
  flags |= ENDS_RECORD
  return DONE
}

function beginValue(): i32 {
  const byte = <u32>load<u8>(at)
  if (byte === OPEN) return open(STRUCT, FIRST_NAME)
  if (byte === OPEN_LIST) return open(LIST, FIRST_VALUE)
  // Whatever it is is looked at by whoever reads scalars.
  return byte > SPACE ? DONE : FAILED
}

function open(container: u32, next: i32): i32 {
  if (node !== 0 && !act(false)) return FAILED
  state = stateWithin(state, container, node, 0)
  at++
  return state === 0 ? FAILED : next
}

function close(): i32 {
  at++
  node = <usize>load<u32>(state, STATE_NODE)
  if (node !== 0 && !act(true)) return FAILED
  state = <usize>load<u32>(state, PARENT)
  return BEHIND
}

/** For the node: a list or struct begins, or has ended. */
function act(isEnd: bool): bool {
  if (actions >= ACTIONS_MAX || at - began > 0x7fff) return false
  const action = NEW_EDGE + ACTIONS + <usize>actions * ACTION_BYTES
  store<u32>(action, <u32>node)
  store<u16>(action, <u16>(at - began), 4)
  store<u16>(action, <u16>isEnd, 6)
  actions++
  return true
}

function behindValue(): i32 {
  skipSpaces()
  const byte = <u32>load<u8>(at)
  if (load<u32>(state, CONTAINER) === STRUCT) {
    if (byte === CLOSE) return close()
    at++
    return byte === COMMA ? NAME_NEXT : FAILED
  }
  if (byte === CLOSE_LIST) return close()
  if (byte !== COMMA) return FAILED
  at++
  state = stateBehind(state)
  if (state === 0) return FAILED
  node = elementOf(load<u32>(state, INDEX))
  return VALUE
}

function readName(): i32 {
  if (<u32>load<u8>(at) !== QUOTE) return FAILED
  const start = ++at
  while (true) {
    const byte = <u32>load<u8>(at)
    if (byte === QUOTE) break
    // A name may be spelled in many ways with escapes.
    if (byte < SPACE || byte === BACKSLASH || (load<u32>(at) & 0xffffff) === KELVIN) return FAILED
    at++
  }
  node = memberOf(start, at)
  at++
  skipSpaces()
  if (<u32>load<u8>(at) !== COLON) return FAILED
  at++
  return VALUE
}

/** The node of a member of the struct, 0 where it is nobody's. */
function memberOf(start: usize, end: usize): usize {
  const parent = <usize>load<u32>(state, STATE_NODE)
  if (parent === 0) return 0
  for (let child = <usize>load<u32>(parent, CHILD); child !== 0; child = <usize>load<u32>(child, SIBLING)) {
    const kind = load<u32>(child, KIND)
    const isLong = <u32>(end - start) === load<u32>(child, PLACE)
    if ((kind === MEMBER || kind === MEMBER_ANY_CASE) && isLong && isNamed(child, start, kind)) return child
  }
  return 0
}

function isNamed(child: usize, start: usize, kind: u32): bool {
  const name = <usize>load<u32>(child, NAME)
  const length = <usize>load<u32>(child, PLACE)
  for (let place: usize = 0; place < length; place++) {
    const a = <u32>load<u8>(name + place)
    const b = <u32>load<u8>(start + place)
    if (a !== b && (kind === MEMBER || lowered(a) !== lowered(b))) return false
  }
  return true
}

function lowered(byte: u32): u32 {
  return byte - 65 <= 25 ? byte + 32 : byte
}

function elementOf(index: u32): usize {
  const parent = <usize>load<u32>(state, STATE_NODE)
  if (parent === 0) return 0
  for (let child = <usize>load<u32>(parent, CHILD); child !== 0; child = <usize>load<u32>(child, SIBLING)) {
    if (load<u32>(child, KIND) === ELEMENT && load<u32>(child, PLACE) === index) return child
  }
  return 0
}
