// Codes of up to 20 bits, as bzip2 has them.
import { type BitReader, damagedBzip2 } from './bit-reader.js'

const LENGTH_MAX = 20
/** Codes of up to so many bits are found in one step. */
const SHORT_LENGTH = 10

export class HuffmanTable {
  /** By length: the largest code of it, and what turns a code into the place of its symbol. */
  readonly #limits = new Int32Array(LENGTH_MAX + 2).fill(-1)
  readonly #offsets = new Int32Array(LENGTH_MAX + 2)
  readonly #symbols: Uint16Array
  readonly #lengthMin: number
  readonly #lengthMax: number
  /** By the next bits: a symbol, and in the lowest 5 bits the length of its code; 0 where that is longer. */
  readonly #short = new Uint16Array(1 << SHORT_LENGTH)

  constructor(lengths: Uint8Array) {
    this.#lengthMin = lengths.reduce((a, b) => Math.min(a, b), LENGTH_MAX)
    this.#lengthMax = lengths.reduce((a, b) => Math.max(a, b), 0)
    this.#symbols = new Uint16Array(lengths.length)
    let code = 0
    let place = 0
    for (let length = this.#lengthMin; length <= this.#lengthMax; length++) {
      this.#offsets[length] = place - code
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue
        this.#symbols[place++] = symbol
        this.#addShort(code++, length, symbol)
      }
      this.#limits[length] = code - 1
      code <<= 1
    }
  }

  #addShort(code: number, length: number, symbol: number): void {
    if (length > SHORT_LENGTH) return
    const start = code << (SHORT_LENGTH - length)
    this.#short.fill((symbol << 5) | length, start, start + (1 << (SHORT_LENGTH - length)))
  }

  /** Behind the last symbol of a block there are always more bits. */
  readSymbol(reader: BitReader): number {
    const short = this.#short[reader.peek(SHORT_LENGTH)] ?? 0
    if (short !== 0) {
      reader.skip(short & 31)
      return short >> 5
    }
    return this.#readLong(reader)
  }

  #readLong(reader: BitReader): number {
    for (let length = this.#lengthMin; length <= this.#lengthMax; length++) {
      const code = reader.peek(length)
      if (code > (this.#limits[length] ?? -1)) continue
      reader.skip(length)
      return this.#symbols[code + (this.#offsets[length] ?? 0)] ?? 0
    }
    throw damagedBzip2('a code stands for nothing')
  }
}

export function readTable(reader: BitReader, symbolCount: number): HuffmanTable {
  const lengths = new Uint8Array(symbolCount)
  let length = reader.read(5)
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (reader.read(1) === 1) length += reader.read(1) === 0 ? 1 : -1
    if (length < 1 || length > LENGTH_MAX) throw damagedBzip2('a code has no length that may be')
    lengths[symbol] = length
  }
  return new HuffmanTable(lengths)
}
