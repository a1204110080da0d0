// Reads a version's content whole, as a GET would, and holds it against the version's size and CRC64.
import type { Call } from '../call.js'
import type { LiveVersion } from '../catalog/records.js'
import { readContent } from '../content/read-content.js'
import type { BlobId, BlobStore, ByteStream } from '../ports.js'
import type { Store } from '../store.js'

export interface Flaw {
  /** `unreadable`: reading failed; `row`: the version's own row makes no sense. */
  readonly kind: 'unreadable' | 'size' | 'checksum' | 'row'
  /** One sentence for the operator. */
  readonly problem: string
  /** Where it lies: the blob that could not be read, or all that were read. None when the bytes stand in the row. */
  readonly blobs: readonly BlobId[]
}

/** Waits until so many bytes more may be read. */
export type Pace = (bytes: number) => Promise<void>

/** Undefined: it is whole. Throws only when the call is given up. */
export async function verifyContent(
  call: Call,
  store: Store,
  version: LiveVersion,
  pace: Pace,
): Promise<Flaw | undefined> {
  const watch = watchReads(store)
  try {
    const range = { offset: 0, length: version.size }
    const content = await readContent(call, watch.store, version, range)
    const chunks = content.kind === 'stream' ? content.stream : once(content.bytes)
    const { size, crc64 } = await digest(store, chunks, pace)
    const blobs = watch.read()
    if (size !== version.size) {
      return { kind: 'size', problem: `It has ${size} bytes instead of ${version.size}.`, blobs }
    }
    if (crc64 === version.crc64) return undefined
    return { kind: 'checksum', problem: `Its CRC64 is ${crc64} instead of ${version.crc64}.`, blobs }
  } catch (error) {
    call.signal.throwIfAborted()
    return { kind: 'unreadable', problem: reasonOf(error), blobs: watch.read().slice(-1) }
  }
}

async function digest(store: Store, chunks: ByteStream, pace: Pace) {
  const checksum = store.crc64.create()
  let size = 0
  for await (const chunk of chunks) {
    checksum.update(chunk)
    size += chunk.length
    await pace(chunk.length)
  }
  return { size, crc64: checksum.digest() }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The same store, which remembers what blobs were read, the last one last. */
function watchReads(store: Store) {
  const read = new Set<BlobId>()
  const blobs: BlobStore = {
    write: (body, options) => store.blobs.write(body, options),
    read(id, range, options) {
      read.delete(id)
      read.add(id)
      return store.blobs.read(id, range, options)
    },
    delete: (ids) => store.blobs.delete(ids),
    list: (options) => store.blobs.list(options),
    close: () => store.blobs.close(),
  }
  return { store: { ...store, blobs }, read: () => [...read] }
}

/** The cause of a fault says more than the client is told. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
