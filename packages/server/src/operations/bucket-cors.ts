import { deleteCors, getCors, putCors } from '@coset/core'
import type { Handler } from '../handlers.js'

export const putBucketCors: Handler<'putBucketCors'> = async ({ call, store }, input) => {
  await putCors(call, store, input.Bucket, {
    rules: input.CORSRule.map((rule) => ({
      id: rule.ID,
      allowedOrigins: rule.AllowedOrigin,
      allowedMethods: rule.AllowedMethod,
      allowedHeaders: rule.AllowedHeader ?? [],
      exposedHeaders: rule.ExposeHeader ?? [],
      maxAgeSeconds: rule.MaxAgeSeconds,
    })),
    responseVary: input.ResponseVary ?? false,
  })
  return {}
}

export const getBucketCors: Handler<'getBucketCors'> = async ({ call, store }, input) => {
  const { rules, responseVary } = await getCors(call, store, input.Bucket)
  return {
    CORSRule: rules.map((rule) => ({
      ID: rule.id,
      AllowedOrigin: rule.allowedOrigins,
      AllowedMethod: rule.allowedMethods,
      AllowedHeader: rule.allowedHeaders,
      ExposeHeader: rule.exposedHeaders,
      MaxAgeSeconds: rule.maxAgeSeconds,
    })),
    ResponseVary: responseVary,
  }
}

export const deleteBucketCors: Handler<'deleteBucketCors'> = async ({ call, store }, input) => {
  await deleteCors(call, store, input.Bucket)
  return {}
}
