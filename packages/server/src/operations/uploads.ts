import { listParts as partsOf, listUploads as uploadsOf } from '@coset/core'
import { bucketAppId, quoteEtag, userId } from '@coset/model'
import type { Handler } from '../handlers.js'
import { uploadOf } from './upload.js'

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

/** Of uploads and parts, the owner is told in full. */
function ownerOf(bucket: string) {
  const appid = bucketAppId(bucket)
  return { ID: userId(appid), DisplayName: appid }
}
