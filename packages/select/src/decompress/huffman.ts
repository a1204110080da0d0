// Codes of up to 20 bits, as bzip2 has them.
import { type BitReader, damagedBzip2 } from './bit-reader.js'

const LENGTH_MAX = 20

export class HuffmanTable {
  /** By length: the largest code of it, and what turns a code into the place of its symbol. */
  readonly #limits = new Int32Array(LENGTH_MAX + 2).fill(-1)
  readonly #offsets = new Int32Array(LENGTH_MAX + 2)
  readonly #symbols: Uint16Array
  readonly #lengthMin: number
  readonly #lengthMax: number

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
        code++
      }
      this.#limits[length] = code - 1
      code <<= 1
    }
  }

  readSymbol(reader: BitReader): number {
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
