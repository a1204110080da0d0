// Many uploads and parts: lists.
import { STORAGE_CLASSES } from '@coset/model'
import { bucket, element, key, operation, optional, query } from '../operation.js'
import {
  boolean,
  encodableText,
  integer,
  list,
  maybe,
  oneOf,
  record,
  text,
  timestamp,
} from '../shape/shape.js'
import { commonPrefixes, encodingType, identity } from './list-members.js'

/**
 * List the parts an upload has so far, by their numbers, a page at a time. COS: List Parts.
 * Errors: `NoSuchUpload`, `InvalidArgument`.
 * @see https://cloud.tencent.com/document/product/436/7747
 */
export const listParts = operation({
  name: 'ListParts',
  action: 'ListParts',
  method: 'GET',
  resource: 'object',
  query: ['uploadId'],
  status: 200,
  summary: 'List the parts an upload has so far.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The key given at the upload's start. */
    Key: key(),
    /** From CreateMultipartUpload. */
    UploadId: query('uploadId', text()),
    /** Parts in one page: at most 1,000, the default. */
    MaxParts: optional(query('max-parts', integer(0))),
    /** List parts with greater numbers. */
    PartNumberMarker: optional(query('part-number-marker', integer(0))),
    /** `url`: the key is given percent-encoded. */
    EncodingType: optional(encodingType()),
  },
  outputRoot: 'ListPartsResult',
  output: {
    Bucket: element(text()),
    EncodingType: optional(element(text())),
    Key: element(encodableText()),
    UploadId: element(text()),
    /** Whose the bucket is. */
    Owner: optional(element(identity)),
    PartNumberMarker: element(integer()),
    /** Who began the upload. */
    Initiator: optional(element(identity)),
    /** The parts; `Size` in bytes, `ETag` quoted. */
    Part: element(
      list(
        record({ PartNumber: integer(), LastModified: timestamp('iso-ms'), ETag: text(), Size: integer() }),
      ),
    ),
    /** Of the object to be. */
    StorageClass: element(oneOf(STORAGE_CLASSES)),
    MaxParts: element(integer()),
    /** Whether more parts follow; then NextPartNumberMarker says where. */
    IsTruncated: element(boolean()),
    /** The marker of the next page. */
    NextPartNumberMarker: optional(element(integer())),
  },
  faults: ['NoSuchBucket', 'NoSuchUpload', 'AccessDenied', 'InvalidArgument'],
})

/**
 * List a bucket's unfinished uploads by key, then by their start, a page at a time. COS: List Multipart Uploads.
 * Errors: `NoSuchBucket`, `InvalidArgument`, `InvalidDelimiter`.
 * @see https://cloud.tencent.com/document/product/436/7736
 */
export const listMultipartUploads = operation({
  name: 'ListMultipartUploads',
  action: 'ListMultipartUploads',
  method: 'GET',
  resource: 'bucket',
  query: ['uploads'],
  status: 200,
  summary: "List a bucket's unfinished uploads.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** Only keys that begin so. */
    Prefix: optional(query('prefix', text())),
    /** One character: keys that share what stands before it, after the prefix, are one entry of CommonPrefixes. */
    Delimiter: optional(query('delimiter', text())),
    /** List uploads of later keys. */
    KeyMarker: optional(query('key-marker', text())),
    /** With KeyMarker: go on behind this upload of that key. */
    UploadIdMarker: optional(query('upload-id-marker', text())),
    /** Entries in one page, uploads and common prefixes together: at most 1,000, the default. */
    MaxUploads: optional(query('max-uploads', integer(0))),
    /** `url`: keys and prefixes are given percent-encoded. */
    EncodingType: optional(encodingType()),
  },
  outputRoot: 'ListMultipartUploadsResult',
  output: {
    Bucket: element(text()),
    EncodingType: optional(element(text())),
    KeyMarker: optional(element(encodableText())),
    UploadIdMarker: optional(element(text())),
    /** With NextUploadIdMarker: where the next page begins. */
    NextKeyMarker: optional(element(encodableText())),
    /** Empty where the next page begins behind a common prefix. */
    NextUploadIdMarker: optional(element(text())),
    MaxUploads: element(integer()),
    /** Whether more entries follow. */
    IsTruncated: element(boolean()),
    Prefix: optional(element(encodableText())),
    Delimiter: optional(element(text())),
    /** The uploads. */
    Upload: element(
      list(
        record({
          Key: encodableText(),
          UploadId: text(),
          StorageClass: oneOf(STORAGE_CLASSES),
          Initiator: maybe(identity),
          Owner: maybe(identity),
          Initiated: timestamp('iso-ms'),
        }),
      ),
    ),
    /** Keys folded at the delimiter; each prefix ends in it. */
    CommonPrefixes: element(commonPrefixes),
  },
  faults: ['NoSuchBucket', 'AccessDenied', 'InvalidArgument', 'InvalidDelimiter'],
})
