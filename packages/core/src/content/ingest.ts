// A body on its way in: digested in one pass, kept inline when small, else written as a blob.
import { createHash, type Hash, hash } from 'node:crypto'
import { Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { Content } from '../catalog/records.js'
import type { BlobId, ByteStream } from '../ports.js'
import type { Checksum, Store } from '../store.js'

export interface Body {
  readonly stream: ByteStream
  /** Bytes announced, when they were. */
  readonly length: number | undefined
}

export interface ExpectedDigests {
  /** Base64 of 16 bytes. */
  readonly md5?: string | undefined
  /** Hex of 20 bytes. */
  readonly sha1?: string | undefined
}

export interface Ingested {
  readonly content: Content
  readonly size: number
  /** Hex. */
  readonly md5: string
  readonly crc64: bigint
}

export interface IngestOptions {
  readonly sizeMax: number
  readonly expected: ExpectedDigests
}

/**
 * Reads the whole body. Throws, leaving nothing stored: `EntityTooLarge`, `IncompleteBody`, `BadDigest`,
 * `InvalidDigest`, `InvalidSHA1Digest`.
 */
export async function ingest(
  call: Call,
  store: Store,
  body: Body,
  options: IngestOptions,
): Promise<Ingested> {
  assertDigests(options.expected)
  if (body.length !== undefined && body.length > options.sizeMax) throw new Fault('EntityTooLarge')
  const { head, rest } = await readHead(body.stream)
  if (!rest) return ingestInline(store, head, body, options.expected)
  const digests = startDigests(store, options.expected)
  return ingestBlob(call, store, { head, rest, body, digests, ...options })
}

/** Small bodies are hashed at once: hash objects cost more than hashing them. */
function ingestInline(
  store: Store,
  head: readonly Uint8Array[],
  body: Body,
  expected: ExpectedDigests,
): Ingested {
  const bytes = head.length === 1 && head[0] ? head[0] : Buffer.concat(head)
  const content: Content = { kind: 'inline', bytes }
  const ingested = { content, size: bytes.length, md5: hash('md5', bytes), crc64: store.crc64.of(bytes) }
  assertWhole(ingested, body, expected, () => hash('sha1', bytes))
  return ingested
}

interface BlobIngest extends IngestOptions {
  readonly head: readonly Uint8Array[]
  readonly rest: AsyncIterator<Uint8Array>
  readonly body: Body
  readonly digests: Digests
}

async function ingestBlob(call: Call, store: Store, from: BlobIngest): Promise<Ingested> {
  const { head, rest, body, digests, sizeMax, expected } = from
  const { id, size } = await store.blobs.write(digested(head, rest, digests), {
    sizeMax,
    signal: call.signal,
  })
  const extents = [{ blob: id, offset: 0, length: size }]
  const ingested = finish(digests, size, { kind: 'extents', extents })
  try {
    assertWhole(ingested, body, expected, () => digests.sha1?.digest('hex'))
  } catch (fault) {
    await discard(call, store, ingested.content)
    throw fault
  }
  return ingested
}

/** Deletes what was stored for nothing. What can't be deleted now is an orphan, which reclaim finds. */
export async function discard(call: Call, store: Store, content: Content): Promise<void> {
  if (content.kind === 'inline') return
  const blobs: BlobId[] = content.extents.map((extent) => extent.blob)
  try {
    await store.blobs.delete(blobs)
  } catch (cause) {
    call.log.warn({ call: call.id, err: cause, blobs }, 'an unused blob could not be deleted')
  }
}

/** Chunks up to the inline limit; `rest` is what follows when there is more than that. */
async function readHead(
  stream: ByteStream,
): Promise<{ readonly head: Uint8Array[]; readonly rest: AsyncIterator<Uint8Array> | undefined }> {
  const iterator = stream[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let size = 0
  while (size <= LIMITS.inlineBytesMax) {
    const next = await iterator.next()
    if (next.done) return { head, rest: undefined }
    head.push(next.value)
    size += next.value.length
  }
  return { head, rest: iterator }
}

async function* digested(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  digests: Digests,
): AsyncGenerator<Uint8Array> {
  try {
    for (const chunk of head) {
      digest(digests, chunk)
      yield chunk
    }
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      digest(digests, next.value)
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

interface Digests {
  readonly md5: Hash
  readonly sha1: Hash | undefined
  readonly crc64: Checksum
}

function startDigests(store: Store, expected: ExpectedDigests): Digests {
  return {
    md5: createHash('md5'),
    sha1: expected.sha1 === undefined ? undefined : createHash('sha1'),
    crc64: store.crc64.create(),
  }
}

function digest({ md5, sha1, crc64 }: Digests, chunk: Uint8Array): void {
  md5.update(chunk)
  sha1?.update(chunk)
  crc64.update(chunk)
}

function finish({ md5, crc64 }: Digests, size: number, content: Content): Ingested {
  return { content, size, md5: md5.digest('hex'), crc64: crc64.digest() }
}

function assertDigests({ md5, sha1 }: ExpectedDigests): void {
  if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) throw new Fault('InvalidDigest')
  if (sha1 !== undefined && !/^[0-9a-fA-F]{40}$/.test(sha1)) throw new Fault('InvalidSHA1Digest')
}

function assertWhole(
  ingested: Ingested,
  body: Body,
  expected: ExpectedDigests,
  sha1: () => string | undefined,
): void {
  if (body.length !== undefined && ingested.size !== body.length) throw new Fault('IncompleteBody')
  if (expected.md5 !== undefined && Buffer.from(expected.md5, 'base64').toString('hex') !== ingested.md5) {
    throw new Fault('BadDigest')
  }
  if (expected.sha1 !== undefined && sha1() !== expected.sha1.toLowerCase()) {
    throw new Fault('InvalidSHA1Digest')
  }
}
