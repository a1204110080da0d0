// Attributes of a version that may change while its content stays: no new version, no new time of modification.
import { assertKey } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import type { BucketRecord, LiveVersion } from '../catalog/records.js'
import { encodeVersion, versionId } from '../catalog/records.js'
import { unchanged } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { findLive } from './find.js'

export interface VersionName {
  readonly bucket: string
  readonly key: string
  /** Empty or absent: the current version. */
  readonly versionId?: string | undefined
}

export interface NamedVersion {
  readonly bucket: BucketRecord
  readonly version: LiveVersion
  /** Absent in buckets that never had versioning. */
  readonly versionId: string | undefined
}

/** Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker. */
export async function getVersion(_call: Call, store: Store, name: VersionName): Promise<NamedVersion> {
  assertKey(name.key)
  const { bucket, version } = await findLive(store, name.bucket, Buffer.from(name.key), name.versionId)
  return named(bucket.record, version)
}

/** Puts what `change` makes of the version in its place. Throws as getVersion does, and what `change` throws. */
export async function changeVersion(
  call: Call,
  store: Store,
  name: VersionName,
  change: (version: LiveVersion) => LiveVersion,
): Promise<NamedVersion> {
  assertKey(name.key)
  const key = Buffer.from(name.key)
  return attempt(call, store, `${name.bucket}/${name.key}`, async () => {
    const { bucket, version, entry } = await findLive(store, name.bucket, key, name.versionId)
    const changed = change(version)
    return {
      commit: {
        checks: [bucket.check, unchanged(entry.key, entry)],
        writes: [{ kind: 'put', key: entry.key, value: encodeVersion(changed) }],
      },
      result: named(bucket.record, changed),
    }
  })
}

function named(bucket: BucketRecord, version: LiveVersion): NamedVersion {
  return { bucket, version, versionId: bucket.versioning ? versionId(version) : undefined }
}
