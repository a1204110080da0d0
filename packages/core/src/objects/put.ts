// Put: authorised already, the body is stored first, then one commit makes it the key's newest version.
import { isArchived, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { type Body, discard, type ExpectedDigests, ingest } from '../content/ingest.js'
import type { Store } from '../store.js'
import { assertTarget, type Target } from './attributes.js'
import { isDefinite, planWrite } from './write.js'

export interface PutInput extends Target {
  readonly body: Body
  readonly expected: ExpectedDigests
}

export interface PutResult {
  readonly etag: string
  readonly crc64: bigint
  readonly size: number
  /** Present while versioning is enabled. */
  readonly versionId: string | undefined
}

/**
 * Readers see the old object or the new one. Throws, with nothing changed: `NoSuchBucket`, `FileAlreadyExists`, and
 * what assertTarget and ingest throw.
 */
export async function putObject(call: Call, store: Store, input: PutInput): Promise<PutResult> {
  assertTarget(input)
  // Before the body is read: a client should not send gigabytes to a bucket that is not there.
  await readBucket(store, input.bucket)
  const { content, size, md5, crc64 } = await ingest(call, store, input.body, {
    sizeMax: LIMITS.putBytesMax,
    expected: input.expected,
    cold: isArchived(input.storageClass),
  })
  try {
    return await attempt(call, store, `${input.bucket}/${input.key}`, async () => {
      const placed = await planWrite(call, store, input, { content, size, etag: md5, crc64 })
      return { commit: placed.changes, result: { etag: md5, crc64, size, versionId: placed.versionId } }
    })
  } catch (error) {
    // Without a commit the blob is surely no one's. After a commit of unknown outcome it may be claimed.
    if (isDefinite(error)) await discard(call, store, content)
    throw error
  }
}
