import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts as partsOf,
  putPart,
  listUploads as uploadsOf,
} from '@coset/core'
import { bucketAppId, quoteEtag, userId } from '@coset/model'
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

export const listParts: Handler<'listParts'> = async ({ call, store }, input) => {
  const { Bucket, Key, UploadId, PartNumberMarker = 0 } = input
  const result = await partsOf(call, store, {
    ...uploadOf(input),
    after: PartNumberMarker,
    partsMax: input.MaxParts,
  })
  return {
    Bucket,
    EncodingType: input.EncodingType,
    Key,
    UploadId,
    Owner: ownerOf(Bucket),
    PartNumberMarker,
    Initiator: ownerOf(Bucket),
    Part: result.parts.map(({ number, part }) => ({
      PartNumber: number,
      LastModified: new Date(part.modifiedMs),
      ETag: quoteEtag(part.etag),
      Size: part.size,
    })),
    StorageClass: result.upload.storageClass,
    MaxParts: result.partsMax,
    IsTruncated: result.truncated,
    NextPartNumberMarker: result.truncated ? result.parts.at(-1)?.number : undefined,
  }
}

export const listMultipartUploads: Handler<'listMultipartUploads'> = async ({ call, store }, input) => {
  const { Bucket, Prefix = '', Delimiter = '', KeyMarker = '', UploadIdMarker = '' } = input
  const result = await uploadsOf(call, store, {
    bucket: Bucket,
    prefix: Prefix,
    delimiter: Delimiter,
    keyMarker: KeyMarker,
    uploadIdMarker: UploadIdMarker,
    uploadsMax: input.MaxUploads,
  })
  const owner = ownerOf(Bucket)
  return {
    Bucket,
    EncodingType: input.EncodingType,
    KeyMarker,
    UploadIdMarker,
    NextKeyMarker: result.next?.keyMarker,
    NextUploadIdMarker: result.next?.uploadIdMarker,
    MaxUploads: result.uploadsMax,
    IsTruncated: result.next !== undefined,
    Prefix,
    Delimiter: Delimiter === '' ? undefined : Delimiter,
    Upload: result.uploads.map(({ key, uploadId, upload }) => ({
      Key: key,
      UploadId: uploadId,
      StorageClass: upload.storageClass,
      Initiator: owner,
      Owner: owner,
      Initiated: new Date(upload.initiatedMs),
    })),
    CommonPrefixes: result.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
  }
}

interface UploadMembers {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

function uploadOf({ Bucket, Key, UploadId }: UploadMembers) {
  return { bucket: Bucket, key: Key, uploadId: UploadId }
}

/** Of uploads and parts, the owner is told in full. */
function ownerOf(bucket: string) {
  const appid = bucketAppId(bucket)
  return { ID: userId(appid), DisplayName: appid }
}
