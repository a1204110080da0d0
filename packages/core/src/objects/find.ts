// One version of a key: the current one, or the one a version id names.
import { Fault } from '@coset/model'
import { type Bucket, readWithBucket } from '../catalog/bucket-lookup.js'
import { nullRow, type Order, objectRow, versionRow, versionRowsOf } from '../catalog/keys.js'
import {
  decodeVersion,
  type LiveVersion,
  names,
  parseVersionId,
  type Version,
  versionId,
  versionOf,
} from '../catalog/records.js'
import { orderOf } from '../catalog/versions.js'
import type { Store } from '../store.js'

export interface Found {
  readonly bucket: Bucket
  readonly version: LiveVersion
}

/** Throws `NoSuchKey`, which tells of a delete marker when one stands there. */
export async function findCurrent(store: Store, bucketName: string, key: Uint8Array): Promise<Found> {
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id }) => [objectRow(id, key)])
  const [entry] = entries
  if (entry) return { bucket, version: versionOf(entry) as LiveVersion }
  if (bucket.record.versioning) {
    const [newest] = await store.metadata.scan(versionRowsOf(bucket.id, key), { limit: 1 })
    const marker = newest && decodeVersion(newest.value)
    if (marker?.kind === 'marker') {
      throw new Fault('NoSuchKey', { deleteMarker: true, versionId: versionId(marker) })
    }
  }
  throw new Fault('NoSuchKey')
}

/** The version of that id, live or marker; undefined when the key has none such. Throws `InvalidArgument`. */
export async function findVersion(
  store: Store,
  bucketName: string,
  key: Uint8Array,
  id: string,
): Promise<{ readonly bucket: Bucket; readonly version: Version | undefined }> {
  const name = parseVersionId(id)
  if (name === undefined) throw new Fault('InvalidArgument', { message: 'The version id is not valid.' })
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id: bucketId }) => [
    objectRow(bucketId, key),
    nullRow(bucketId, key),
    ...(name === 'null' ? [] : [versionRow(bucketId, key, name)]),
  ])
  const [object, pointer, kept] = entries
  const current = object && decodeVersion(object.value)
  if (current && names(name, current)) return { bucket, version: current }
  if (name !== 'null') {
    const version = kept && decodeVersion(kept.value)
    return { bucket, version: version && names(name, version) ? version : undefined }
  }
  return { bucket, version: pointer && (await readAt(store, bucket, key, orderOf(pointer))) }
}

/** As findVersion, for reads: throws `NoSuchVersion`, or `MethodNotAllowed` for a delete marker. */
export async function findLiveVersion(
  store: Store,
  bucketName: string,
  key: Uint8Array,
  id: string,
): Promise<Found> {
  const { bucket, version } = await findVersion(store, bucketName, key, id)
  if (!version) throw new Fault('NoSuchVersion')
  if (version.kind === 'live') return { bucket, version }
  throw new Fault('MethodNotAllowed', { deleteMarker: true, versionId: versionId(version) })
}

async function readAt(
  store: Store,
  bucket: Bucket,
  key: Uint8Array,
  order: Order,
): Promise<Version | undefined> {
  const [entry] = await store.metadata.read([versionRow(bucket.id, key, order)])
  return entry && decodeVersion(entry.value)
}
