// Buckets come into being.
import { type AccessControlList, assertBucketName, Fault, LIMITS, type Tag } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { bucketRow, bucketsAfter } from '../catalog/keys.js'
import { type BucketRecord, decodeBucket, encodeBucket } from '../catalog/records.js'
import type { Store } from '../store.js'

export interface CreateBucketInput {
  readonly name: string
  readonly region: string
  readonly owner: string
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
}

/** Throws `InvalidBucketName`, `BucketNameTooLong`, `BucketAlreadyOwnedByYou`, `BucketAlreadyExists`, `TooManyBuckets`. */
export async function createBucket(call: Call, store: Store, input: CreateBucketInput): Promise<void> {
  assertBucketName(input.name)
  const row = bucketRow(input.name)
  await attempt(call, store, 'buckets', async () => {
    const [existing] = await store.metadata.read([row])
    if (existing) throw alreadyThere(decodeBucket(existing.value), input.owner)
    const others = await store.metadata.scan(bucketsAfter(''), { limit: LIMITS.bucketsMax })
    if (others.length >= LIMITS.bucketsMax) throw new Fault('TooManyBuckets')
    const record: BucketRecord = {
      id: Buffer.from(call.random.bytes(8)).toString('hex'),
      createdMs: call.clock.now(),
      ...input,
    }
    return {
      commit: {
        checks: [{ kind: 'unchanged', key: row, stamp: null }],
        writes: [{ kind: 'put', key: row, value: encodeBucket(record) }],
      },
      result: undefined,
    }
  })
}

function alreadyThere(existing: BucketRecord, owner: string): Fault {
  return new Fault(existing.owner === owner ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists')
}
