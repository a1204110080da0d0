import {
  deleteObjects as deleteMany,
  listObjects as list,
  listVersions,
  type Version,
  versionId,
} from '@coset/core'
import { bucketAppId, Fault, quoteEtag } from '@coset/model'
import type { Handler, ServerOutput } from '../handlers.js'
import { listedRestore } from './object-restore.js'

export const listObjects: Handler<'listObjects'> = async ({ call, store }, input) => {
  const { Prefix = '', Delimiter = '', Marker = '', MaxKeys } = input
  const result = await list(call, store, {
    bucket: input.Bucket,
    prefix: Prefix,
    delimiter: Delimiter,
    marker: Marker,
    keysMax: MaxKeys,
  })
  const owner = ownerOf(input.Bucket)
  const nowMs = call.clock.now()
  return {
    Name: input.Bucket,
    EncodingType: input.EncodingType,
    Prefix,
    Marker,
    MaxKeys: result.keysMax,
    Delimiter: Delimiter === '' ? undefined : Delimiter,
    IsTruncated: result.nextMarker !== undefined,
    NextMarker: result.nextMarker,
    CommonPrefixes: result.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    Contents: result.objects.map(({ key, version }) => ({
      Key: key,
      LastModified: new Date(version.modifiedMs),
      ETag: quoteEtag(version.etag),
      Size: version.size,
      Owner: owner,
      StorageClass: version.storageClass,
      StorageTier: version.storageClass === 'INTELLIGENT_TIERING' ? 'FREQUENT' : undefined,
      RestoreStatus: listedRestore(version, nowMs),
    })),
    BucketRegion: result.bucket.region,
  }
}

export const listObjectVersions: Handler<'listObjectVersions'> = async ({ call, store }, input) => {
  const { Prefix = '', Delimiter = '', KeyMarker = '', VersionIdMarker = '', MaxKeys } = input
  const result = await listVersions(call, store, {
    bucket: input.Bucket,
    prefix: Prefix,
    delimiter: Delimiter,
    keyMarker: KeyMarker,
    versionIdMarker: VersionIdMarker,
    keysMax: MaxKeys,
  })
  const owner = ownerOf(input.Bucket)
  const nowMs = call.clock.now()
  // A bucket that never had versioning shows its versions with an empty id.
  const shownId = (version: Version) => (result.bucket.versioning ? versionId(version) : '')
  const entries = result.versions.map(({ key, version, isLatest }) => ({
    version,
    entry: {
      Key: key,
      VersionId: shownId(version),
      IsLatest: isLatest,
      LastModified: new Date(version.modifiedMs),
      Owner: owner,
    },
  }))
  return {
    EncodingType: input.EncodingType,
    Name: input.Bucket,
    Prefix,
    KeyMarker,
    VersionIdMarker,
    MaxKeys: result.keysMax,
    IsTruncated: result.next !== undefined,
    NextKeyMarker: result.next?.keyMarker,
    NextVersionIdMarker: result.next?.versionIdMarker,
    Delimiter: Delimiter === '' ? undefined : Delimiter,
    CommonPrefixes: result.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    Version: entries.flatMap(({ version, entry }) =>
      version.kind === 'live'
        ? [
            {
              ...entry,
              ETag: quoteEtag(version.etag),
              Size: version.size,
              StorageClass: version.storageClass,
              StorageTier: version.storageClass === 'INTELLIGENT_TIERING' ? 'FREQUENT' : undefined,
              RestoreStatus: listedRestore(version, nowMs),
            },
          ]
        : [],
    ),
    DeleteMarker: entries.flatMap(({ version, entry }) => (version.kind === 'marker' ? [entry] : [])),
    BucketRegion: result.bucket.region,
  }
}

export const deleteObjects: Handler<'deleteObjects'> = async ({ call, store }, input) => {
  const { Object: targets, Quiet = false } = input.Delete
  if (targets.length === 0) throw new Fault('MalformedXML', { message: 'The document names no object.' })
  const outcomes = await deleteMany(
    call,
    store,
    input.Bucket,
    targets.map(({ Key, VersionId }) => ({ key: Key, versionId: VersionId })),
  )
  const output: { Deleted: Deleted[]; Error: Failed[] } = { Deleted: [], Error: [] }
  for (const outcome of outcomes) {
    const named = { Key: outcome.key, VersionId: outcome.versionId || undefined }
    if (!outcome.ok) output.Error.push({ ...named, Code: outcome.code, Message: outcome.message })
    else if (!Quiet) output.Deleted.push({ ...named, ...markerOf(outcome.result) })
  }
  return output
}

type Deleted = ServerOutput<'deleteObjects'>['Deleted'][number]
type Failed = ServerOutput<'deleteObjects'>['Error'][number]

function markerOf(result: { readonly versionId: string | undefined; readonly deleteMarker: boolean }) {
  return result.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {}
}

/** In lists, the owner is the account's number. */
function ownerOf(bucket: string) {
  const appid = bucketAppId(bucket)
  return { ID: appid, DisplayName: appid }
}
