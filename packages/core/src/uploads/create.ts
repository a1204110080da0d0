// An upload begins: its attributes are kept until its parts become an object.
import { Fault } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readWithBucket } from '../catalog/bucket-lookup.js'
import { objectRow } from '../catalog/keys.js'
import { newUploadId, uploadRow } from '../catalog/upload-keys.js'
import { encodeUpload } from '../catalog/upload-records.js'
import { assertTarget, type Target } from '../objects/attributes.js'
import type { Store } from '../store.js'

/** Throws `NoSuchBucket`, `FileAlreadyExists`, and what assertTarget throws. */
export async function createUpload(call: Call, store: Store, target: Target): Promise<string> {
  assertTarget(target)
  const { bucket: bucketName, key: keyText, ...attributes } = target
  const key = Buffer.from(keyText)
  const initiatedMs = call.clock.now()
  const id = newUploadId(initiatedMs, call.random.bytes(16))
  return attempt(call, store, `upload ${id}`, async () => {
    const { bucket, entries } = await readWithBucket(store, bucketName, (of) => [objectRow(of.id, key)])
    if (target.forbidOverwrite && bucket.record.versioning === undefined && entries[0])
      throw new Fault('FileAlreadyExists')
    const value = encodeUpload({ initiatedMs, ...attributes })
    const writes = [{ kind: 'put', key: uploadRow(bucket.id, key, id), value }] as const
    return { commit: { checks: [bucket.check], writes }, result: id }
  })
}
