// The layout of a blob file: the data, a CRC-32 of each 64 KiB block of it, and a footer.
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { BlobId } from '@coset/core'

export const BLOCK_SIZE = 64 * 1024
export const FOOTER_SIZE = 32
export const CHECKSUM_SIZE = 4
/** Read at once from the end of a file: a small blob comes whole, a large one with its footer and last checksums. */
export const TAIL_SIZE = 16 * 1024

const MAGIC = Buffer.from('COSETBLB')
const VERSION = 1
/** Behind the time, 20 random digits; behind them, a letter when the blob is in the cold folder. */
const ID = /^[0-9a-f]{32}c?$/
const COLD_ID_LENGTH = 33
/** Of the time. Written out, as the processes of queries load this file, and load little. */
const PREFIX_LENGTH = 12

export interface Footer {
  readonly dataLength: number
}

function isColdId(id: BlobId): boolean {
  return id.length === COLD_ID_LENGTH
}

/** Of the two folders that blobs are in, the one that the id means; without a second one, all are in the first. */
export function folderOf<T>(
  { main, cold }: { readonly main: T; readonly cold?: T | undefined },
  id: BlobId,
): T {
  return cold !== undefined && isColdId(id) ? cold : main
}

export function isBlobId(text: string): text is BlobId {
  return ID.test(text)
}

/** From the random part: the leading characters are a time, and would fill one folder after the other. */
export function shardOf(id: BlobId): string {
  return id.slice(PREFIX_LENGTH, PREFIX_LENGTH + 2)
}

/** Below the folder that it is in. */
export function pathOfBlob(folder: string, id: BlobId): string {
  return join(folder, shardOf(id), id)
}

export function isShard(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name)
}

export function blockCount(dataLength: number): number {
  return Math.ceil(dataLength / BLOCK_SIZE)
}

export function fileSize(dataLength: number): number {
  return dataLength + blockCount(dataLength) * CHECKSUM_SIZE + FOOTER_SIZE
}

/** Seeded with the block's number, so that a whole block in the wrong place is found as well. */
export function blockChecksum(block: Uint8Array, number: number): number {
  return crc32(block, number)
}

/** Takes the data as it passes and ends up with what follows it in the file. */
export class TrailerBuilder {
  readonly #checksums: number[] = []
  #length = 0
  #current = 0

  add(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      const filled = this.#length % BLOCK_SIZE
      if (filled === 0) this.#current = this.#checksums.length
      const part = chunk.subarray(at, at + BLOCK_SIZE - filled)
      this.#current = crc32(part, this.#current)
      this.#length += part.length
      at += part.length
      if (this.#length % BLOCK_SIZE === 0) this.#checksums.push(this.#current)
    }
  }

  finish(): Buffer {
    if (this.#length % BLOCK_SIZE !== 0) this.#checksums.push(this.#current)
    const tableSize = this.#checksums.length * CHECKSUM_SIZE
    const trailer = Buffer.alloc(tableSize + FOOTER_SIZE)
    this.#checksums.forEach((checksum, n) => {
      trailer.writeUInt32BE(checksum, n * CHECKSUM_SIZE)
    })
    writeFooter(trailer.subarray(tableSize), this.#length)
    return trailer
  }
}

function writeFooter(footer: Buffer, dataLength: number): void {
  MAGIC.copy(footer)
  footer.writeUInt32BE(VERSION, 8)
  footer.writeUInt32BE(BLOCK_SIZE, 12)
  footer.writeBigUInt64BE(BigInt(dataLength), 16)
  footer.writeUInt32BE(crc32(footer.subarray(0, 28)), 28)
}

/** Undefined: this is not the footer of a whole file of `size` bytes. */
export function parseFooter(footer: Buffer, size: number): Footer | undefined {
  if (footer.length !== FOOTER_SIZE || !footer.subarray(0, 8).equals(MAGIC)) return undefined
  if (footer.readUInt32BE(28) !== crc32(footer.subarray(0, 28))) return undefined
  if (footer.readUInt32BE(8) !== VERSION || footer.readUInt32BE(12) !== BLOCK_SIZE) return undefined
  const dataLength = Number(footer.readBigUInt64BE(16))
  return fileSize(dataLength) === size ? { dataLength } : undefined
}
