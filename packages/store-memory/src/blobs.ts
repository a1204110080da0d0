// The blob port in memory: what was written is kept in the chunks it came in.
import { randomBytes } from 'node:crypto'
import { type BlobId, type BlobStore, type ByteRange, type ByteStream, blobIdPrefix } from '@coset/core'
import { damagedContent, Fault, missingContent } from '@coset/model'

const READ_CHUNK_SIZE = 256 * 1024
const SPOILED = 0x21

export interface MemoryBlobOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** As many random hexadecimal characters as asked for. */
  readonly randomHex?: (length: number) => string
}

export function memoryBlobStore(options: MemoryBlobOptions = {}): BlobStore {
  const now = options.now ?? Date.now
  const randomHex = options.randomHex ?? hex
  const blobs = new Map<BlobId, Uint8Array>()

  return {
    // No other process reaches this memory.
    access: undefined,

    async write(body, { sizeMax, signal }) {
      const content = await collect(body, sizeMax, signal)
      const id = `${blobIdPrefix(now())}${randomHex(20)}` as BlobId
      if (blobs.has(id)) throw new Error('A blob id was made twice.')
      blobs.set(id, content)
      return { id, size: content.length }
    },

    read(id, range, { signal, lentBytes }) {
      const chunks = slices(blobs.get(id), range, signal)
      return lentBytes === undefined ? chunks : spoiled(chunks)
    },

    async delete(ids) {
      for (const id of ids) blobs.delete(id)
    },

    async list({ after, limit }) {
      const ids = [...blobs.keys()].filter((id) => after === undefined || id > after).sort()
      return ids.slice(0, Math.max(0, limit)).map((id) => ({ id, size: blobs.get(id)?.length ?? 0 }))
    },

    async close() {},
  }
}

async function collect(body: ByteStream, sizeMax: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const iterator = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const step = await untilAborted(() => iterator.next(), signal)
      if (step.done) return Uint8Array.from(Buffer.concat(chunks, size))
      size += step.value.length
      if (size > sizeMax) throw new Fault('EntityTooLarge')
      chunks.push(step.value)
    }
  } catch (cause) {
    // Not awaited: a body that never yields would never return either.
    iterator.return?.().catch(() => {})
    throw cause
  }
}

function untilAborted<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    start()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

async function* slices(
  content: Uint8Array | undefined,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  if (content === undefined) throw missingContent()
  const end = range.offset + range.length
  if (end > content.length) throw damagedContent()
  for (let at = range.offset; at < end; at += READ_CHUNK_SIZE) {
    signal.throwIfAborted()
    yield content.slice(at, Math.min(end, at + READ_CHUNK_SIZE))
  }
}

/** What was lent does not stay as it was, so that whoever keeps it is found out. */
async function* spoiled(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk
    chunk.fill(SPOILED)
  }
}

function hex(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length)
}
