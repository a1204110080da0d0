// The memory that records of JSON are read with: paths that are wanted, by the host, and what is learned on the way.

/** Filled in by the host: how many nodes there are, and from 16 on the nodes, the first of which stands for the record. */
export const PATHS_AT: usize = 98304
export const NODES_AT: usize = PATHS_AT + 16
/** In a node; the host fills in the first six. What kind of step leads to it, and by which name or index. */
export const NODE_BYTES: usize = 48
export const KIND: usize = 0
export const NAME: usize = 4
/** Bytes of the name, or the index. */
export const PLACE: usize = 8
/** Addresses of nodes, 0 for none. */
export const CHILD: usize = 12
export const SIBLING: usize = 16
/** The number that wanted entries have for it, -1 where there are none. */
export const PATH: usize = 20
export const FIRST_WANTED: usize = 24
export const WANTED_COUNT: usize = 28
/** The last record that had a value there, from 1. */
export const SEEN: usize = 32
/** Where a list or struct began. */
export const BEGAN: usize = 36

export const MEMBER: u32 = 0
/** Case does not count. */
export const MEMBER_ANY_CASE: u32 = 1
export const ELEMENT: u32 = 2

/** What a result is made of, by the host: how many columns, and from 16 on where each has its spans and its key. */
export const OUTPUT_AT: usize = 131072
export const COLUMNS_AT: usize = OUTPUT_AT + 16
export const COLUMN_BYTES: usize = 16
/** The number of its path. */
export const COLUMN_PATH: usize = 0
export const COLUMN_KEY: usize = 4
export const COLUMN_KEY_BYTES: usize = 8
/** Its wanted entry, which the kernel looks up. */
export const COLUMN_SPANS: usize = 12

/** Where a parser may stand between two values: in which lists and structs. */
export const STATES_AT: usize = 163840
export const STATE_BYTES: usize = 32
export const STATES_MAX: i32 = 2048
export const PARENT: usize = 0
export const CONTAINER: usize = 4
/** Of the list or struct, 0 where nothing in it is wanted. */
export const STATE_NODE: usize = 8
/** Of the element before, where that matters. */
export const INDEX: usize = 12
export const DEPTH: usize = 16
export const STATE_CHILD: usize = 20
export const STATE_SIBLING: usize = 24

export const NO_CONTAINER: u32 = 0
export const STRUCT: u32 = 1
export const LIST: u32 = 2

/** Edges, by the hashes of where they begin and what they say. */
export const BUCKETS_AT: usize = 229376
export const BUCKETS: u32 = 1024

/** What stood between two scalars: brackets, names, commas and the like, and where it leads. */
export const EDGES_AT: usize = 233472
export const EDGE_BYTES: usize = 256
export const EDGES_MAX: i32 = 1024
/** Bytes of it. */
export const LENGTH: usize = 0
/** Of the scalar behind it; 0 where that is nobody's. */
export const NODE: usize = 4
export const STATE: usize = 8
/** The edge that came behind it the last time. */
export const NEXT: usize = 12
/** Where the next one is noted among those that came before. */
export const TURN: usize = 16
export const FLAGS: usize = 20
/** Bits of the last sixteen bytes that are none of it. */
export const TAIL: usize = 24
/** From its beginning to where the record begins. */
export const RECORD_BEGIN: usize = 28
export const GLUE: usize = 32
export const GLUE_BYTES_MAX: u32 = 96
/** Lists and structs that are wanted begin or end in it: node, distance, and whether it ends. */
export const ACTIONS: usize = 128
export const ACTION_BYTES: usize = 8
export const ACTIONS_MAX: u32 = 9
/** Edges that came behind it before the last time. */
export const EARLIER: usize = 200
export const EARLIER_BYTES: u32 = 32
export const ACTION_COUNT: usize = 232
export const FROM_STATE: usize = 236
export const CHAIN: usize = 240
/** From its beginning to behind the record. */
export const RECORD_END: usize = 244

/** Bits of FLAGS. */
export const BEGINS_RECORD: u32 = 1
export const ENDS_RECORD: u32 = 2
export const HAS_SPACES: u32 = 4
export const HAS_ACTIONS: u32 = 8
/** There is no record that is read here. */
export const FAILS: u32 = 16

export const QUOTE: u32 = 34
export const BACKSLASH: u32 = 92
export const SPACE: u32 = 32
export const TAB: u32 = 9
export const LINE_FEED: u32 = 10
export const RETURN: u32 = 13
export const MINUS: u32 = 45
export const ZERO: u32 = 48
export const POINT: u32 = 46
export const COMMA: u32 = 44
export const COLON: u32 = 58
export const OPEN: u32 = 123
export const CLOSE: u32 = 125
export const OPEN_LIST: u32 = 91
export const CLOSE_LIST: u32 = 93
export const LETTER_E: u32 = 101
export const LETTER_N: u32 = 110
export const LETTER_T: u32 = 116
export const LETTER_U: u32 = 117

export function isSpace(byte: u32): bool {
  return byte === SPACE || byte === RETURN || byte === TAB
}
