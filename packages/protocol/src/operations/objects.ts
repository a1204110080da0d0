// Many objects: lists, and deletion by the thousand.
import { LIMITS, STORAGE_CLASSES } from '@coset/model'
import { bucket, document, element, header, operation, optional, query, vendor } from '../operation.js'
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
 * List a bucket's objects in order of their keys' UTF-8 bytes, a page at a time. COS: GET Bucket (List Objects).
 * Errors: `NoSuchBucket`, `InvalidArgument`, `InvalidDelimiter`.
 * @see https://cloud.tencent.com/document/product/436/7734
 */
export const listObjects = operation({
  name: 'ListObjects',
  action: 'GetBucket',
  method: 'GET',
  resource: 'bucket',
  status: 200,
  summary: "List a bucket's objects.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** Only keys that begin so. */
    Prefix: optional(query('prefix', text())),
    /** One character: keys that share what stands before it, after the prefix, are one entry of CommonPrefixes. */
    Delimiter: optional(query('delimiter', text())),
    /** List what comes after this key. */
    Marker: optional(query('marker', text())),
    /** Entries in one page, objects and common prefixes together: at most 1,000, the default. */
    MaxKeys: optional(query('max-keys', integer(0))),
    /** `url`: keys and prefixes are given percent-encoded. */
    EncodingType: optional(encodingType()),
  },
  outputRoot: 'ListBucketResult',
  output: {
    /** The bucket. */
    Name: element(text()),
    EncodingType: optional(element(text())),
    Prefix: optional(element(encodableText())),
    Marker: optional(element(encodableText())),
    MaxKeys: element(integer()),
    Delimiter: optional(element(text())),
    /** Whether more entries follow; then NextMarker says where. */
    IsTruncated: element(boolean()),
    /** The marker of the next page. */
    NextMarker: optional(element(encodableText())),
    /** Keys folded at the delimiter; each prefix ends in it. */
    CommonPrefixes: element(commonPrefixes),
    /** The objects; `Size` in bytes, `ETag` quoted. */
    Contents: element(
      list(
        record({
          Key: encodableText(),
          LastModified: timestamp('iso-ms'),
          ETag: text(),
          Size: integer(),
          Owner: maybe(identity),
          StorageClass: oneOf(STORAGE_CLASSES),
          StorageTier: maybe(text()),
          /** Of an archived object: `ONGOING` while it is being restored, `DONE` while it can be read. */
          RestoreStatus: maybe(text()),
        }),
      ),
    ),
    /** The bucket's region. */
    BucketRegion: optional(header(vendor('bucket-region'), text())),
  },
  faults: ['NoSuchBucket', 'AccessDenied', 'InvalidArgument', 'InvalidDelimiter'],
})

/**
 * List a bucket's objects with all their versions and delete markers: keys in order, newest version first.
 * COS: GET Bucket Object versions. Errors: `NoSuchBucket`, `InvalidArgument`, `InvalidDelimiter`.
 * @see https://cloud.tencent.com/document/product/436/35521
 */
export const listObjectVersions = operation({
  name: 'ListObjectVersions',
  action: 'GetBucketObjectVersions',
  method: 'GET',
  resource: 'bucket',
  query: ['versions'],
  status: 200,
  summary: "List a bucket's objects with all their versions.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** Only keys that begin so. */
    Prefix: optional(query('prefix', text())),
    /** One character; see listObjects. */
    Delimiter: optional(query('delimiter', text())),
    /** List what comes after all versions of this key, or after the version `VersionIdMarker` of it. */
    KeyMarker: optional(query('key-marker', text())),
    /** With `KeyMarker`: the version after which the list begins. */
    VersionIdMarker: optional(query('version-id-marker', text())),
    /** Entries in one page: at most 1,000, the default. */
    MaxKeys: optional(query('max-keys', integer(0))),
    /** `url`: keys and prefixes are given percent-encoded. */
    EncodingType: optional(encodingType()),
  },
  outputRoot: 'ListVersionsResult',
  output: {
    EncodingType: optional(element(text())),
    /** The bucket. */
    Name: element(text()),
    Prefix: optional(element(encodableText())),
    KeyMarker: optional(element(encodableText())),
    VersionIdMarker: optional(element(encodableText())),
    MaxKeys: element(integer()),
    /** Whether more entries follow; then the two Next markers say where. */
    IsTruncated: element(boolean()),
    /** With NextVersionIdMarker: where the next page begins. */
    NextKeyMarker: optional(element(encodableText())),
    /** Absent where the next page begins behind a common prefix. */
    NextVersionIdMarker: optional(element(encodableText())),
    Delimiter: optional(element(text())),
    /** Keys folded at the delimiter; each prefix ends in it. */
    CommonPrefixes: element(commonPrefixes),
    /** Versions that hold data; exactly one version or marker of each key is the latest. */
    Version: element(
      list(
        record({
          Key: encodableText(),
          VersionId: maybe(text()),
          IsLatest: boolean(),
          LastModified: timestamp('iso-ms'),
          ETag: text(),
          Size: integer(),
          StorageClass: oneOf(STORAGE_CLASSES),
          StorageTier: maybe(text()),
          /** As for listObjects. */
          RestoreStatus: maybe(text()),
          Owner: maybe(identity),
        }),
      ),
    ),
    /** Delete markers. */
    DeleteMarker: element(
      list(
        record({
          Key: encodableText(),
          VersionId: maybe(text()),
          IsLatest: boolean(),
          LastModified: timestamp('iso-ms'),
          Owner: maybe(identity),
        }),
      ),
    ),
    /** The bucket's region. */
    BucketRegion: optional(header(vendor('bucket-region'), text())),
  },
  faults: ['NoSuchBucket', 'AccessDenied', 'InvalidArgument', 'InvalidDelimiter'],
})

/**
 * Delete up to 1,000 objects or versions in one request. What could not be deleted is told in `Error`; the call
 * itself succeeds. COS: DELETE Multiple Objects. Errors: `NoSuchBucket`, `MalformedXML`, `BadDigest`.
 * @see https://cloud.tencent.com/document/product/436/8289
 */
export const deleteObjects = operation({
  name: 'DeleteMultipleObjects',
  action: 'DeleteMultipleObjects',
  method: 'POST',
  resource: 'bucket',
  query: ['delete'],
  status: 200,
  summary: 'Delete up to 1,000 objects or versions.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** What to delete. `Quiet`: tell only what failed. */
    Delete: document(
      record({
        /** Tell only what failed. */
        Quiet: maybe(boolean()),
        Object: list(record({ Key: text(), VersionId: maybe(text()) }), { max: LIMITS.deleteObjectsMax }),
      }),
    ),
  },
  inputRoot: 'Delete',
  digestRequired: true,
  outputRoot: 'DeleteResult',
  output: {
    /** What was deleted; keys that did not exist count. */
    Deleted: element(
      list(
        record({
          Key: text(),
          DeleteMarker: maybe(boolean()),
          DeleteMarkerVersionId: maybe(text()),
          VersionId: maybe(text()),
        }),
      ),
    ),
    /** What was not, and why. */
    Error: element(list(record({ Key: text(), VersionId: maybe(text()), Code: text(), Message: text() }))),
  },
  faults: ['NoSuchBucket', 'AccessDenied', 'MalformedXML', 'BadDigest', 'InvalidDigest', 'InvalidRequest'],
})
