// CompleteMultipartUpload: the parts become an object. No byte is read or moved: the upload's claims on its blobs go on as
// those of a manifest, and one commit puts the version in and takes upload and parts out.
import { createHash } from 'node:crypto'
import { bareEtag, Fault, LIMITS, type StorageClass } from '@coset/model'
import type { Call } from '../call.js'
import { attempt, type Plan } from '../catalog/attempt.js'
import { garbageRow, manifestRefRow } from '../catalog/keys.js'
import type { VersioningState } from '../catalog/records.js'
import {
  completedRow,
  lapseRow,
  manifestOf,
  partRow,
  turnRow,
  type UploadId,
} from '../catalog/upload-keys.js'
import { type CompletedRecord, decodeCompleted, encodeCompleted } from '../catalog/upload-records.js'
import { distinctBlobs, unchanged } from '../catalog/versions.js'
import { joinExtents } from '../content/extents.js'
import { manifestWrites } from '../content/manifest.js'
import { planWrite } from '../objects/write.js'
import type { Write } from '../ports.js'
import type { Store } from '../store.js'
import {
  type FoundUpload,
  type SoughtUpload,
  seekUpload,
  type UploadName,
  uploadIdOf,
} from './find-upload.js'
import { type NumberedPart, readParts } from './read-parts.js'

export interface ListedPart {
  readonly partNumber: number
  /** Bare or quoted. */
  readonly etag: string
}

export interface CompleteInput extends UploadName {
  readonly parts: readonly ListedPart[]
  readonly forbidOverwrite: boolean
}

export interface CompleteResult {
  readonly etag: string
  readonly crc64: bigint
  /** The version's id; `null` in a bucket whose versioning is suspended; absent where it never was on. */
  readonly versionId: string | undefined
  readonly storageClass: StorageClass
}

/**
 * Asked again within a day with the same parts, it answers the same. Throws, with the upload left as it is:
 * `NoSuchBucket`, `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `EntityTooLarge`, `MalformedXML`,
 * `FileAlreadyExists`.
 */
export async function completeUpload(
  call: Call,
  store: Store,
  input: CompleteInput,
): Promise<CompleteResult> {
  const id = uploadIdOf(input)
  assertOrder(input.parts)
  // The key's own turn: completing competes with every other write of the key.
  return attempt(call, store, `${input.bucket}/${input.key}`, async () => {
    // One snapshot tells both whether the upload is open and what it answered: another process may complete it meanwhile.
    const sought = await seekUpload(store, input, [turnRow(id), completedRow(id)])
    if (sought.upload) return planComplete(call, store, input, { ...sought, ...sought.upload })
    return { commit: { checks: [], writes: [] }, result: repeatedAnswer(call, input, sought) }
  })
}

async function planComplete(
  call: Call,
  store: Store,
  input: CompleteInput,
  { id, bucket, record, entry, entries }: FoundUpload,
): Promise<Plan<CompleteResult>> {
  const stored = await readParts(store, id)
  const chosen = choose(input.parts, stored)
  const manifest = manifestOf(id)
  const { etag, crc64, size } = joined(store, chosen)
  const { bucket: bucketName, key, forbidOverwrite } = input
  const target = {
    ...record,
    bucket: bucketName,
    key,
    forbidOverwrite: forbidOverwrite || record.forbidOverwrite,
  }
  const content = { kind: 'manifest', manifest } as const
  const { changes, version, versionId } = await planWrite(call, store, target, { size, etag, crc64, content })
  const shownId = shownVersionId(bucket.record.versioning, versionId)
  const result = { etag, crc64, versionId: shownId, storageClass: version.storageClass }
  const turn = turnRow(id)
  // The turn stands for all parts: whoever puts one moves it. The bucket was read twice, and must be the same both times.
  changes.checks.push(bucket.check, unchanged(entry.key, entry), unchanged(turn, entries[0]))
  changes.writes.push(
    ...manifestWrites(manifest, joinExtents(chosen.flatMap(({ part }) => part.extents))),
    { kind: 'delete', key: entry.key },
    { kind: 'delete', key: turn },
    ...[...stored.values()].map((part) => ({ kind: 'delete', key: partRow(id, part.number) }) as const),
    ...leftOut(call, id, stored, chosen),
    ...answerWrites(id, {
      bucketId: bucket.record.id,
      key,
      partsDigest: digestOf(input.parts),
      completedMs: call.clock.now(),
      ...result,
      crc64: crc64.toString(),
    }),
  )
  return { commit: changes, result }
}

