// A bucket's record: read, and changed in one commit.
import type { AccessControlList } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { bucketRow } from '../catalog/keys.js'
import { type BucketRecord, encodeBucket, type VersioningState } from '../catalog/records.js'
import type { Store } from '../store.js'

/** Throws `NoSuchBucket`. */
export async function getBucket(_call: Call, store: Store, name: string): Promise<BucketRecord> {
  const { record } = await readBucket(store, name)
  return record
}

/** Throws `NoSuchBucket`. */
export async function setVersioning(
  call: Call,
  store: Store,
  name: string,
  versioning: VersioningState,
): Promise<void> {
  await changeBucket(call, store, name, (record) => ({ ...record, versioning }))
}

/** Throws `NoSuchBucket`. */
export async function setBucketAcl(
  call: Call,
  store: Store,
  name: string,
  acl: AccessControlList,
): Promise<void> {
  await changeBucket(call, store, name, (record) => ({ ...record, acl }))
}

async function changeBucket(
  call: Call,
  store: Store,
  name: string,
  change: (record: BucketRecord) => BucketRecord,
): Promise<void> {
  await attempt(call, store, 'buckets', async () => {
    const { record, check } = await readBucket(store, name)
    const write = { kind: 'put', key: bucketRow(name), value: encodeBucket(change(record)) } as const
    return { commit: { checks: [check], writes: [write] }, result: undefined }
  })
}
