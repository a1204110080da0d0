// As much of an assembler for WebAssembly as the scanner needs: instructions are functions that give their bytes.

export type Code = readonly number[]

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b

const unsigned = (value: number): Code => {
  const rest = Math.floor(value / 128)
  return rest === 0 ? [value] : [(value % 128) | 0x80, ...unsigned(rest)]
}

const signed = (value: bigint): Code => {
  const byte = Number(value & 0x7fn)
  const rest = value >> 7n
  const isLast = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)
  return isLast ? [byte] : [byte | 0x80, ...signed(rest)]
}

/** Operands first, then the instruction. */
const plain =
  (...opcode: Code) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), ...opcode]

const vector = (number: number) => plain(0xfd, ...unsigned(number))

export const local = (index: number): Code => [0x20, ...unsigned(index)]
export const set = (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)]
export const global = (index: number): Code => [0x23, ...unsigned(index)]
export const setGlobal = (index: number, value: Code): Code => [...value, 0x24, ...unsigned(index)]
export const int = (value: number): Code => [0x41, ...signed(BigInt(value))]
export const long = (value: number): Code => [0x42, ...signed(BigInt(value))]

/** Runs the body again as long as the condition behind it holds. */
export const loopWhile = (body: Code, condition: Code): Code => [
  0x03,
  0x40,
  ...body,
  ...condition,
  0x0d,
  0x00,
  0x0b,
]
export const either = (condition: Code, then: Code, otherwise: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...then,
  0x05,
  ...otherwise,
  0x0b,
]

export const i32 = {
  byteAt: (at: Code, offset: number): Code => [...at, 0x2d, 0x00, ...unsigned(offset)],
  equal: plain(0x46),
  less: plain(0x49),
  isZero: plain(0x45),
  add: plain(0x6a),
  and: plain(0x71),
  or: plain(0x72),
  shiftLeft: plain(0x74),
  fromLong: plain(0xa7),
}

export const i64 = {
  isZero: plain(0x50),
  notEqual: plain(0x52),
  less: plain(0x54),
  add: plain(0x7c),
  and: plain(0x83),
  or: plain(0x84),
  xor: plain(0x85),
  shiftLeft: plain(0x86),
  /** The sign goes on. */
  shiftRight: plain(0x87),
  shiftRightUnsigned: plain(0x88),
  fromInt: plain(0xad),
}

export const v128 = {
  load: (at: Code, offset: number): Code => [...at, 0xfd, 0x00, 0x00, ...unsigned(offset)],
  splat: vector(15),
  equal: vector(35),
  or: vector(80),
  anyTrue: vector(83),
  allTrue: vector(99),
  bitmask: vector(100),
  least: vector(119),
}

export interface FunctionCode {
  readonly name: string
  readonly parameters: Code
  readonly results: Code
  /** Types of the locals behind the parameters. */
  readonly locals: Code
  readonly body: Code
}

export interface ModuleCode {
  readonly pages: number
  /** Variables, zero at first. */
  readonly globals: readonly (typeof I32 | typeof I64)[]
  readonly functions: readonly FunctionCode[]
}

/** A module that exports its memory as `memory`, and its functions. */
export function assemble({ pages, globals, functions }: ModuleCode): Uint8Array {
  const types = functions.map((one) => [0x60, ...list(one.parameters), ...list(one.results)])
  const variables = globals.map((type) => [type, 0x01, type === I32 ? 0x41 : 0x42, 0x00, 0x0b])
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)])
  const bodies = functions.map(({ locals, body }) => {
    const declared = vectorOf(locals.map((type) => [0x01, type]))
    const code = [...declared, ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vectorOf(types)),
    ...section(3, vectorOf(functions.map((_none, index) => unsigned(index)))),
    ...section(5, vectorOf([[0x00, ...unsigned(pages)]])),
    ...section(6, vectorOf(variables)),
    ...section(7, vectorOf([[...text('memory'), 0x02, 0x00], ...exported])),
    ...section(10, vectorOf(bodies)),
  ])
}

function section(number: number, content: Code): Code {
  return [number, ...unsigned(content.length), ...content]
}

function vectorOf(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function list(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes]
}

function text(value: string): Code {
  return list([...Buffer.from(value)])
}
