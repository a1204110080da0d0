// The scanner of batches as WebAssembly: 64 bytes a step, in which each class of bytes becomes a word with a bit for each.
import {
  assemble,
  type Code,
  either,
  type FunctionCode,
  global,
  I32,
  I64,
  i32,
  i64,
  int,
  local,
  long,
  loopWhile,
  set,
  setGlobal,
  V128,
  v128,
} from './assemble.js'

/** What a scan found, as bits. */
export const FOUND = {
  nul: 1,
  /** A byte beyond ASCII. */
  high: 2,
  carriageReturn: 4,
  /** A line that begins with one of the bytes it may not begin with. */
  lineStart: 8,
  quote: 16,
  /** A quote that only spaces part from its delimiter. */
  looseQuote: 32,
  /** A line that ends within quotes. */
  quotedLine: 64,
  /** The last quote was not closed. */
  open: 128,
} as const

const PAGES = 5
const BLOCK_BYTES = 64
const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20

/** What a block leaves to the next one: 0 or 1 each, but `parity`, which is 0 or -1. */
const G = {
  /** The last byte ended a line. */
  line: 0,
  /** It was a delimiter, or ended a line. */
  edge: 1,
  /** It was a space, and between an edge and it there is nothing else. */
  edgeSpaces: 2,
  quote: 3,
  /** As with edges: spaces behind a quote. */
  quoteSpaces: 4,
  /** Within quotes. */
  parity: 5,
  /** Bits that are not 0 where something was found. */
  lineStarts: 6,
  looseQuotes: 7,
  quotedLines: 8,
  found: 9,
} as const

const P = { at: 0, end: 1, delimiter: 2, quote: 3, startA: 4, startB: 5 } as const
const WIDTH = 4
/** Locals: four vectors, those that gather, and words. */
const L = { block: 6, least: 10, all: 11, returns: 12, quotes: 13 } as const
const W = { lines: 14, quotes: 15, edges: 16, spaces: 17, starts: 18, sum: 19, inside: 20 } as const

const parts = <T>(make: (index: number) => T): readonly T[] =>
  Array.from({ length: WIDTH }, (_none, index) => make(index))
const block = (index: number) => local(L.block + index)
const anyOf = (vectors: readonly Code[]): Code => vectors.reduce((a, b) => v128.or(a, b))
const is = (index: number, byte: Code) => v128.equal(block(index), v128.splat(byte))

/** A bit for each byte of the block. */
function word(vectors: readonly Code[]): Code {
  return vectors
    .map((vector, index) => i64.shiftLeft(i64.fromInt(v128.bitmask(vector)), long(16 * index)))
    .reduce((a, b) => i64.or(a, b))
}

const lineEnds = (index: number) => v128.or(is(index, int(LINE_FEED)), is(index, int(RETURN)))
const add = (variable: number, bits: Code) => setGlobal(variable, i64.or(global(variable), bits))
/** Each bit one place on, and the one that the block before left. */
const behind = (bits: Code, before: Code) => i64.or(i64.shiftLeft(bits, long(1)), before)
const lastBit = (bits: Code) => i64.shiftRightUnsigned(bits, long(63))
const not = (bits: Code) => i64.xor(bits, long(-1))

/**
 * Finds `target` right behind spaces that begin right behind a bit of `marks`: adding a bit at the first of a row of spaces
 * carries it behind the last.
 */
function spacesBetween(
  marks: Code,
  target: Code,
  carried: { readonly mark: number; readonly spaces: number },
): Code {
  const before = i64.or(global(carried.mark), global(carried.spaces))
  const ends = i64.and(i64.or(local(W.sum), global(carried.spaces)), not(local(W.spaces)))
  return [
    ...set(W.starts, i64.and(local(W.spaces), behind(marks, before))),
    ...set(W.sum, i64.add(local(W.starts), local(W.spaces))),
    ...add(G.looseQuotes, i64.and(ends, target)),
    ...setGlobal(carried.spaces, i64.fromInt(i64.less(local(W.sum), local(W.spaces)))),
    ...setGlobal(carried.mark, lastBit(marks)),
  ]
}

/** Bits between odd quotes and the next ones. */
const insideQuotes: Code = [
  ...set(W.inside, local(W.quotes)),
  ...[1, 2, 4, 8, 16, 32].flatMap((step) =>
    set(W.inside, i64.xor(local(W.inside), i64.shiftLeft(local(W.inside), long(step)))),
  ),
  ...set(W.inside, i64.xor(local(W.inside), global(G.parity))),
]

const withQuotes: Code = [
  ...set(W.quotes, word(parts((index) => is(index, local(P.quote))))),
  ...set(W.edges, word(parts((index) => v128.or(is(index, local(P.delimiter)), lineEnds(index))))),
  ...set(W.spaces, word(parts((index) => is(index, int(SPACE))))),
  ...spacesBetween(local(W.edges), local(W.quotes), { mark: G.edge, spaces: G.edgeSpaces }),
  ...spacesBetween(local(W.quotes), local(W.edges), { mark: G.quote, spaces: G.quoteSpaces }),
  ...insideQuotes,
  ...add(G.quotedLines, i64.and(local(W.lines), local(W.inside))),
  ...setGlobal(G.parity, i64.shiftRight(local(W.inside), long(63))),
]

