// Reads a range of a blob, and yields no byte of a block whose checksum does not hold.
import { type FileHandle, open } from 'node:fs/promises'
import type { BlobId, ByteRange } from '@coset/core'
import type { BlobFolder } from './blob-folder.js'
import {
  BLOCK_SIZE,
  blockChecksum,
  blockCount,
  CHECKSUM_SIZE,
  damaged,
  FOOTER_SIZE,
  isBlobId,
  missing,
  parseFooter,
} from './blob-format.js'
import { errorCode } from './disk-faults.js'

const READ_SIZE = 8 * BLOCK_SIZE
/** Read at once from the end: a small blob comes whole, a large one with its footer and last checksums. */
const TAIL_SIZE = 16 * 1024

interface BlobFile {
  readonly handle: FileHandle
  readonly size: number
  readonly dataLength: number
  readonly tail: Buffer
}

interface Span {
  readonly start: number
  readonly bytes: Buffer
}

export interface BlobRead {
  readonly folder: BlobFolder
  readonly id: BlobId
  readonly range: ByteRange
  readonly signal: AbortSignal
}

export async function* readBlob({ folder, id, range, signal }: BlobRead): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  // Also keeps a malformed id from naming a file elsewhere.
  if (!isBlobId(id)) throw missing()
  const handle = await openToRead(folder.pathOf(id))
  let ahead: Promise<Span> | undefined
  try {
    const file = await identify(handle)
    const end = range.offset + range.length
    if (end > file.dataLength) throw damaged()
    if (range.length === 0) return
    const firstBlock = Math.floor(range.offset / BLOCK_SIZE)
    const checksums = await readChecksums(file, firstBlock, blockCount(end))
    ahead = readSpan(file, firstBlock * BLOCK_SIZE, end)
    while (ahead !== undefined) {
      const span: Span = await ahead
      signal.throwIfAborted()
      const next = span.start + span.bytes.length
      ahead = next < end ? readAhead(file, next, end) : undefined
      verify(span, checksums, firstBlock)
      yield span.bytes.subarray(Math.max(0, range.offset - span.start), end - span.start)
      signal.throwIfAborted()
    }
  } finally {
    // The handle may not be closed under a read.
    await ahead?.catch(() => {})
    await handle.close()
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw errorCode(error) === 'ENOENT' ? missing() : error
  }
}

async function identify(handle: FileHandle): Promise<BlobFile> {
  const { size } = await handle.stat()
  if (size < FOOTER_SIZE) throw damaged()
  const tail = await readExactly(handle, Math.max(0, size - TAIL_SIZE), Math.min(size, TAIL_SIZE))
  const footer = parseFooter(tail.subarray(tail.length - FOOTER_SIZE), size)
  if (footer === undefined) throw damaged()
  return { handle, size, dataLength: footer.dataLength, tail }
}

/** The checksums of blocks `first` to, but without, `end`. */
async function readChecksums(file: BlobFile, first: number, end: number): Promise<Buffer> {
  return readPart(file, file.dataLength + first * CHECKSUM_SIZE, (end - first) * CHECKSUM_SIZE)
}

/** Whole blocks from `start` on, as many as one read takes and the range needs. */
async function readSpan(file: BlobFile, start: number, end: number): Promise<Span> {
  const wanted = Math.min(blockCount(end) * BLOCK_SIZE, start + READ_SIZE, file.dataLength)
  return { start, bytes: await readPart(file, start, wanted - start) }
}

function readAhead(file: BlobFile, start: number, end: number): Promise<Span> {
  const reading = readSpan(file, start, end)
  // It may fail while the consumer is busy; the failure is met when the span is awaited.
  reading.catch(() => {})
  return reading
}

async function readPart({ handle, size, tail }: BlobFile, position: number, length: number): Promise<Buffer> {
  const inTail = position - (size - tail.length)
  if (inTail >= 0) return tail.subarray(inTail, inTail + length)
  return readExactly(handle, position, length)
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  // Not from the pool, and never used twice: the consumer may keep what it was given.
  const buffer = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) throw damaged()
    done += bytesRead
  }
  return buffer
}

function verify({ start, bytes }: Span, checksums: Buffer, firstBlock: number): void {
  for (let at = 0; at < bytes.length; at += BLOCK_SIZE) {
    const number = (start + at) / BLOCK_SIZE
    const expected = checksums.readUInt32BE((number - firstBlock) * CHECKSUM_SIZE)
    if (blockChecksum(bytes.subarray(at, at + BLOCK_SIZE), number) !== expected) throw damaged()
  }
}
