// One object: put, get, head, delete.
import { STORAGE_CLASSES } from '@coset/model'
import {
  bucket,
  clientSide,
  header,
  headerMap,
  headerOrQuery,
  key,
  operation,
  optional,
  query,
  stream,
  vendor,
} from '../operation.js'
import { boolean, integer, oneOf, text, timestamp, unsigned } from '../shape/shape.js'

/** Headers stored with an object and given back on every read. */
const storedHeaders = {
  /** How caches may keep the object. */
  CacheControl: optional(header('cache-control', text())),
  /** How browsers present the object, such as `attachment; filename="a.txt"`. */
  ContentDisposition: optional(header('content-disposition', text())),
  /** How the content is encoded, such as `gzip`. */
  ContentEncoding: optional(header('content-encoding', text())),
  /** The language of the content, such as `zh-CN`. */
  ContentLanguage: optional(header('content-language', text())),
  /** MIME type; `application/octet-stream` when none was given. */
  ContentType: optional(header('content-type', text())),
  /** When caches drop the object, as the text that was stored. */
  Expires: optional(header('expires', text())),
  /** The object's own metadata: names without their `x-cos-meta-`, in lower case. At most 4 KiB in all. */
  Metadata: optional(headerMap(vendor('meta-'))),
}

const accessHeaders = {
  /** `default`, `private`, `public-read`, `authenticated-read`, `bucket-owner-read` or `bucket-owner-full-control`. */
  ACL: optional(header(vendor('acl'), text())),
  /** Who may read: `id="OwnerUin"`, several separated by commas. */
  GrantRead: optional(header(vendor('grant-read'), text())),
  /** Who may read the access control list: `id="OwnerUin"`. */
  GrantReadAcp: optional(header(vendor('grant-read-acp'), text())),
  /** Who may change the access control list: `id="OwnerUin"`. */
  GrantWriteAcp: optional(header(vendor('grant-write-acp'), text())),
  /** Who may do everything: `id="OwnerUin"`. */
  GrantFullControl: optional(header(vendor('grant-full-control'), text())),
}

const conditions = {
  /** Only if the ETag is one of these, or `*`; else `PreconditionFailed`. */
  IfMatch: optional(header('if-match', text())),
  /** Only if the ETag is none of these; else status 304, `NotModified`. */
  IfNoneMatch: optional(header('if-none-match', text())),
  /** Only if modified after this time; else status 304, `NotModified`. */
  IfModifiedSince: optional(header('if-modified-since', timestamp('http', { lenient: true }))),
  /** Only if not modified after this time; else `PreconditionFailed`. */
  IfUnmodifiedSince: optional(header('if-unmodified-since', timestamp('http', { lenient: true }))),
}

const overrides = {
  /** `Cache-Control` of this reply. */
  ResponseCacheControl: optional(query('response-cache-control', text())),
  /** `Content-Disposition` of this reply. */
  ResponseContentDisposition: optional(query('response-content-disposition', text())),
  /** `Content-Encoding` of this reply. */
  ResponseContentEncoding: optional(query('response-content-encoding', text())),
  /** `Content-Language` of this reply. */
  ResponseContentLanguage: optional(query('response-content-language', text())),
  /** `Content-Type` of this reply. */
  ResponseContentType: optional(query('response-content-type', text())),
  /** `Expires` of this reply. */
  ResponseExpires: optional(query('response-expires', text())),
}

/** Rate of this one transfer: 819,200 to 838,860,800 bits a second. */
const trafficLimit = () => optional(headerOrQuery(vendor('traffic-limit'), integer()))

const attributes = {
  /** Quoted; the MD5 of the content for objects uploaded whole. */
  ETag: header('etag', text()),
  /** When this version was written, in whole seconds. */
  LastModified: header('last-modified', timestamp('http')),
  /** Bytes of this reply's body. */
  ContentLength: optional(header('content-length', integer())),
  ...storedHeaders,
  /** CRC-64 of the whole object. */
  Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
  /** Absent in buckets that never had versioning; `null` for the null version. */
  VersionId: optional(header(vendor('version-id'), text())),
  /** Absent for `STANDARD`. */
  StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES))),
  /** `FREQUENT` or `INFREQUENT`, for `INTELLIGENT_TIERING`. */
  StorageTier: optional(header(vendor('storage-tier'), text())),
  /** `normal` or `appendable`. */
  ObjectType: optional(header(vendor('object-type'), text())),
  /** How many tags the object has; absent for none. */
  TaggingCount: optional(header(vendor('tagging-count'), integer())),
}

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
  input: {
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
    ...storedHeaders,
    ...accessHeaders,
    /** Default `STANDARD`. */
    StorageClass: optional(
      header(vendor('storage-class'), oneOf(STORAGE_CLASSES, 'NotSupportedStorageClass')),
    ),
    /** At most 10 tags, as `key1=value1&key2=value2`, URL-encoded. */
    Tagging: optional(header(vendor('tagging'), text())),
    /** Refuse with `FileAlreadyExists` when the key exists; only in buckets that never had versioning. */
    ForbidOverwrite: optional(header(vendor('forbid-overwrite'), boolean())),
    TrafficLimit: trafficLimit(),
  },
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
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
    /** `bytes=first-last`, `bytes=first-` or `bytes=-suffix`, from 0. Several ranges are answered with the whole. */
    Range: optional(header('range', text())),
    ...conditions,
    ...overrides,
    TrafficLimit: trafficLimit(),
  },
  output: {
    /** The content. */
    Body: stream(),
    ...attributes,
    /** `bytes first-last/size`, when the reply is a range. */
    ContentRange: optional(header('content-range', text())),
    /** `bytes`. */
    AcceptRanges: optional(header('accept-ranges', text())),
  },
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
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
    /** As for getObject; the reply then tells the range's length. */
    Range: optional(header('range', text())),
    ...conditions,
    ...overrides,
  },
  output: {
    ...attributes,
    /** `bytes first-last/size`, when a range was asked for. */
    ContentRange: optional(header('content-range', text())),
    /** `bytes`. */
    AcceptRanges: optional(header('accept-ranges', text())),
  },
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
