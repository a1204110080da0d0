// Who may do what. The owner may do everything; anyone else what access control lists allow.
import { Fault, type Permission } from '@coset/model'
import type { Call } from '../call.js'
import { type Bucket, readWithBucket } from '../catalog/bucket-lookup.js'
import { objectRow } from '../catalog/keys.js'
import { decodeVersion, type LiveVersion, type Version } from '../catalog/records.js'
import { findVersion } from '../objects/find.js'
import type { Store } from '../store.js'
import { allowsAnyone, isUnset } from './acl.js'

export interface Resource {
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly versionId?: string | undefined
}

interface Need {
  /** Whose list must grant it. */
  readonly of: 'bucket' | 'object'
  readonly permission: Permission
}

const LIST: Need = { of: 'bucket', permission: 'READ' }
const CHANGE: Need = { of: 'bucket', permission: 'WRITE' }
const FETCH: Need = { of: 'object', permission: 'READ' }

/**
 * What an action needs, for callers who are not the owner. Actions not named here are the owner's alone. A copy, whole
 * or as a part, needs GetObject on its source beside what it needs on its target.
 */
const NEEDS: Readonly<Record<string, Need>> = {
  HeadBucket: LIST,
  GetBucket: LIST,
  GetBucketObjectVersions: LIST,
  ListMultipartUploads: LIST,
  PutObject: CHANGE,
  PostObject: CHANGE,
  PutSymlink: CHANGE,
  AppendObject: CHANGE,
  DeleteObject: CHANGE,
  DeleteMultipleObjects: CHANGE,
  InitiateMultipartUpload: CHANGE,
  UploadPart: CHANGE,
  UploadPartCopy: CHANGE,
  CompleteMultipartUpload: CHANGE,
  AbortMultipartUpload: CHANGE,
  ListParts: CHANGE,
  GetObject: FETCH,
  HeadObject: FETCH,
  GetSymlink: FETCH,
  GetBucketACL: { of: 'bucket', permission: 'READ_ACP' },
  PutBucketACL: { of: 'bucket', permission: 'WRITE_ACP' },
  GetObjectACL: { of: 'object', permission: 'READ_ACP' },
  PutObjectACL: { of: 'object', permission: 'WRITE_ACP' },
}

/** Throws `AccessDenied`, or `NoSuchBucket` where there is nothing to hide. */
export async function authorize(call: Call, store: Store, action: string, resource: Resource): Promise<void> {
  if (call.principal.kind === 'owner') return
  const need = NEEDS[action]
  if (!need || resource.bucket === undefined) throw new Fault('AccessDenied')
  const { bucket, version } = await find(store, need.of, { ...resource, bucket: resource.bucket })
  const bucketAcl = bucket.record.acl
  // An object without a list of its own has its bucket's.
  const acl = version && !isUnset(version.acl) ? version.acl : bucketAcl
  // That a key is not there is told only to those who may list the bucket.
  const hidden = need.of === 'object' && !version && !allowsAnyone(bucketAcl, 'READ')
  if (hidden || !allowsAnyone(acl, need.permission)) throw new Fault('AccessDenied')
}

interface Found {
  readonly bucket: Bucket
  readonly version: LiveVersion | undefined
}

async function find(
  store: Store,
  of: Need['of'],
  { bucket: name, key = '', versionId }: Resource & { readonly bucket: string },
): Promise<Found> {
  const keyBytes = Buffer.from(key)
  if (of === 'object' && versionId) {
    const { bucket, version } = await findVersion(store, name, keyBytes, versionId)
    return { bucket, version: live(version) }
  }
  const { bucket, entries } = await readWithBucket(store, name, ({ id }) =>
    of === 'object' ? [objectRow(id, keyBytes)] : [],
  )
  const [entry] = entries
  return { bucket, version: live(entry && decodeVersion(entry.value)) }
}

function live(version: Version | undefined): LiveVersion | undefined {
  return version?.kind === 'live' ? version : undefined
}
