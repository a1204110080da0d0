// What tells one state of an object from another: by the head of a reply, and in checkpoints.
import type { OperationOutput } from '../operations.js'

/** What is known of an object before its bytes are. */
export type ObjectHead = Omit<OperationOutput<'getObject'>, 'Body'>

export interface ObjectState {
  /** Bytes. */
  readonly size: number
  readonly etag: string
  /** Undefined where the server does not tell. */
  readonly crc64: bigint | undefined
  readonly versionId: string | undefined
  /** Milliseconds since 1970. */
  readonly lastModifiedMs: number
}

/** Undefined for a reply that does not tell its length. */
export function objectState(head: ObjectHead): ObjectState | undefined {
  const { ContentLength, ETag, Crc64, VersionId, LastModified } = head
  if (ContentLength === undefined) return undefined
  return {
    size: ContentLength,
    etag: ETag,
    crc64: Crc64,
    versionId: VersionId,
    lastModifiedMs: LastModified.getTime(),
  }
}

/**
 * Whether both are the same bytes. Where both tell a checksum, an object that was written again with the same
 * content is the same; without one its times and versions must agree too, as not every ETag is made of content.
 */
export function isSameContent(a: ObjectState, b: ObjectState): boolean {
  if (a.size !== b.size || a.etag !== b.etag) return false
  if (a.crc64 !== undefined && b.crc64 !== undefined) return a.crc64 === b.crc64
  return a.versionId === b.versionId && a.lastModifiedMs === b.lastModifiedMs
}

/** The metadata as it is stored, from a reply's own headers: some clients hide a part of it. */
export function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(METADATA_PREFIX))
  return Object.fromEntries(found.map(([name, value]) => [name.slice(METADATA_PREFIX.length), value]))
}

const METADATA_PREFIX = 'x-cos-meta-'
