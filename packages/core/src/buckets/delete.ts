// Buckets go, once nothing is in them.
import { Fault } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { bucketRow, objectRows, versionRows } from '../catalog/keys.js'
import { uploadRows } from '../catalog/upload-keys.js'
import type { Store } from '../store.js'
import { removeSettings } from './setting-rows.js'

/**
 * Throws `NoSuchBucket`, `BucketNotEmpty`. The commit itself checks that the bucket is empty, and every write
 * checks that its bucket is still there, so no object is ever stored into a bucket that is gone.
 */
export async function deleteBucket(call: Call, store: Store, name: string): Promise<void> {
  const empty = new Uint8Array()
  await attempt(call, store, 'buckets', async () => {
    const { id, check } = await readBucket(store, name)
    const ranges = [
      objectRows(id, empty, undefined),
      versionRows(id, empty, undefined),
      uploadRows(id, empty, undefined),
    ]
    for (const range of ranges) {
      const [entry] = await store.metadata.scan(range, { limit: 1 })
      if (entry) throw new Fault('BucketNotEmpty')
    }
    const settings = await removeSettings(store, id)
    return {
      commit: {
        checks: [check, ...ranges.map((range) => ({ kind: 'empty', range }) as const), ...settings.checks],
        writes: [{ kind: 'delete', key: bucketRow(name) }, ...settings.writes],
      },
      result: undefined,
    }
  })
  store.bucketHints.delete(name)
}
