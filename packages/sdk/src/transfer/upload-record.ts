// What is kept of an upload in parts, so that another run can go on with it.
import { LIMITS } from '@coset/model'
import type { Sha1 } from '@coset/protocol'
import type { CheckpointRecord } from './checkpoint.js'
import type { StoredPart, UploadHandle } from './multipart-upload.js'
import type { StoredInput } from './upload-input.js'
import type { SourceIdentity, UploadSource } from './upload-source.js'

const VERSION = 1

/** An upload that was begun: how it is cut, of what, and the parts that are known to be stored. */
export interface UploadState {
  readonly handle: UploadHandle
  readonly partBytes: number
  /** Of the source, when the upload was begun. */
  readonly identity: SourceIdentity
  /** Digest of what is stored with the object: it belongs to the upload from its beginning. */
  readonly attributes: string
  readonly parts: Map<number, StoredPart>
  /** Whether the server was asked to join the parts, so that the upload may be gone for the best of reasons. */
  completing: boolean
}

/** Of everything that createMultipartUpload is told, in whatever order; nothing of it can be read back. */
export function attributesDigest(sha1: Sha1, { Bucket, Key, ...attributes }: StoredInput): string {
  return sha1.hash(JSON.stringify(sorted(attributes)))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

/** By their numbers: the order in which they are joined, and not that in which they were sent. */
export function orderedParts({ parts }: UploadState): readonly StoredPart[] {
  return [...parts.values()].sort((a, b) => a.number - b.number)
}

export function writeState(state: UploadState): CheckpointRecord {
  const { handle, partBytes, identity, attributes, parts, completing } = state
  return {
    version: VERSION,
    uploadId: handle.id,
    startedMs: handle.startedMs,
    source: identity,
    attributes,
    partBytes,
    completing,
    parts: [...parts.values()].map(({ number, length, etag, crc64 }) => [
      number,
      length,
      etag,
      crc64 === undefined ? null : crc64.toString(),
    ]),
  }
}

/** Undefined for what is of another version, or no such record at all. */
export function readState(record: CheckpointRecord | undefined): UploadState | undefined {
  if (record?.version !== VERSION) return undefined
  const { uploadId, startedMs, source, attributes, partBytes, completing, parts } = record
  const isWhole =
    typeof uploadId === 'string' &&
    uploadId !== '' &&
    typeof startedMs === 'number' &&
    typeof attributes === 'string' &&
    typeof partBytes === 'number' &&
    typeof completing === 'boolean' &&
    Array.isArray(parts)
  if (!isWhole || !isIdentity(source)) return undefined
  const read = parts.map(readPart)
  if (!read.every((part) => part !== undefined)) return undefined
  return {
    handle: { id: uploadId, startedMs },
    partBytes,
    identity: source,
    attributes,
    completing,
    parts: new Map(read.map((part) => [part.number, part])),
  }
}

function isIdentity(source: unknown): source is SourceIdentity {
  if (typeof source !== 'object' || source === null) return false
  return Object.values(source).every((value) => typeof value === 'string' || typeof value === 'number')
}

function readPart(part: unknown): StoredPart | undefined {
  if (!Array.isArray(part)) return undefined
  const [number, length, etag, sum] = part as readonly unknown[]
  if (typeof number !== 'number' || typeof length !== 'number' || typeof etag !== 'string') return undefined
  if (sum === null) return { number, length, etag, crc64: undefined }
  if (typeof sum !== 'string' || !/^\d{1,20}$/.test(sum)) return undefined
  return { number, length, etag, crc64: BigInt(sum) }
}

/** Whether an upload that was begun so can become what is wanted now. */
export function fits(state: UploadState, source: UploadSource, attributes: string): boolean {
  const { partBytes } = state
  const isCuttable =
    Number.isInteger(partBytes) &&
    partBytes >= LIMITS.partBytesMin &&
    partBytes <= LIMITS.partBytesMax &&
    source.size <= partBytes * LIMITS.partsMax
  return isCuttable && state.attributes === attributes && isSame(state.identity, source.identity)
}

function isSame(a: SourceIdentity, b: SourceIdentity): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
