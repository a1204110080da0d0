// Who may do what. The owner may do everything; anyone else what access control lists allow.
import { type AccessControlList, ANYONE, Fault, type Permission } from '@coset/model'
import type { Call } from '../call.js'
import { readWithBucket } from '../catalog/bucket-lookup.js'
import { objectRow } from '../catalog/keys.js'
import { decodeVersion } from '../catalog/records.js'
import { findVersion } from '../objects/find.js'
import type { Store } from '../store.js'

export interface Resource {
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly versionId?: string | undefined
}

/** What an action needs, for callers who are not the owner. Actions not named here are the owner's alone. */
const NEEDS: Readonly<Record<string, { readonly of: 'bucket' | 'object'; readonly permission: Permission }>> =
  {
    HeadBucket: { of: 'bucket', permission: 'READ' },
    GetBucket: { of: 'bucket', permission: 'READ' },
    GetBucketObjectVersions: { of: 'bucket', permission: 'READ' },
    PutObject: { of: 'bucket', permission: 'WRITE' },
    AppendObject: { of: 'bucket', permission: 'WRITE' },
    UploadPartCopy: { of: 'bucket', permission: 'WRITE' },
    DeleteObject: { of: 'bucket', permission: 'WRITE' },
    DeleteMultipleObjects: { of: 'bucket', permission: 'WRITE' },
    GetObject: { of: 'object', permission: 'READ' },
    HeadObject: { of: 'object', permission: 'READ' },
  }

/** Throws `AccessDenied`, or `NoSuchBucket` where there is nothing to hide. */
export async function authorize(call: Call, store: Store, action: string, resource: Resource): Promise<void> {
  if (call.principal.kind === 'owner') return
  const need = NEEDS[action]
  if (!need || resource.bucket === undefined) throw new Fault('AccessDenied')
  const acl = await effectiveAcl(store, need.of, { ...resource, bucket: resource.bucket })
  if (!allowsAnyone(acl, need.permission)) throw new Fault('AccessDenied')
}

async function effectiveAcl(
  store: Store,
  of: 'bucket' | 'object',
  { bucket: bucketName, key = '', versionId }: Resource & { readonly bucket: string },
): Promise<AccessControlList> {
  const keyBytes = Buffer.from(key)
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id }) =>
    of === 'object' ? [objectRow(id, keyBytes)] : [],
  )
  if (of === 'bucket') return bucket.record.acl
  const entry = entries[0]
  const named = versionId ? await findVersion(store, bucketName, keyBytes, versionId) : undefined
  const version = named?.version ?? (entry && decodeVersion(entry.value))
  if (version?.kind !== 'live') return bucket.record.acl
  return inherits(version.acl) ? bucket.record.acl : version.acl
}

function inherits(acl: AccessControlList): boolean {
  return acl.canned === undefined && acl.grants === undefined
}

function allowsAnyone({ canned, grants = [] }: AccessControlList, permission: Permission): boolean {
  if (permission === 'READ' && (canned === 'public-read' || canned === 'public-read-write')) return true
  if (permission === 'WRITE' && canned === 'public-read-write') return true
  return grants.some(
    (grant) =>
      grant.grantee === ANYONE && (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  )
}
