// From a bucket's name to its record, together with rows of it, in one read.
import { Fault, isBucketName } from '@coset/model'
import type { Check, Entry, Key, Stamp } from '../ports.js'
import type { Store } from '../store.js'
import { bucketRow } from './keys.js'
import { type BucketRecord, decodeBucket } from './records.js'

export interface BucketHint {
  readonly stamp: Stamp
  readonly bucket: Bucket
}

/** A bucket as one snapshot held it. */
export interface Bucket {
  readonly record: BucketRecord
  readonly id: Uint8Array
  /** Commits carry it: the bucket must still be as it was read, so a write never lands in a deleted one. */
  readonly check: Check & { readonly kind: 'unchanged' }
}

const HINTS_MAX = 4096
const RETRIES_MAX = 8

/** Throws `NoSuchBucket`. */
export async function readBucket(store: Store, name: string): Promise<Bucket> {
  const { bucket } = await readWithBucket(store, name, () => [])
  return bucket
}

/**
 * The bucket, and the rows that `rows` names for it, from one snapshot. The rows are named by the last look at the
 * bucket; when the snapshot shows that it changed since, the read is made again.
 */
export async function readWithBucket(
  store: Store,
  name: string,
  rows: (bucket: Bucket) => readonly Key[],
): Promise<{ readonly bucket: Bucket; readonly entries: readonly (Entry | undefined)[] }> {
  for (let retry = 0; retry < RETRIES_MAX; retry++) {
    const hint = store.bucketHints.get(name)
    const wanted = hint ? rows(hint.bucket) : []
    const found = await store.metadata.read([hint?.bucket.check.key ?? rowOf(name), ...wanted])
    const bucket = currentBucket(store, name, hint, found[0])
    const isRead = hint ? bucket === hint.bucket : rows(bucket).length === 0
    if (isRead) return { bucket, entries: found.slice(1) }
  }
  throw new Fault('SlowDown')
}

/** A name that no bucket can have is not looked up. */
function rowOf(name: string): Key {
  if (!isBucketName(name)) throw new Fault('NoSuchBucket')
  return bucketRow(name)
}

function currentBucket(
  store: Store,
  name: string,
  hint: BucketHint | undefined,
  entry: Entry | undefined,
): Bucket {
  if (!entry) {
    store.bucketHints.delete(name)
    throw new Fault('NoSuchBucket')
  }
  return hint?.stamp === entry.stamp ? hint.bucket : remember(store, name, entry)
}

function remember(store: Store, name: string, entry: Entry): Bucket {
  const record = decodeBucket(entry.value)
  const check = { kind: 'unchanged', key: entry.key, stamp: entry.stamp } as const
  const bucket = { record, id: Buffer.from(record.id, 'hex'), check }
  const oldest = store.bucketHints.keys().next()
  if (store.bucketHints.size >= HINTS_MAX && !oldest.done) store.bucketHints.delete(oldest.value)
  store.bucketHints.set(name, { stamp: entry.stamp, bucket })
  return bucket
}
