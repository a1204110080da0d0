import { listBuckets as list } from '@coset/core'
import { userId } from '@coset/model'
import type { Handler } from '../handlers.js'

export const listBuckets: Handler<'listBuckets'> = async ({ call, store, config, region }, input) => {
  const { buckets, nextMarker } = await list(call, store, {
    tagKey: input.TagKey,
    tagValue: input.TagValue,
    region: input.Region ?? region,
    createdMs: input.CreateTime?.getTime(),
    comparison: input.Range,
    marker: input.Marker ?? '',
    bucketsMax: input.MaxKeys,
  })
  return {
    Owner: { ID: userId(config.appid), DisplayName: config.appid },
    Buckets: buckets.map((bucket) => ({
      Name: bucket.name,
      Location: bucket.region,
      CreationDate: new Date(bucket.createdMs),
      BucketType: 'cos',
    })),
    IsTruncated: nextMarker !== undefined,
    NextMarker: nextMarker,
  }
}