/** COS tells the id of a completed upload in a suspended bucket, though not of a put one. */
function shownVersionId(state: VersioningState | undefined, id: string | undefined): string | undefined {
  return state === 'Suspended' ? 'null' : id
}

function assertOrder(parts: readonly ListedPart[]): void {
  if (parts.length === 0) throw new Fault('MalformedXML', { message: 'The document names no part.' })
  for (const [at, { partNumber }] of parts.entries()) {
    const before = parts[at - 1]
    if (before && before.partNumber >= partNumber) throw new Fault('InvalidPartOrder')
  }
}

/** The parts of the list, each as it is stored. */
function choose(
  parts: readonly ListedPart[],
  stored: ReadonlyMap<number, NumberedPart>,
): readonly NumberedPart[] {
  return parts.map(({ partNumber, etag }, at) => {
    const found = stored.get(partNumber)
    if (!found || found.part.etag !== bareEtag(etag.trim()).toLowerCase()) {
      throw new Fault('InvalidPart', {
        message: `Part ${partNumber} ${found ? 'has another ETag than the one given' : 'has not been uploaded'}.`,
      })
    }
    if (found.part.size < LIMITS.partBytesMin && at < parts.length - 1) {
      const message = `Part ${partNumber} has ${found.part.size} bytes; all but the last have at least ${LIMITS.partBytesMin}.`
      throw new Fault('EntityTooSmall', { message })
    }
    return found
  })
}

/** S3's rule for the ETag: the MD5 of the parts' MD5s, and how many there were. */
function joined(store: Store, parts: readonly NumberedPart[]) {
  const md5 = createHash('md5')
  let crc64 = 0n
  let size = 0
  for (const { part } of parts) {
    md5.update(part.etag, 'hex')
    crc64 = store.crc64.combine(crc64, part.crc64, part.size)
    size += part.size
  }
  if (size > LIMITS.objectBytesMax) throw new Fault('EntityTooLarge')
  return { etag: `${md5.digest('hex')}-${parts.length}`, crc64, size }
}

/** Parts that were uploaded but not listed give up their blobs, at once: nobody reads parts. */
function leftOut(
  call: Call,
  id: UploadId,
  stored: ReadonlyMap<number, NumberedPart>,
  chosen: readonly NumberedPart[],
): readonly Write[] {
  const used = new Set(chosen.map(({ number }) => number))
  const writes: Write[] = []
  for (const { number, part } of stored.values()) {
    if (used.has(number)) continue
    for (const blob of distinctBlobs(part.extents)) {
      writes.push({ kind: 'delete', key: manifestRefRow(blob, manifestOf(id), number) })
      writes.push({ kind: 'put', key: garbageRow(call.clock.now(), blob), value: new Uint8Array() })
    }
  }
  return writes
}

function answerWrites(id: UploadId, record: CompletedRecord): readonly Write[] {
  const row = completedRow(id)
  const lapse = lapseRow(record.completedMs + LIMITS.completedUploadMs, row)
  return [
    { kind: 'put', key: row, value: encodeCompleted(record) },
    { kind: 'put', key: lapse, value: new Uint8Array() },
  ]
}

/** What the upload answered when it was completed with these very parts, not too long ago. Throws `NoSuchUpload`. */
function repeatedAnswer(call: Call, input: CompleteInput, { bucket, entries }: SoughtUpload): CompleteResult {
  const [, completed] = entries
  const record = completed && decodeCompleted(completed.value)
  if (
    !record ||
    record.bucketId !== bucket.record.id ||
    record.key !== input.key ||
    record.partsDigest !== digestOf(input.parts) ||
    record.completedMs + LIMITS.completedUploadMs <= call.clock.now()
  ) {
    throw new Fault('NoSuchUpload')
  }
  const { etag, crc64, versionId, storageClass } = record
  return { etag, crc64: BigInt(crc64), versionId, storageClass }
}

function digestOf(parts: readonly ListedPart[]): string {
  const hash = createHash('sha256')
  for (const { partNumber, etag } of parts)
    hash.update(`${partNumber} ${bareEtag(etag.trim()).toLowerCase()}\n`)
  return hash.digest('hex')
}
