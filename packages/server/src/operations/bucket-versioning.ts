import { getBucket, setVersioning } from '@coset/core'
import type { Handler } from '../handlers.js'

export const putBucketVersioning: Handler<'putBucketVersioning'> = async ({ call, store }, input) => {
  await setVersioning(call, store, input.Bucket, input.Status)
  return {}
}

export const getBucketVersioning: Handler<'getBucketVersioning'> = async ({ call, store }, input) => {
  const { versioning } = await getBucket(call, store, input.Bucket)
  return { Status: versioning }
}
