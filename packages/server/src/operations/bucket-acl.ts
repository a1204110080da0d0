import { getBucket, setBucketAcl } from '@coset/core'
import type { Handler } from '../handlers.js'
import { askedAcl, shownAcl } from './acl-policy.js'

export const putBucketAcl: Handler<'putBucketAcl'> = async ({ call, store }, input) => {
  const { owner } = await getBucket(call, store, input.Bucket)
  await setBucketAcl(call, store, input.Bucket, askedAcl(input, owner, 'bucket'))
  return {}
}

export const getBucketAcl: Handler<'getBucketAcl'> = async ({ call, store }, input) => {
  const { acl, owner } = await getBucket(call, store, input.Bucket)
  return shownAcl(acl, owner, 'private')
}
