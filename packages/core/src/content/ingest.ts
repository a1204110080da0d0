// A body on its way in: digested in one pass, kept inline when small, else written as a blob.
import { hash } from 'node:crypto'
import { Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { BodyContent } from '../catalog/records.js'
import type { BlobId, ByteStream } from '../ports.js'
import type { Store } from '../store.js'
import type { Digester } from './digester.js'

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
  readonly crc64?: bigint | undefined
}

export interface Ingested {
  readonly content: BodyContent
  readonly size: number
  /** Hex. */
  readonly md5: string
  readonly crc64: bigint
}

export interface IngestOptions {
  readonly sizeMax: number
  /** Keep small bodies in metadata. Default true. */
  readonly inline?: boolean
  readonly expected: ExpectedDigests
  /** Where the store has storage of two kinds, a blob goes to the cheaper one. Small content stays in its row. */
  readonly cold?: boolean
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
  if (rest) return ingestBlob(call, store, { head, rest, body, ...options })
  const ingested = ingestInline(store, head, body, options.expected)
  if (options.inline ?? true) return ingested
  if (ingested.size === 0) return { ...ingested, content: { kind: 'extents', extents: [] } }
  return ingestBlob(call, store, { head, rest: noChunks(), body, ...options })
}

async function* noChunks(): AsyncGenerator<Uint8Array> {}

/** Small bodies are hashed at once: hash objects cost more than hashing them. */
function ingestInline(
  store: Store,
  head: readonly Uint8Array[],
  body: Body,
  expected: ExpectedDigests,
): Ingested {
  const bytes = head.length === 1 && head[0] ? head[0] : Buffer.concat(head)
  const content: BodyContent = { kind: 'inline', bytes }
  const ingested = { content, size: bytes.length, md5: hash('md5', bytes), crc64: store.crc64.of(bytes) }
  assertWhole(ingested, body, expected, () => hash('sha1', bytes))
  return ingested
}

interface BlobIngest extends IngestOptions {
  readonly head: readonly Uint8Array[]
  readonly rest: AsyncIterator<Uint8Array>
  readonly body: Body
}

async function ingestBlob(call: Call, store: Store, from: BlobIngest): Promise<Ingested> {
  const { head, rest, body, sizeMax, expected, cold = false } = from
  const digester = store.createDigester({ sha1: expected.sha1 !== undefined, length: body.length })
  try {
    const { id, size } = await store.blobs.write(digested(head, rest, digester), {
      sizeMax,
      signal: call.signal,
      cold,
    })
    const content: BodyContent = { kind: 'extents', extents: [{ blob: id, offset: 0, length: size }] }
    return await finish(call, store, { content, size, digester, body, expected })
  } catch (error) {
    digester.discard()
    throw error
  }
}

interface Written {
  readonly content: BodyContent
  readonly size: number
  readonly digester: Digester
  readonly body: Body
  readonly expected: ExpectedDigests
}

async function finish(call: Call, store: Store, written: Written): Promise<Ingested> {
  const { content, size, digester, body, expected } = written
  try {
    const { md5, sha1, crc64 } = await digester.digest()
    const ingested = { content, size, md5, crc64 }
    assertWhole(ingested, body, expected, () => sha1)
    return ingested
  } catch (error) {
    await discard(call, store, content)
    throw error
  }
}

/** Deletes what was stored for nothing. What can't be deleted now is an orphan, which reclaim finds. */
export async function discard(call: Call, store: Store, content: BodyContent): Promise<void> {
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
  digester: Digester,
): AsyncGenerator<Uint8Array> {
  try {
    for (const chunk of head) {
      await digester.update(chunk)
      yield chunk
    }
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      const wait = digester.update(next.value)
      if (wait) await wait
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
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
  if (expected.crc64 !== undefined && expected.crc64 !== ingested.crc64) {
    throw new Fault('BadDigest', { message: 'The CRC-64 of the content is not the one expected.' })
  }
  if (expected.sha1 !== undefined && sha1() !== expected.sha1.toLowerCase()) {
    throw new Fault('InvalidSHA1Digest')
  }
}
