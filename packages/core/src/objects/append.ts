// Append: the first creates an object that may grow, later ones add a piece to its manifest.
import { createHash } from 'node:crypto'
import { Fault, isArchived, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { attempt, type Plan } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { type ManifestId, manifestRefRow, objectRow } from '../catalog/keys.js'
import { encodeVersion, type LiveVersion } from '../catalog/records.js'
import { manifestOf, manifestRow, manifestRows, newUploadId } from '../catalog/upload-keys.js'
import { decodePiece, encodePiece, type Piece } from '../catalog/upload-records.js'
import { distinctBlobs, readTimeline } from '../catalog/versions.js'
import { type Body, discard, type ExpectedDigests, type Ingested, ingest } from '../content/ingest.js'
import type { Key, Write } from '../ports.js'
import type { Store } from '../store.js'
import { assertTarget, type Target } from './attributes.js'
import { isDefinite, planWrite } from './write.js'

export interface AppendInput extends Target {
  readonly body: Body
  readonly expected: ExpectedDigests
  /** The object's length, or 0 to create it. */
  readonly position: number
}

export interface AppendResult {
  readonly etag: string
  /** Of the whole object. */
  readonly crc64: bigint
  readonly size: number
  /** Hex MD5 of the appended bytes. */
  readonly chunkMd5: string
}

/**
 * Throws, with nothing changed: `NoSuchBucket`, `InvalidRequest` while versioning is enabled, `AppendPositionErr`,
 * `ObjectNotAppendable`, `EntityTooLarge`, `InvalidArgument`, and what assertTarget and ingest throw.
 */
export async function appendObject(call: Call, store: Store, input: AppendInput): Promise<AppendResult> {
  assertTarget(input)
  assertStorageClass(input)
  if (input.position < 0)
    throw new Fault('InvalidArgument', { message: 'The position must not be negative.' })
  await assertPosition(store, input)
  const ingested = await ingest(call, store, input.body, {
    sizeMax: LIMITS.appendBytesMax - Math.min(input.position, LIMITS.appendBytesMax),
    expected: input.expected,
  })
  try {
    return await attempt(call, store, `${input.bucket}/${input.key}`, () =>
      plan(call, store, input, ingested),
    )
  } catch (error) {
    if (isDefinite(error)) await discard(call, store, ingested.content)
    throw error
  }
}

function assertStorageClass({ storageClass }: AppendInput): void {
  if (!isArchived(storageClass) && storageClass !== 'INTELLIGENT_TIERING') return
  throw new Fault('InvalidArgument', { message: `Objects of ${storageClass} can not be appended to.` })
}

/** Before the body is read: what can be known now need not be learnt after gigabytes. */
async function assertPosition(store: Store, { bucket: name, key, position }: AppendInput): Promise<void> {
  const bucket = await readBucket(store, name)
  assertVersioning(bucket.record.versioning)
  const { timeline } = await readTimeline(store, name, Buffer.from(key))
  assertAppendable(timeline.current, position)
}

function assertVersioning(versioning: string | undefined): void {
  if (versioning !== 'Enabled') return
  throw new Fault('InvalidRequest', {
    message: 'Objects can not be appended to while versioning of the bucket is enabled.',
  })
}

function assertAppendable(current: LiveVersion | undefined, position: number): void {
  if (current && !current.appendable) throw new Fault('ObjectNotAppendable')
  const length = current?.size ?? 0
  if (length !== position) throw new Fault('AppendPositionErr', { nextAppendPosition: length })
}

async function plan(
  call: Call,
  store: Store,
  input: AppendInput,
  chunk: Ingested,
): Promise<Plan<AppendResult>> {
  const { timeline, changes } = await readTimeline(store, input.bucket, Buffer.from(input.key))
  assertVersioning(timeline.bucket.record.versioning)
  const { current } = timeline
  assertAppendable(current, input.position)
  const joined = join(store, current, chunk)
  if (!current) {
    const manifest = manifestOf(newUploadId(call.clock.now(), call.random.bytes(16)))
    const content = { kind: 'manifest', manifest } as const
    const placed = await planWrite(call, store, input, { ...joined, content, appendable: true })
    placed.changes.writes.push(...pieceWrites(manifest, 0, chunk))
    return { commit: placed.changes, result: { ...joined, chunkMd5: chunk.md5 } }
  }
  const version: LiveVersion = { ...current, ...joined, modifiedMs: call.clock.now() }
  const row = objectRow(timeline.bucket.id, timeline.key)
  changes.writes.push(
    { kind: 'put', key: row, value: encodeVersion(version) },
    ...(await growthWrites(store, current, chunk)),
  )
  return { commit: changes, result: { ...joined, chunkMd5: chunk.md5 } }
}

function manifestIn({ content }: LiveVersion): ManifestId {
  if (content.kind === 'manifest') return content.manifest
  throw new Error('An appendable object has no manifest.')
}

/** After the first, the ETag is no MD5 of the content: its form says so, as that of a multipart upload does. */
function join(store: Store, current: LiveVersion | undefined, { size, md5, crc64 }: Ingested) {
  if (!current) return { size, etag: md5, crc64 }
  const [before = '', count = '1'] = current.etag.split('-')
  const etag = createHash('md5').update(before, 'hex').update(md5, 'hex').digest('hex')
  return {
    size: current.size + size,
    etag: `${etag}-${Number(count) + 1}`,
    crc64: store.crc64.combine(current.crc64, crc64, size),
  }
}

/**
 * A small chunk behind a small piece becomes one with it, so that a log written line by line is read in few rows. Whoever
 * reads the object as it was goes on to find its bytes at the beginning of the piece.
 */
async function growthWrites(store: Store, current: LiveVersion, chunk: Ingested): Promise<readonly Write[]> {
  const manifest = manifestIn(current)
  const last = chunk.content.kind === 'inline' ? await lastPiece(store, manifest, current.size) : undefined
  if (last?.piece.kind !== 'inline' || chunk.content.kind !== 'inline')
    return pieceWrites(manifest, current.size, chunk)
  const bytes = Buffer.concat([last.piece.bytes, chunk.content.bytes])
  if (bytes.length > LIMITS.inlineBytesMax) return pieceWrites(manifest, current.size, chunk)
  const crc64 = store.crc64.combine(last.piece.crc64, chunk.crc64, chunk.size)
  const piece: Piece = { kind: 'inline', bytes, crc64 }
  return [{ kind: 'put', key: last.row, value: encodePiece(piece) }]
}

interface LastPiece {
  readonly row: Key
  readonly piece: Piece
}

/** Nothing checks this row but the object's own: the two only ever change together. */
async function lastPiece(store: Store, manifest: ManifestId, size: number): Promise<LastPiece | undefined> {
  const [entry] = await store.metadata.scan(manifestRows(manifest, 0, size), { limit: 1, reverse: true })
  return entry && { row: entry.key, piece: decodePiece(entry.value) }
}

function pieceWrites(manifest: ManifestId, offset: number, chunk: Ingested): readonly Write[] {
  const { content, size, crc64 } = chunk
  if (size === 0) return []
  const piece: Piece = content.kind === 'inline' ? { ...content, crc64 } : content
  const blobs = content.kind === 'inline' ? [] : distinctBlobs(content.extents)
  return [
    { kind: 'put', key: manifestRow(manifest, offset), value: encodePiece(piece) },
    ...blobs.map(
      (blob) =>
        ({ kind: 'put', key: manifestRefRow(blob, manifest, offset), value: new Uint8Array() }) as const,
    ),
  ]
}
