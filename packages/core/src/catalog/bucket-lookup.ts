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
  readonly check: Check
}

const HINTS_MAX = 4096
const RETRIES_MAX = 8

/** Throws `NoSuchBucket`. */
export async function readBucket(store: Store, name: string): Promise<Bucket> {
  const { bucket } = await readWithBucket(store, name, () => [])
  return bucket
}

/**
 * The bucket, and the rows that `rows` names for its id, from one snapshot. The id comes from the last look at the
 * bucket; when the snapshot shows another, the read is made again.
 */
export async function readWithBucket(
  store: Store,
  name: string,
  rows: (bucketId: Uint8Array) => readonly Key[],
): Promise<{ readonly bucket: Bucket; readonly entries: readonly (Entry | undefined)[] }> {
  if (!isBucketName(name)) throw new Fault('NoSuchBucket')
  const row = bucketRow(name)
  for (let retry = 0; retry < RETRIES_MAX; retry++) {
    const hint = store.bucketHints.get(name)
    const found = await store.metadata.read(hint ? [row, ...rows(hint.bucket.id)] : [row])
    const entry = found[0]
    if (!entry) {
      store.bucketHints.delete(name)
      throw new Fault('NoSuchBucket')
    }
    const bucket = hint && hint.stamp === entry.stamp ? hint.bucket : remember(store, name, row, entry)
    if (hint && sameId(bucket, hint.bucket)) return { bucket, entries: found.slice(1) }
    if (rows(bucket.id).length === 0) return { bucket, entries: [] }
  }
  throw new Fault('SlowDown')
}

function sameId(a: Bucket, b: Bucket): boolean {
  return a === b || a.record.id === b.record.id
}

function remember(store: Store, name: string, row: Key, entry: Entry): Bucket {
  const record = decodeBucket(entry.value)
  const check: Check = { kind: 'unchanged', key: row, stamp: entry.stamp }
  const bucket = { record, id: Buffer.from(record.id, 'hex'), check }
  const oldest = store.bucketHints.keys().next()
  if (store.bucketHints.size >= HINTS_MAX && !oldest.done) store.bucketHints.delete(oldest.value)
  store.bucketHints.set(name, { stamp: entry.stamp, bucket })
  return bucket
}
