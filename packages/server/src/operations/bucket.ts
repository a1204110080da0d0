import { createBucket, getBucket, parseAcl, deleteBucket as remove } from '@coset/core'
import { Fault, LIMITS, parseTagging, userId } from '@coset/model'
import type { Handler } from '../handlers.js'
import { aclHeaders } from './acl-policy.js'

export const putBucket: Handler<'putBucket'> = async ({ call, store, config, host }, input) => {
  if (input.BucketAZConfig === 'MAZ') throw new Fault('MultiAZFeatureNotSupport')
  if (input.BucketArchConfig)
    throw new Fault('NotImplemented', { message: 'BucketArchConfig is not implemented.' })
  const acl = parseAcl(aclHeaders(input), 'bucket')
  const tags = parseTagging(input.Tagging ?? '', LIMITS.bucketTagsMax)
  const owner = userId(config.appid)
  await createBucket(call, store, { name: input.Bucket, region: config.region, owner, acl, tags })
  return { Location: host }
}

export const headBucket: Handler<'headBucket'> = async ({ call, store }, input) => {
  const bucket = await getBucket(call, store, input.Bucket)
  return { BucketRegion: bucket.region }
}

export const deleteBucket: Handler<'deleteBucket'> = async ({ call, store }, input) => {
  await remove(call, store, input.Bucket)
  return {}
}
