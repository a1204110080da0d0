// One object: put, get, head, delete.
import { STORAGE_CLASSES } from '@coset/model'
import {
  bucket,
  clientSide,
  header,
  join,
  key,
  operation,
  optional,
  query,
  stream,
  vendor,
} from '../operation.js'
import { boolean, integer, oneOf, text, unsigned } from '../shape/shape.js'
import {
  accessHeaders,
  attributes,
  conditions,
  overrides,
  rangeAttributes,
  storedHeaders,
  trafficLimit,
  writeHeaders,
} from './object-members.js'

/**
 * Store one object under a key, whole: readers see the old object or the new one, never a part. COS: PUT Object.
 * At most 5 GiB. Errors: `NoSuchBucket`, `BadDigest`, `InvalidDigest`, `InvalidSHA1Digest`, `EntityTooLarge`,
 * `KeyTooLong`, `FileAlreadyExists`, `NotSupportedStorageClass`, `MetadataTooLarge`.
 * @see https://cloud.tencent.com/document/product/436/7749
 */
export const putObject = operation({
  name: 'PutObject',
  action: 'PutObject',
  method: 'PUT',
  resource: 'object',
  status: 200,
  summary: 'Store one object under a key.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** 1 to 850 bytes of UTF-8. A key that ends in `/` is a directory object. */
      Key: key(),
      /** The content. */
      Body: stream(),
      /** Bytes of the body, when it cannot tell itself. */
      ContentLength: optional(header('content-length', integer())),
      /** Base64 of the content's MD5; a mismatch is `BadDigest` and stores nothing. */
      ContentMD5: optional(header('content-md5', text())),
      /** Hex SHA-1 of the content; a mismatch is `InvalidSHA1Digest` and stores nothing. */
      ContentSha1: optional(header(vendor('content-sha1'), text())),
      /** Compute and send `ContentMD5`; needs a body that can be read twice. Default false. */
      EnableMD5: optional(clientSide(boolean())),
      /** Rate of this one transfer: 819,200 to 838,860,800 bits a second. */
      TrafficLimit: trafficLimit(),
    },
    writeHeaders,
    storedHeaders,
    accessHeaders,
  ),
  output: {
    /** Quoted MD5 of the content. */
    ETag: header('etag', text()),
    /** CRC-64 of the content. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
    /** The new version, while versioning is enabled. */
    VersionId: optional(header(vendor('version-id'), text())),
    /** The class it was stored in. */
    StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES))),
  },
  faults: [
    'NoSuchBucket',
    'AccessDenied',
    'BadDigest',
    'InvalidDigest',
    'InvalidSHA1Digest',
    'EntityTooLarge',
    'IncompleteBody',
    'MissingContentLength',
    'KeyTooLong',
    'InvalidObjectName',
    'InvalidTag',
    'FileAlreadyExists',
    'NotSupportedStorageClass',
    'MetadataTooLarge',
  ],
})

/**
 * Fetch an object, or a range of it. COS: GET Object.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `InvalidRange` (416), `PreconditionFailed` (412),
 * `NotModified` (304), `InvalidObjectState` for archived objects.
 * @see https://cloud.tencent.com/document/product/436/7753
 */
export const getObject = operation({
  name: 'GetObject',
  action: 'GetObject',
  method: 'GET',
  resource: 'object',
  status: 200,
  statusWhen: { member: 'ContentRange', status: 206 },
  summary: 'Fetch an object, or a range of it.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The object's key. */
      Key: key(),
      /** A version; `null` names the null version. Default: the current one. */
      VersionId: optional(query('versionId', text())),
      /** `bytes=first-last`, `bytes=first-` or `bytes=-suffix`, from 0. Several ranges are answered with the whole. */
      Range: optional(header('range', text())),
      /** Rate of this one transfer: 819,200 to 838,860,800 bits a second. */
      TrafficLimit: trafficLimit(),
    },
    conditions,
    overrides,
  ),
  output: join(attributes, rangeAttributes, {
    /** The content. */
    Body: stream(),
  }),
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'AccessDenied',
    'InvalidRange',
    'PreconditionFailed',
    'NotModified',
    'InvalidObjectState',
    'MethodNotAllowed',
  ],
})

/**
 * Tell an object's attributes, without its content. COS: HEAD Object.
 * Errors carry no document: 404 is `NoSuchKey`, 412 `PreconditionFailed`, 304 `NotModified`, 403 `AccessDenied`.
 * @see https://cloud.tencent.com/document/product/436/7745
 */
export const headObject = operation({
  name: 'HeadObject',
  action: 'HeadObject',
  method: 'HEAD',
  resource: 'object',
  status: 200,
  statusWhen: { member: 'ContentRange', status: 206 },
  summary: "Tell an object's attributes, without its content.",
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The object's key. */
      Key: key(),
      /** A version; `null` names the null version. Default: the current one. */
      VersionId: optional(query('versionId', text())),
      /** As for getObject; the reply then tells the range's length. */
      Range: optional(header('range', text())),
    },
    conditions,
    overrides,
  ),
  output: join(attributes, rangeAttributes),
  faults: ['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket', 'AccessDenied', 'PreconditionFailed', 'NotModified'],
})

/**
 * Delete an object; a key that does not exist is no error. While versioning is enabled, a delete marker is put in
 * its place; with `VersionId` that version is removed for good. COS: DELETE Object.
 * Errors: `NoSuchBucket`, `InvalidArgument` for a malformed version id.
 * @see https://cloud.tencent.com/document/product/436/7743
 */
export const deleteObject = operation({
  name: 'DeleteObject',
  action: 'DeleteObject',
  method: 'DELETE',
  resource: 'object',
  status: 204,
  summary: 'Delete an object, or one version of it.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** The version to remove for good; `null` names the null version. */
    VersionId: optional(query('versionId', text())),
  },
  output: {
    /** The delete marker made, or the version removed. */
    VersionId: optional(header(vendor('version-id'), text())),
    /** True when a marker was made or removed. */
    DeleteMarker: optional(header(vendor('delete-marker'), boolean())),
  },
  faults: ['NoSuchBucket', 'AccessDenied', 'InvalidArgument'],
})
