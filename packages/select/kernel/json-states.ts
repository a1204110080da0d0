// Where a parser may stand within a record, each such place once.
import {
  CHILD,
  CONTAINER,
  DEPTH,
  ELEMENT,
  INDEX,
  KIND,
  LIST,
  NO_CONTAINER,
  PARENT,
  PLACE,
  SIBLING,
  STATE_BYTES,
  STATE_CHILD,
  STATE_NODE,
  STATE_SIBLING,
  STATES_AT,
  STATES_MAX,
} from './json-layout'

const DEPTH_MAX: u32 = 256

let stateCount: i32 = 0

/** Before a record. */
export function beginStates(): usize {
  memory.fill(STATES_AT, 0, STATE_BYTES)
  store<u32>(STATES_AT, NO_CONTAINER, CONTAINER)
  stateCount = 1
  return STATES_AT
}

/** Within one more list or struct; 0 where that is too deep, or there are too many. */
export function stateWithin(parent: usize, container: u32, node: usize, index: u32): usize {
  let state = <usize>load<u32>(parent, STATE_CHILD)
  for (; state !== 0; state = <usize>load<u32>(state, STATE_SIBLING)) {
    const isSame = load<u32>(state, CONTAINER) === container && <usize>load<u32>(state, STATE_NODE) === node
    if (isSame && load<u32>(state, INDEX) === index) return state
  }
  const depth = load<u32>(parent, DEPTH) + 1
  if (depth > DEPTH_MAX || stateCount >= STATES_MAX) return 0
  state = STATES_AT + <usize>stateCount * STATE_BYTES
  stateCount++
  store<u32>(state, <u32>parent, PARENT)
  store<u32>(state, container, CONTAINER)
  store<u32>(state, <u32>node, STATE_NODE)
  store<u32>(state, index, INDEX)
  store<u32>(state, depth, DEPTH)
  store<u32>(state, 0, STATE_CHILD)
  store<u32>(state, load<u32>(parent, STATE_CHILD), STATE_SIBLING)
  store<u32>(parent, <u32>state, STATE_CHILD)
  return state
}

/** Behind the comma in a list; elements behind all that are wanted are nobody's. */
export function stateBehind(state: usize): usize {
  const node = <usize>load<u32>(state, STATE_NODE)
  if (node === 0) return state
  const index = load<u32>(state, INDEX) + 1
  const parent = <usize>load<u32>(state, PARENT)
  const goesOn = hasElementFrom(node, index)
  // What ends the list still ends what is wanted.
  return stateWithin(parent, LIST, node, goesOn ? index : 0xffffffff)
}

function hasElementFrom(node: usize, index: u32): bool {
  if (index === 0) return false
  for (let child = <usize>load<u32>(node, CHILD); child !== 0; child = <usize>load<u32>(child, SIBLING)) {
    if (load<u32>(child, KIND) === ELEMENT && load<u32>(child, PLACE) >= index) return true
  }
  return false
}
