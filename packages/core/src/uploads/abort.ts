// An upload is given up. One small commit makes its parts garbage, however many there are: reclaim takes them away.
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { garbageRow } from '../catalog/keys.js'
import { manifestOf } from '../catalog/upload-keys.js'
import { unchanged } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { findUpload, type UploadName } from './find-upload.js'

/** Throws `NoSuchBucket`, `NoSuchUpload`. */
export async function abortUpload(call: Call, store: Store, name: UploadName): Promise<void> {
  await attempt(call, store, `upload ${name.uploadId}`, async () => {
    const { id, entry } = await findUpload(store, name)
    // Due at once: nobody reads parts, and readers of objects that share their blobs have their own claims.
    const garbage = garbageRow(call.clock.now(), manifestOf(id))
    return {
      commit: {
        checks: [unchanged(entry.key, entry)],
        writes: [
          { kind: 'delete', key: entry.key },
          { kind: 'put', key: garbage, value: new Uint8Array() },
        ],
      },
      result: undefined,
    }
  })
}
