// Put: authorised already, the body is stored first, then one commit makes it the key's newest version.
import {
  type AccessControlList,
  assertKey,
  Fault,
  isMultiZone,
  LIMITS,
  type StorageClass,
  type Tag,
  utf8Length,
} from '@coset/model'
import type { Call } from '../call.js'
import { attempt, type Plan } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { type LiveVersion, type StoredHeaders, versionId } from '../catalog/records.js'
import { displace, nextOrder, placeCurrent, readTimeline } from '../catalog/versions.js'
import { type Body, discard, type ExpectedDigests, type Ingested, ingest } from '../content/ingest.js'
import type { Store } from '../store.js'

export interface PutInput {
  readonly bucket: string
  readonly key: string
  readonly body: Body
  readonly expected: ExpectedDigests
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: StorageClass
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
  /** Only effective while the bucket never had versioning. */
  readonly forbidOverwrite: boolean
}

export interface PutResult {
  readonly etag: string
  readonly crc64: bigint
  readonly size: number
  /** Present while versioning is enabled. */
  readonly versionId: string | undefined
}

/**
 * Readers see the old object or the new one. Throws, with nothing changed: `NoSuchBucket`, `KeyTooLong`,
 * `InvalidObjectName`, `MetadataTooLarge`, `FileAlreadyExists`, and what ingest throws.
 */
export async function putObject(call: Call, store: Store, input: PutInput): Promise<PutResult> {
  assertAttributes(input)
  // Before the body is read: a client should not send gigabytes to a bucket that is not there.
  await readBucket(store, input.bucket)
  const ingested = await ingest(call, store, input.body, {
    sizeMax: LIMITS.putBytesMax,
    expected: input.expected,
  })
  try {
    return await attempt(call, store, `${input.bucket}/${input.key}`, () =>
      plan(call, store, input, ingested),
    )
  } catch (error) {
    // Without a commit the blob is surely no one's. After a commit of unknown outcome it may be claimed.
    if (isDefinite(error)) await discard(call, store, ingested.content)
    throw error
  }
}

/** Whether the error tells that nothing was committed; see MetadataStore.commit. */
function isDefinite(error: unknown): boolean {
  return error instanceof Fault && error.code !== 'InternalError'
}

async function plan(call: Call, store: Store, input: PutInput, ingested: Ingested): Promise<Plan<PutResult>> {
  const { timeline, changes } = await readTimeline(store, input.bucket, Buffer.from(input.key))
  const { versioning } = timeline.bucket.record
  if (input.forbidOverwrite && versioning === undefined && timeline.current)
    throw new Fault('FileAlreadyExists')
  const version: LiveVersion = {
    kind: 'live',
    order: nextOrder(call, timeline),
    isNull: versioning !== 'Enabled',
    modifiedMs: call.clock.now(),
    size: ingested.size,
    etag: ingested.md5,
    crc64: ingested.crc64,
    headers: input.headers,
    metadata: input.metadata,
    storageClass: input.storageClass,
    acl: input.acl,
    tags: input.tags,
    content: ingested.content,
  }
  displace(call, timeline, changes)
  placeCurrent(timeline, version, changes)
  return {
    commit: changes,
    result: {
      etag: version.etag,
      crc64: version.crc64,
      size: version.size,
      versionId: versioning === 'Enabled' ? versionId(version) : undefined,
    },
  }
}

function assertAttributes({ key, metadata, headers, storageClass }: PutInput): void {
  assertKey(key)
  if (isMultiZone(storageClass)) throw new Fault('MAZOperationNotSupportOnOAZBucket')
  if (sizeOf(metadata) > LIMITS.metadataBytesMax) throw new Fault('MetadataTooLarge')
  if (sizeOf(headers) > LIMITS.storedHeadersBytesMax) throw new Fault('MetadataTooLarge')
}

function sizeOf(map: Readonly<Record<string, string>>): number {
  let size = 0
  for (const name in map) size += name.length + utf8Length(map[name] ?? '')
  return size
}
