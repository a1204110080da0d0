// Reads Thrift's compact protocol, which the metadata of Parquet is written in.

/** The bytes are no such metadata, or hold what we can't tell the meaning of. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

/** Types of fields and elements, as their headers have them. */
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I32 = 5
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const MAP = 11
const STRUCT = 12
const UUID = 13

/** Bytes of a field's value; a boolean stands in the field's head. */
const SIZES: Readonly<Record<number, number>> = { [TRUE]: 0, [FALSE]: 0, [BYTE]: 1, [DOUBLE]: 8, [UUID]: 16 }

/** Structs within structs. */
const DEPTH_MAX = 64
const VARINT_BYTES_MAX = 10

export interface FieldHeader {
  readonly id: number
  readonly type: number
}

export class CompactReader {
  readonly #bytes: Uint8Array
  #at: number
  #depth = 0

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Where the next byte stands. */
  get at(): number {
    return this.#at
  }

  /**
   * Gives each field to `visit`, which reads its value, or returns false to have it passed over. Throws Malformed, as
   * everything here does.
   */
  struct(visit: (field: FieldHeader) => boolean): void {
    if (++this.#depth > DEPTH_MAX) throw new Malformed('Structs stand too deep.')
    let id = 0
    for (;;) {
      const head = this.#byte()
      if (head === 0) break
      const delta = head >> 4
      id = delta === 0 ? this.integer() : id + delta
      const type = head & 15
      if (!visit({ id, type })) this.#skip(type)
    }
    this.#depth--
  }

  /** How many structs follow. */
  structs({ type }: FieldHeader): number {
    if (type !== LIST) throw new Malformed('A list was expected.')
    const { size, element } = this.#listHead()
    if (element !== STRUCT && size > 0) throw new Malformed('A list of structs was expected.')
    return size
  }

  /** Passes over a list of structs. Tells where each of them begins. */
  passStructs(field: FieldHeader): readonly number[] {
    const starts: number[] = []
    const size = this.structs(field)
    for (let count = 0; count < size; count++) {
      starts.push(this.#at)
      this.#passStruct()
    }
    return starts
  }

  /** The value of a field that is an integer. */
  number({ type }: FieldHeader): number {
    if (type !== I16 && type !== I32 && type !== I64) throw new Malformed('A number was expected.')
    return this.integer()
  }

  /** The fields of one that is a struct. */
  inner({ type }: FieldHeader, visit: (field: FieldHeader) => boolean): void {
    if (type !== STRUCT) throw new Malformed('A struct was expected.')
    this.struct(visit)
  }

  /** Of as many bits as a number is exact for. */
  integer(): number {
    const value = this.#varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  #varint(): number {
    let value = 0
    let unit = 1
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#byte()
      value += (byte & 127) * unit
      if (byte < 128) {
        if (Number.isSafeInteger(value)) return value
        break
      }
      unit *= 128
    }
    throw new Malformed('A number is too large.')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Malformed('The metadata ends early.')
    return byte
  }

  #pass(bytes: number): void {
    this.#at += bytes
    if (this.#at > this.#bytes.length) throw new Malformed('The metadata ends early.')
  }

  #listHead(): { readonly size: number; readonly element: number } {
    const head = this.#byte()
    const size = head >> 4 === 15 ? this.#varint() : head >> 4
    return { size, element: head & 15 }
  }

  #skip(type: number): void {
    const size = SIZES[type]
    if (size !== undefined) this.#pass(size)
    else if (type === I16 || type === I32 || type === I64) this.#passVarint()
    else if (type === BINARY) this.#pass(this.#varint())
    else if (type === STRUCT) this.#passStruct()
    else this.#skipMany(type)
  }

  /** As `struct` does; most of the metadata is passed over by code that has never run before, so little of it is best. */
  #passStruct(): void {
    if (++this.#depth > DEPTH_MAX) throw new Malformed('Structs stand too deep.')
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      if (head < 16) this.#passVarint()
      this.#skip(head & 15)
    }
    this.#depth--
  }

  #skipMany(type: number): void {
    if (++this.#depth > DEPTH_MAX) throw new Malformed('Lists stand too deep.')
    if (type === LIST || type === SET) {
      const { size, element } = this.#listHead()
      this.#skipElements(size, [element])
    } else if (type === MAP) {
      const size = this.#varint()
      const types = size === 0 ? 0 : this.#byte()
      this.#skipElements(size, [types >> 4, types & 15])
    } else throw new Malformed('There is no such type.')
    this.#depth--
  }

  #skipElements(count: number, types: readonly number[]): void {
    // Each takes a byte at least.
    if (count > this.#bytes.length - this.#at) throw new Malformed('The metadata ends early.')
    for (let element = 0; element < count; element++) {
      for (const type of types) {
        if (type === TRUE || type === FALSE) this.#pass(1)
        else this.#skip(type)
      }
    }
  }

  /** Also of more bits than a number is exact for. */
  #passVarint(): void {
    for (let count = 0; count < VARINT_BYTES_MAX; count++) if (this.#byte() < 128) return
    throw new Malformed('A number is too large.')
  }
}

/** Varint of what is not negative. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/** An integer that is not negative: whether one is stands in its last bit. */
export function numberBytes(value: number): Uint8Array {
  return varintBytes(value * 2)
}

/** The head of a list of structs. */
export function structsHead(count: number): Uint8Array {
  if (count < 15) return Uint8Array.of((count << 4) | STRUCT)
  return Buffer.concat([Uint8Array.of(0xf0 | STRUCT), varintBytes(count)])
}
