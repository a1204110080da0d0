// One block of bzip2: from its bits to its bytes.
import { type BitReader, damagedBzip2 } from './bit-reader.js'
import { type HuffmanTable, readTable } from './huffman.js'

const GROUP_LENGTH = 50
const CHUNK_SIZE = 256 * 1024
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})

/** What the block yields in chunks, and gives back its checksum. Throws Bzip2DecompressError. */
export function* readBlock(reader: BitReader, sizeMax: number): Generator<Buffer, number> {
  const checksum = reader.readWord()
  if (reader.read(1) === 1) throw damagedBzip2('it was written by a version before 1.0')
  const origin = reader.read(24)
  const links = readSymbols(reader, sizeMax)
  if (origin >= links.length) throw damagedBzip2('a block does not begin within itself')
  const found = yield* expand(linkBytes(links), origin)
  if (found !== checksum) throw damagedBzip2('a checksum does not fit')
  return checksum
}

/** The bytes in use, lowest first. */
function readAlphabet(reader: BitReader): Uint8Array {
  const groups = reader.read(16)
  const bytes: number[] = []
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue
    const used = reader.read(16)
    for (let bit = 0; bit < 16; bit++) if ((used & (0x8000 >> bit)) !== 0) bytes.push(group * 16 + bit)
  }
  if (bytes.length === 0) throw damagedBzip2('a block uses no bytes')
  return Uint8Array.from(bytes)
}

/** Which table each group of symbols is written with. */
function readSelectors(reader: BitReader, tableCount: number): Uint8Array {
  const selectors = new Uint8Array(reader.read(15))
  const recent = [0, 1, 2, 3, 4, 5]
  for (let index = 0; index < selectors.length; index++) {
    let place = 0
    while (reader.read(1) === 1) place++
    if (place >= tableCount) throw damagedBzip2('a table is not there')
    const [table = 0] = recent.splice(place, 1)
    recent.unshift(table)
    selectors[index] = table
  }
  return selectors
}

/** The block's bytes as they were sorted, each in the lowest 8 bits. */
function readSymbols(reader: BitReader, sizeMax: number): Uint32Array {
  const alphabet = readAlphabet(reader)
  const tableCount = reader.read(3)
  if (tableCount < 2 || tableCount > 6) throw damagedBzip2('it has no number of tables that may be')
  const selectors = readSelectors(reader, tableCount)
  const tables = Array.from({ length: tableCount }, () => readTable(reader, alphabet.length + 2))
  return decodeSymbols(symbolsOf(reader, tables, selectors), alphabet, sizeMax)
}

/** A function that reads the next symbol. */
function symbolsOf(reader: BitReader, tables: readonly HuffmanTable[], selectors: Uint8Array): () => number {
  let group = 0
  let left = 0
  let table: HuffmanTable | undefined
  return () => {
    if (left === 0) {
      table = tables[selectors[group++] ?? tables.length]
      left = GROUP_LENGTH
    }
    left--
    if (table === undefined) throw damagedBzip2('a block has more symbols than it says')
    return table.readSymbol(reader)
  }
}

function decodeSymbols(next: () => number, alphabet: Uint8Array, sizeMax: number): Uint32Array {
  const bytes = new Uint32Array(sizeMax)
  const last = alphabet.length + 1
  let length = 0
  let run = 0
  let weight = 1
  for (let symbol = next(); symbol !== last; symbol = next()) {
    if (symbol <= 1) {
      // Zeros, counted in digits of 1 and 2.
      run += weight << symbol
      weight *= 2
      if (run > sizeMax) throw damagedBzip2('a block is too long')
      continue
    }
    if (run > 0) length = fillRun(bytes, length, { byte: alphabet[0] ?? 0, run })
    run = 0
    weight = 1
    if (length >= sizeMax) throw damagedBzip2('a block is too long')
    const byte = alphabet[symbol - 1] ?? 0
    alphabet.copyWithin(1, 0, symbol - 1)
    alphabet[0] = byte
    bytes[length++] = byte
  }
  return bytes.subarray(0, fillRun(bytes, length, { byte: alphabet[0] ?? 0, run }))
}

function fillRun(
  bytes: Uint32Array,
  start: number,
  { byte, run }: { readonly byte: number; readonly run: number },
): number {
  if (start + run > bytes.length) throw damagedBzip2('a block is too long')
  bytes.fill(byte, start, start + run)
  return start + run
}

/** Beside each byte, in the upper 24 bits, where the next one stands. */
function linkBytes(bytes: Uint32Array): Uint32Array {
  const starts = new Uint32Array(257)
  for (const byte of bytes) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1
  for (let byte = 1; byte <= 256; byte++) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0)
  for (let index = 0; index < bytes.length; index++) {
    const byte = (bytes[index] ?? 0) & 0xff
    const place = starts[byte] ?? 0
    starts[byte] = place + 1
    bytes[place] = (bytes[place] ?? 0) | (index << 8)
  }
  return bytes
}

/** Follows the links; behind four equal bytes stands how many more there are. Gives back the checksum. */
function* expand(links: Uint32Array, origin: number): Generator<Buffer, number> {
  let chunk = Buffer.allocUnsafe(CHUNK_SIZE)
  let length = 0
  let crc = 0xffffffff
  let position = (links[origin] ?? 0) >>> 8
  let previous = -1
  let equal = 0
  for (let index = 0; index < links.length; index++) {
    const entry = links[position] ?? 0
    const byte = entry & 0xff
    position = entry >>> 8
    if (equal === 4) {
      chunk.fill(previous, length, length + byte)
      length += byte
      equal = 0
      previous = -1
    } else {
      chunk[length++] = byte
      equal = byte === previous ? equal + 1 : 1
      previous = byte
    }
    // A run might not fit any more.
    if (length > CHUNK_SIZE - 256) {
      crc = checksumOf(crc, chunk.subarray(0, length))
      yield chunk.subarray(0, length)
      chunk = Buffer.allocUnsafe(CHUNK_SIZE)
      length = 0
    }
  }
  yield chunk.subarray(0, length)
  return ~checksumOf(crc, chunk.subarray(0, length)) >>> 0
}

function checksumOf(start: number, bytes: Uint8Array): number {
  let crc = start
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)
  return crc
}
