// Get and head: the version, its conditions, the range, and the way to its bytes.
import { assertKey, Fault, parseRange, resolveRange } from '@coset/model'
import type { Call } from '../call.js'
import { type LiveVersion, versionId } from '../catalog/records.js'
import { assertConditions, type Conditions } from '../content/preconditions.js'
import { type ReadContent, readContent } from '../content/read-content.js'
import type { ByteRange } from '../ports.js'
import type { Store } from '../store.js'
import { type FoundLive, findLive } from './find.js'
import { assertReadable } from './restore.js'

export interface GetInput {
  readonly bucket: string
  readonly key: string
  /** Empty or absent: the current version. */
  readonly versionId?: string | undefined
  /** The Range header. */
  readonly range?: string | undefined
  readonly conditions: Conditions
}

export interface HeadResult {
  readonly version: LiveVersion
  /** Absent in buckets that never had versioning. */
  readonly versionId: string | undefined
  readonly range: ByteRange
  /** Whether the reply is a part of the object, as asked. */
  readonly partial: boolean
}

export interface GetResult extends HeadResult {
  readonly content: ReadContent
}

/** Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`, `PreconditionFailed`, `NotModified`, `InvalidRange`. */
export async function headObject(_call: Call, store: Store, input: GetInput): Promise<HeadResult> {
  return headOf(await find(store, input), input)
}

/** As headObject; also `InvalidObjectState` for archived objects that are not restored. */
export async function getObject(call: Call, store: Store, input: GetInput): Promise<GetResult> {
  const { version, versionId, range, partial } = headOf(await find(store, input), input)
  assertReadable(call, version)
  return { version, versionId, range, partial, content: readContent(call, store, version, range) }
}

function find(store: Store, { bucket, key: keyText, versionId }: GetInput): Promise<FoundLive> {
  assertKey(keyText)
  return findLive(store, bucket, Buffer.from(keyText), versionId)
}

function headOf({ bucket, version }: FoundLive, { range: header, conditions }: GetInput): HeadResult {
  assertConditions(conditions, version)
  const asked = header === undefined ? undefined : parseRange(header)
  const range = asked ? resolveRange(asked, version.size) : { offset: 0, length: version.size }
  if (!range) throw new Fault('InvalidRange', { size: version.size })
  return {
    version,
    versionId: bucket.record.versioning ? versionId(version) : undefined,
    range,
    partial: asked !== undefined,
  }
}