const last = i32.byteAt(local(P.at), BLOCK_BYTES - 1)
const lastIs = (byte: Code) => i32.equal(last, byte)

/** Nothing of the block matters to quotes but its last byte, which is no space. */
const withoutQuotes: Code = [
  ...add(G.quotedLines, i64.and(local(W.lines), global(G.parity))),
  ...setGlobal(
    G.edge,
    i64.fromInt(i32.or(lastIs(local(P.delimiter)), i32.or(lastIs(int(LINE_FEED)), lastIs(int(RETURN))))),
  ),
  ...setGlobal(G.edgeSpaces, long(0)),
]

const hasQuotes = i32.or(
  i32.or(v128.anyTrue(local(L.quotes)), lastIs(int(SPACE))),
  i64.notEqual(i64.or(global(G.quote), global(G.quoteSpaces)), long(0)),
)

const step: Code = [
  ...parts((index) => set(L.block + index, v128.load(local(P.at), 16 * index))).flat(),
  ...set(
    L.least,
    v128.least(
      local(L.least),
      parts(block).reduce((a, b) => v128.least(a, b)),
    ),
  ),
  ...set(L.all, v128.or(local(L.all), anyOf(parts(block)))),
  ...set(L.returns, v128.or(local(L.returns), anyOf(parts((index) => is(index, int(RETURN)))))),
  ...set(L.quotes, anyOf(parts((index) => is(index, local(P.quote))))),
  ...set(W.lines, word(parts((index) => is(index, int(LINE_FEED))))),
  // A line feed or a return is never how a line begins.
  ...set(
    W.starts,
    word(
      parts((index) =>
        v128.or(lineEnds(index), v128.or(is(index, local(P.startA)), is(index, local(P.startB)))),
      ),
    ),
  ),
  ...add(G.lineStarts, i64.and(local(W.starts), behind(local(W.lines), global(G.line)))),
  ...setGlobal(G.line, lastBit(local(W.lines))),
  ...setGlobal(G.found, i32.or(global(G.found), flag(v128.anyTrue(local(L.quotes)), FOUND.quote))),
  ...either(hasQuotes, withQuotes, withoutQuotes),
  ...set(P.at, i32.add(local(P.at), int(BLOCK_BYTES))),
]

function flag(condition: Code, bit: number): Code {
  return i32.shiftLeft(condition, int(Math.log2(bit)))
}

const wordFlag = (variable: number, bit: number) => flag(i64.notEqual(global(variable), long(0)), bit)

const scan: FunctionCode = {
  name: 'scan',
  parameters: [I32, I32, I32, I32, I32, I32],
  results: [I32],
  locals: [...new Array<number>(8).fill(V128), ...new Array<number>(7).fill(I64)],
  body: [
    ...set(L.least, v128.splat(int(-1))),
    ...loopWhile(step, i32.less(local(P.at), local(P.end))),
    ...setGlobal(
      G.found,
      [
        flag(i32.isZero(v128.allTrue(local(L.least))), FOUND.nul),
        flag(i32.isZero(i32.isZero(v128.bitmask(local(L.all)))), FOUND.high),
        flag(v128.anyTrue(local(L.returns)), FOUND.carriageReturn),
      ].reduce((a, b) => i32.or(a, b), global(G.found)),
    ),
    ...[
      wordFlag(G.lineStarts, FOUND.lineStart),
      wordFlag(G.looseQuotes, FOUND.looseQuote),
      wordFlag(G.quotedLines, FOUND.quotedLine),
      wordFlag(G.parity, FOUND.open),
    ].reduce((a, b) => i32.or(a, b), global(G.found)),
  ],
}

/** What stands before a batch is the end of a line. */
const begin: FunctionCode = {
  name: 'begin',
  parameters: [],
  results: [],
  locals: [],
  body: [
    ...[G.edgeSpaces, G.quote, G.quoteSpaces, G.parity, G.lineStarts, G.looseQuotes, G.quotedLines].flatMap(
      (variable) => setGlobal(variable, long(0)),
    ),
    ...[G.line, G.edge].flatMap((variable) => setGlobal(variable, long(1))),
    ...setGlobal(G.found, int(0)),
  ],
}

/**
 * `scan(at, end, delimiter, quote, startA, startB)` looks at whole blocks of the memory and gives what was found since
 * `begin()`.
 */
export function scannerModule(): Uint8Array {
  return assemble({
    pages: PAGES,
    globals: [...new Array<typeof I64>(9).fill(I64), I32],
    functions: [scan, begin],
  })
}
