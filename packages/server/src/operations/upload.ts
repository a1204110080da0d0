import { abortUpload, completeUpload, createUpload, putPart } from '@coset/core'
import { quoteEtag } from '@coset/model'
import type { Handler } from '../handlers.js'
import { pacedBody } from '../pace.js'
import { objectAttributes } from './object-attributes.js'

export const createMultipartUpload: Handler<'createMultipartUpload'> = async ({ call, store }, input) => {
  const { Bucket, Key } = input
  const UploadId = await createUpload(call, store, { bucket: Bucket, key: Key, ...objectAttributes(input) })
  return { Bucket, Key, UploadId }
}

export const uploadPart: Handler<'uploadPart'> = async ({ call, store }, input) => {
  const part = await putPart(call, store, {
    ...uploadOf(input),
    partNumber: input.PartNumber,
    body: pacedBody(input.Body, input.TrafficLimit, call.signal),
    expected: { md5: input.ContentMD5 },
  })
  return { ETag: quoteEtag(part.etag), Crc64: part.crc64 }
}

export const completeMultipartUpload: Handler<'completeMultipartUpload'> = async (
  { call, store, objectUrl },
  input,
) => {
  const result = await completeUpload(call, store, {
    ...uploadOf(input),
    parts: input.MultipartUpload.Part.map(({ PartNumber, ETag }) => ({ partNumber: PartNumber, etag: ETag })),
    forbidOverwrite: input.ForbidOverwrite ?? false,
  })
  return {
    Location: objectUrl,
    Bucket: input.Bucket,
    Key: input.Key,
    ETag: quoteEtag(result.etag),
    Crc64: result.crc64,
    VersionId: result.versionId,
    StorageClass: result.storageClass,
  }
}

export const abortMultipartUpload: Handler<'abortMultipartUpload'> = async ({ call, store }, input) => {
  await abortUpload(call, store, uploadOf(input))
  return {}
}

interface UploadMembers {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

export function uploadOf({ Bucket, Key, UploadId }: UploadMembers) {
  return { bucket: Bucket, key: Key, uploadId: UploadId }
}
