// One version of a key: the current one, or the one a version id names.
import { Fault } from '@coset/model'
import { type Bucket, readWithBucket } from '../catalog/bucket-lookup.js'
import { nullRow, objectRow, versionRow, versionRowsOf } from '../catalog/keys.js'
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
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'

export interface FoundLive {
  readonly bucket: Bucket
  readonly version: LiveVersion
  /** The row it stands in. */
  readonly entry: Entry
}

/** What `versionId` names, or the current version without one. Throws as the two functions below do. */
export function findLive(
  store: Store,
  bucketName: string,
  key: Uint8Array,
  id: string | undefined,
): Promise<FoundLive> {
  return id ? findLiveVersion(store, bucketName, key, id) : findCurrent(store, bucketName, key)
}

/** Throws `NoSuchKey`, which tells of a delete marker when one stands there. */
export async function findCurrent(store: Store, bucketName: string, key: Uint8Array): Promise<FoundLive> {
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id }) => [objectRow(id, key)])
  const [entry] = entries
  if (entry) return { bucket, version: versionOf(entry) as LiveVersion, entry }
  if (bucket.record.versioning) {
    const [newest] = await store.metadata.scan(versionRowsOf(bucket.id, key), { limit: 1 })
    const marker = newest && decodeVersion(newest.value)
    if (marker?.kind === 'marker') {
      throw new Fault('NoSuchKey', { deleteMarker: true, versionId: versionId(marker) })
    }
  }
  throw new Fault('NoSuchKey')
}

export interface FoundRow {
  readonly bucket: Bucket
  readonly version: Version | undefined
  /** The row it stands in. */
  readonly entry: Entry | undefined
}

/** The version of that id, live or marker; undefined when the key has none such. Throws `InvalidArgument`. */
export async function findVersion(
  store: Store,
  bucketName: string,
  key: Uint8Array,
  id: string,
): Promise<FoundRow> {
  const name = parseVersionId(id)
  if (name === undefined) throw new Fault('InvalidArgument', { message: 'The version id is not valid.' })
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id: bucketId }) => [
    objectRow(bucketId, key),
    nullRow(bucketId, key),
    ...(name === 'null' ? [] : [versionRow(bucketId, key, name)]),
  ])
  const [object, pointer, kept] = entries
  const current = object && decodeVersion(object.value)
  if (current && names(name, current)) return { bucket, version: current, entry: object }
  const entry = name === 'null' ? pointer && (await readNull(store, bucket, key, pointer)) : kept
  const version = entry && decodeVersion(entry.value)
  const isIt = version && names(name, version)
  return { bucket, version: isIt ? version : undefined, entry: isIt ? entry : undefined }
}

/** As findVersion, for reads: throws `NoSuchVersion`, or `MethodNotAllowed` for a delete marker. */
export async function findLiveVersion(
  store: Store,
  bucketName: string,
  key: Uint8Array,
  id: string,
): Promise<FoundLive> {
  const { bucket, version, entry } = await findVersion(store, bucketName, key, id)
  if (!version || !entry) throw new Fault('NoSuchVersion')
  if (version.kind === 'live') return { bucket, version, entry }
  throw new Fault('MethodNotAllowed', { deleteMarker: true, versionId: versionId(version) })
}

async function readNull(
  store: Store,
  bucket: Bucket,
  key: Uint8Array,
  pointer: Entry,
): Promise<Entry | undefined> {
  const [entry] = await store.metadata.read([versionRow(bucket.id, key, orderOf(pointer))])
  return entry
}
