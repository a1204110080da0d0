// One multipart upload: begun, filled part by part, completed or given up.
import { LIMITS, STORAGE_CLASSES } from '@coset/model'
import {
  bucket,
  clientSide,
  document,
  element,
  header,
  join,
  key,
  operation,
  optional,
  query,
  stream,
  vendor,
} from '../operation.js'
import { boolean, integer, list, oneOf, record, text, unsigned } from '../shape/shape.js'
import { accessHeaders, storedHeaders, trafficLimit, writeHeaders } from './object-members.js'

/**
 * Begin a multipart upload: the object's attributes are given now, its content in parts. Uploads do not expire by
 * themselves: complete or abort each. COS: Initiate Multipart Upload.
 * Errors: `NoSuchBucket`, `KeyTooLong`, `MetadataTooLarge`, `FileAlreadyExists`, `NotSupportedStorageClass`.
 * @see https://cloud.tencent.com/document/product/436/7746
 */
export const createMultipartUpload = operation({
  name: 'CreateMultipartUpload',
  action: 'InitiateMultipartUpload',
  method: 'POST',
  resource: 'object',
  query: ['uploads'],
  status: 200,
  summary: 'Begin a multipart upload.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The key of the object to be. */
      Key: key(),
    },
    writeHeaders,
    storedHeaders,
    accessHeaders,
  ),
  outputRoot: 'InitiateMultipartUploadResult',
  output: {
    Bucket: element(text()),
    Key: element(text()),
    /** Names the upload in every request that follows. */
    UploadId: element(text()),
  },
  idempotent: false,
  faults: [
    'NoSuchBucket',
    'AccessDenied',
    'KeyTooLong',
    'InvalidObjectName',
    'InvalidTag',
    'FileAlreadyExists',
    'NotSupportedStorageClass',
    'MetadataTooLarge',
  ],
})

/**
 * Upload one part, 1 MiB to 5 GiB; only the last may be smaller. A part of the same number is replaced. COS: Upload Part.
 * Errors: `NoSuchUpload`, `BadDigest`, `InvalidDigest`, `EntityTooLarge`, `InvalidArgument` for part numbers beyond 1 to 10,000.
 * @see https://cloud.tencent.com/document/product/436/7750
 */
export const uploadPart = operation({
  name: 'UploadPart',
  action: 'UploadPart',
  method: 'PUT',
  resource: 'object',
  query: ['partNumber', 'uploadId'],
  status: 200,
  summary: 'Upload one part of a multipart upload.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The key given at the upload's start. */
    Key: key(),
    /** From CreateMultipartUpload. */
    UploadId: query('uploadId', text()),
    /** 1 to 10,000; parts are joined in the order of their numbers. */
    PartNumber: query('partNumber', integer(1, LIMITS.partsMax)),
    /** The part's bytes. */
    Body: stream(),
    /** Bytes of the body, when it cannot tell itself. */
    ContentLength: optional(header('content-length', integer())),
    /** Base64 of the part's MD5; a mismatch is `BadDigest` and stores nothing. */
    ContentMD5: optional(header('content-md5', text())),
    /** Compute and send `ContentMD5`; needs a body that can be read twice. Default false. */
    EnableMD5: optional(clientSide(boolean())),
    /** Rate of this one transfer: 819,200 to 838,860,800 bits a second. */
    TrafficLimit: trafficLimit(),
  },
  output: {
    /** Quoted MD5 of the part: CompleteMultipartUpload asks for it. */
    ETag: header('etag', text()),
    /** CRC-64 of the part. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
  },
  faults: [
    'NoSuchBucket',
    'NoSuchUpload',
    'AccessDenied',
    'InvalidArgument',
    'BadDigest',
    'InvalidDigest',
    'EntityTooLarge',
    'IncompleteBody',
    'MissingContentLength',
  ],
})

/**
 * Join the parts of a multipart upload to an object. Asked again within a day, it answers the same. Parts that are not
 * listed are dropped. COS: Complete Multipart Upload.
 * Errors: `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall` for a part but the last under 1 MiB,
 * `MalformedXML`, `FileAlreadyExists`.
 * @see https://cloud.tencent.com/document/product/436/7742
 */
export const completeMultipartUpload = operation({
  name: 'CompleteMultipartUpload',
  action: 'CompleteMultipartUpload',
  method: 'POST',
  resource: 'object',
  query: ['uploadId'],
  slow: true,
  status: 200,
  summary: 'Join the parts of a multipart upload to an object.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The key given at the upload's start. */
    Key: key(),
    /** From CreateMultipartUpload. */
    UploadId: query('uploadId', text()),
    /** The parts, in ascending order of their numbers, each with the ETag that UploadPart told. */
    MultipartUpload: document(
      record({
        Part: list(record({ PartNumber: integer(1, LIMITS.partsMax), ETag: text() }), {
          max: LIMITS.partsMax,
        }),
      }),
    ),
    /** Refuse with `FileAlreadyExists` when the key exists; only in buckets that never had versioning. */
    ForbidOverwrite: optional(header(vendor('forbid-overwrite'), boolean())),
  },
  inputRoot: 'CompleteMultipartUpload',
  outputRoot: 'CompleteMultipartUploadResult',
  outputXmlns: 'http://www.qcloud.com/document/product/436/7751',
  output: {
    /** Where the object is, as a URL. */
    Location: element(text()),
    Bucket: element(text()),
    Key: element(text()),
    /** Quoted; not an MD5: 32 hex digits, a hyphen and the number of parts. */
    ETag: element(text()),
    /** CRC-64 of the whole object; absent when the reply took long. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
    /** The new version; `null` while versioning is suspended. */
    VersionId: optional(header(vendor('version-id'), text())),
    /** The class it is stored in. */
    StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES))),
  },
  faults: [
    'NoSuchBucket',
    'NoSuchUpload',
    'AccessDenied',
    'InvalidPart',
    'InvalidPartOrder',
    'EntityTooSmall',
    'EntityTooLarge',
    'MalformedXML',
    'FileAlreadyExists',
  ],
})

/**
 * Give up a multipart upload; its parts are deleted. COS: Abort Multipart Upload.
 * Errors: `NoSuchUpload`.
 * @see https://cloud.tencent.com/document/product/436/7740
 */
export const abortMultipartUpload = operation({
  name: 'AbortMultipartUpload',
  action: 'AbortMultipartUpload',
  method: 'DELETE',
  resource: 'object',
  query: ['uploadId'],
  status: 204,
  summary: 'Give up a multipart upload.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The key given at the upload's start. */
    Key: key(),
    /** From CreateMultipartUpload. */
    UploadId: query('uploadId', text()),
  },
  output: {},
  idempotent: false,
  faults: ['NoSuchBucket', 'NoSuchUpload', 'AccessDenied'],
})
