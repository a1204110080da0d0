import { changeVersion, getBucket, getVersion } from '@coset/core'
import type { Handler } from '../handlers.js'
import { askedAcl, shownAcl } from './acl-policy.js'

export const putObjectAcl: Handler<'putObjectAcl'> = async ({ call, store }, input) => {
  const { owner } = await getBucket(call, store, input.Bucket)
  const acl = askedAcl(input, owner, 'object')
  const name = { bucket: input.Bucket, key: input.Key, versionId: input.VersionId }
  await changeVersion(call, store, name, (version) => ({ ...version, acl }))
  return {}
}

export const getObjectAcl: Handler<'getObjectAcl'> = async ({ call, store }, input) => {
  const name = { bucket: input.Bucket, key: input.Key, versionId: input.VersionId }
  const { version, bucket } = await getVersion(call, store, name)
  return shownAcl(version.acl, bucket.owner, 'default')
}
