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
import { followLink } from './symlink.js'

export interface GetInput {
  readonly bucket: string
  readonly key: string
  /** Empty or absent: the current version. */
  readonly versionId?: string | undefined
  /** The Range header. */
  readonly range?: string | undefined
  readonly conditions: Conditions
  /**
   * Content that is larger comes in chunks of about this size, each valid only until the next is asked for. Default:
   * chunks are the reader's to keep.
   */
  readonly lentBytes?: number | undefined
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

/**
 * A symbolic link is read as its target, but goes by its own version id. Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`, `PreconditionFailed`, `NotModified`,
 * `InvalidRange`, and what followLink throws.
 */
export async function headObject(call: Call, store: Store, input: GetInput): Promise<HeadResult> {
  return headOf(await find(call, store, input), input)
}

/** As headObject; also `InvalidObjectState` for archived objects that are not restored. */
export async function getObject(call: Call, store: Store, input: GetInput): Promise<GetResult> {
  const { version, versionId, range, partial } = headOf(await find(call, store, input), input)
  assertReadable(call, version)
  const content = readContent(call, store, version, { ...range, lentBytes: input.lentBytes })
  return { version, versionId, range, partial, content }
}

interface FoundContent {
  readonly found: FoundLive
  /** What the found version stands for: mostly itself. */
  readonly version: LiveVersion
}

async function find(call: Call, store: Store, input: GetInput): Promise<FoundContent> {
  const { bucket, key: keyText, versionId } = input
  assertKey(keyText)
  const found = await findLive(store, bucket, Buffer.from(keyText), versionId)
  if (found.version.linkTarget === undefined) return { found, version: found.version }
  const { version } = await followLink(call, store, bucket, found)
  return { found, version }
}

function headOf({ found, version }: FoundContent, { range: header, conditions }: GetInput): HeadResult {
  assertConditions(conditions, version)
  const asked = header === undefined ? undefined : parseRange(header)
  const range = asked ? resolveRange(asked, version.size) : { offset: 0, length: version.size }
  if (!range) throw new Fault('InvalidRange', { size: version.size })
  return {
    version,
    versionId: found.bucket.record.versioning ? versionId(found.version) : undefined,
    range,
    partial: asked !== undefined,
  }
}
