// Reads a range of a blob, and yields no byte of a block whose checksum does not hold.
import { type FileHandle, open } from 'node:fs/promises'
import type { BlobId, ByteRange } from '@coset/core'
import {
  assertBlobId,
  assertChecksum,
  assertHolds,
  dataLengthOf,
  fileEnded,
  openFailure,
} from './blob-checks.js'
import type { BlobFolder } from './blob-folder.js'
import { BLOCK_SIZE, blockChecksum, blockCount, CHECKSUM_SIZE, TAIL_SIZE } from './blob-format.js'
import { LentMemory, OWN_MEMORY, type ReadMemory } from './read-memory.js'

interface BlobFile {
  readonly id: BlobId
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
  /** Of chunks, each of which is valid only until the next is asked for; undefined: they are the reader's to keep. */
  readonly lentBytes: number | undefined
}

export async function* readBlob({
  folder,
  id,
  range,
  signal,
  lentBytes,
}: BlobRead): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  const memory = lentBytes === undefined ? OWN_MEMORY : new LentMemory(lentBytes)
  assertBlobId(id)
  const handle = await openToRead(id, folder.pathOf(id))
  let spans: Spans | undefined
  try {
    const file = await identify(id, handle)
    const end = range.offset + range.length
    assertHolds(id, file.dataLength, end)
    if (range.length === 0) return
    const firstBlock = Math.floor(range.offset / BLOCK_SIZE)
    const checksums = await readChecksums(file, firstBlock, blockCount(end))
    spans = new Spans({ file, firstBlock, end, checksums }, memory)
    for (let span = await spans.next(); span; span = await spans.next()) {
      signal.throwIfAborted()
      yield span.bytes.subarray(Math.max(0, range.offset - span.start), end - span.start)
      signal.throwIfAborted()
    }
    memory.release()
  } finally {
    // The handle may not be closed under a read.
    await spans?.settle()
    await handle.close()
  }
}

async function openToRead(id: BlobId, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw openFailure(id, error)
  }
}

async function identify(id: BlobId, handle: FileHandle): Promise<BlobFile> {
  const { size } = await handle.stat()
  const file = { id, handle }
  const tail = await readExactly(
    file,
    Math.max(0, size - TAIL_SIZE),
    OWN_MEMORY.take(Math.min(size, TAIL_SIZE)),
  )
  return { ...file, size, dataLength: dataLengthOf(id, tail, size), tail }
}

/** The checksums of blocks `first` to, but without, `end`. */
async function readChecksums(file: BlobFile, first: number, end: number): Promise<Buffer> {
  return readPart(file, file.dataLength + first * CHECKSUM_SIZE, (end - first) * CHECKSUM_SIZE)
}

interface Wanted {
  readonly file: BlobFile
  readonly firstBlock: number
  readonly end: number
  /** From the first block on. */
  readonly checksums: Buffer
}

/** Verified spans in their order; the next ones are read and verified while the last is used. */
class Spans {
  readonly #wanted: Wanted
  readonly #memory: ReadMemory
  readonly #ahead: Promise<Span>[] = []
  #position: number

  constructor(wanted: Wanted, memory: ReadMemory) {
    this.#wanted = wanted
    this.#memory = memory
    this.#position = wanted.firstBlock * BLOCK_SIZE
    // The first one alone: many readers want no more.
    this.#read()
  }

  /** Undefined behind the last one. What was taken before is not in use any more. */
  async next(): Promise<Span | undefined> {
    const span = await this.#ahead.shift()
    while (this.#ahead.length < this.#memory.readsAhead && this.#position < this.#wanted.end) this.#read()
    return span
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#ahead)
  }

  /** Whole blocks, as many as one read takes and the range needs. */
  #read(): void {
    const { file, end } = this.#wanted
    const start = this.#position
    this.#position = Math.min(blockCount(end) * BLOCK_SIZE, start + this.#memory.readSize, file.dataLength)
    const reading = this.#readSpan(start, this.#position - start)
    // It may fail while the consumer is busy; the failure is met when the span is awaited.
    reading.catch(() => {})
    this.#ahead.push(reading)
  }

  async #readSpan(start: number, length: number): Promise<Span> {
    const { file, checksums, firstBlock } = this.#wanted
    const span = { start, bytes: await readPart(file, start, length, this.#memory) }
    verify(file, span, { checksums, firstBlock })
    return span
  }
}

async function readPart(
  file: BlobFile,
  position: number,
  length: number,
  memory = OWN_MEMORY,
): Promise<Buffer> {
  const { size, tail } = file
  const inTail = position - (size - tail.length)
  if (inTail >= 0) return tail.subarray(inTail, inTail + length)
  return readExactly(file, position, memory.take(length))
}

/** Fills the buffer. */
async function readExactly(
  { id, handle }: Pick<BlobFile, 'id' | 'handle'>,
  position: number,
  buffer: Buffer,
): Promise<Buffer> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done)
    if (bytesRead === 0) throw fileEnded(id, position + done)
    done += bytesRead
  }
  return buffer
}

interface Expected {
  readonly checksums: Buffer
  readonly firstBlock: number
}

function verify({ id }: BlobFile, { start, bytes }: Span, { checksums, firstBlock }: Expected): void {
  for (let at = 0; at < bytes.length; at += BLOCK_SIZE) {
    const number = (start + at) / BLOCK_SIZE
    const expected = checksums.readUInt32BE((number - firstBlock) * CHECKSUM_SIZE)
    assertChecksum(id, number, {
      expected,
      found: blockChecksum(bytes.subarray(at, at + BLOCK_SIZE), number),
    })
  }
}
