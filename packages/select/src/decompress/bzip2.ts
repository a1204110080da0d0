// BZIP2, also of several streams one behind the other.
import { BitReader, damagedBzip2 } from './bit-reader.js'
import { readBlock } from './bzip2-block.js'

/** More than any block takes: 900,000 symbols of 20 bits, and its tables. */
const BLOCK_INPUT_MAX = 2_500_000
const LEVEL_SIZE = 100_000
const BLOCK_MAGIC = [0x314159, 0x265359] as const
const END_MAGIC = [0x177245, 0x385090] as const

/** Memory stays bounded: a block is decoded once all of it must have come. Throws Bzip2DecompressError. */
export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const decoder = new Bzip2Decoder()
  for await (const chunk of chunks) {
    decoder.push(chunk)
    while (decoder.size >= BLOCK_INPUT_MAX) yield* decoder.advance()
  }
  while (!decoder.isAtEnd) yield* decoder.advance()
}

class Bzip2Decoder {
  #waiting: Uint8Array[] = []
  size = 0
  /** Bits of the first byte that are read. */
  #bits = 0
  /** Of the stream that was begun; undefined between streams. */
  #blockSize: number | undefined
  #checksum = 0
  #streams = 0

  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk)
    this.size += chunk.length
  }

  /** Whether a stream has ended, and nothing follows it. */
  get isAtEnd(): boolean {
    return this.size === 0 && this.#blockSize === undefined && this.#streams > 0
  }

  /** The stream's head, its end or a block. */
  *advance(): Generator<Buffer> {
    const reader = new BitReader(Buffer.concat(this.#waiting))
    reader.read(this.#bits)
    if (this.#blockSize === undefined) this.#blockSize = this.#readHead(reader)
    else yield* this.#readPart(reader, this.#blockSize)
    const { bytes, bits } = reader.rest()
    this.#waiting = bytes.length === 0 ? [] : [bytes]
    this.size = bytes.length
    this.#bits = bits
  }

  #readHead(reader: BitReader): number {
    const level = reader.read(16) === 0x425a && reader.read(8) === 0x68 ? reader.read(8) - 0x30 : 0
    if (level < 1 || level > 9) throw damagedBzip2('it does not begin as BZIP2 does')
    this.#checksum = 0
    return level * LEVEL_SIZE
  }

  *#readPart(reader: BitReader, blockSize: number): Generator<Buffer> {
    const magic = [reader.read(24), reader.read(24)]
    const isMagic = (expected: readonly number[]) => expected.every((part, index) => part === magic[index])
    if (isMagic(BLOCK_MAGIC)) {
      const checksum = yield* readBlock(reader, blockSize)
      this.#checksum = (((this.#checksum << 1) | (this.#checksum >>> 31)) ^ checksum) >>> 0
    } else if (isMagic(END_MAGIC)) {
      if (reader.readWord() !== this.#checksum) throw damagedBzip2('a checksum does not fit')
      reader.align()
      this.#blockSize = undefined
      this.#streams++
    } else {
      throw damagedBzip2('a block does not begin as blocks do')
    }
  }
}
