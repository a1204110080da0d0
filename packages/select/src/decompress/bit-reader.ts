// Bits out of bytes, the highest first.
import { SelectError } from '../errors.js'

export function damagedBzip2(reason: string): SelectError {
  return new SelectError('Bzip2DecompressError', `The object is no BZIP2 or is damaged: ${reason}.`)
}

export class BitReader {
  readonly #bytes: Uint8Array
  #position = 0
  #bits = 0
  /** Bits that are not read yet. */
  #count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The next bits, which stay; at most 24. */
  peek(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#position]
      if (byte === undefined) throw damagedBzip2('it ends too early')
      this.#position++
      this.#bits = (this.#bits << 8) | byte
      this.#count += 8
    }
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1)
  }

  skip(count: number): void {
    this.#count -= count
  }

  read(count: number): number {
    const bits = this.peek(count)
    this.#count -= count
    return bits
  }

  readWord(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0
  }

  /** To the start of the next byte that was not begun. */
  align(): void {
    this.#count -= this.#count % 8
  }

  get bytesLeft(): number {
    return this.#bytes.length - this.#position + Math.floor(this.#count / 8)
  }

  /** The bytes left, and how many bits of the first are read. */
  rest(): { readonly bytes: Uint8Array; readonly bits: number } {
    const begun = Math.ceil(this.#count / 8)
    return { bytes: this.#bytes.subarray(this.#position - begun), bits: begun * 8 - this.#count }
  }
}
