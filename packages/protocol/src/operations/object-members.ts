// Members that several operations on objects share.
import { STORAGE_CLASSES } from '@coset/model'
import { header, headerMap, headerOrQuery, join, optional, query, vendor } from '../operation.js'
import { boolean, integer, oneOf, text, timestamp, unsigned } from '../shape/shape.js'

/** Headers stored with an object and given back on every read. */
export const storedHeaders = {
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

export const accessHeaders = {
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

/** What is said of an object once, by whichever operation writes it. */
export const writeHeaders = {
  /** Default `STANDARD`. */
  StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES, 'NotSupportedStorageClass'))),
  /** At most 10 tags, as `key1=value1&key2=value2`, URL-encoded. */
  Tagging: optional(header(vendor('tagging'), text())),
  /** Refuse with `FileAlreadyExists` when the key exists; only in buckets that never had versioning. */
  ForbidOverwrite: optional(header(vendor('forbid-overwrite'), boolean())),
}

export const conditions = {
  /** Only if the ETag is one of these, or `*`; else `PreconditionFailed`. */
  IfMatch: optional(header('if-match', text())),
  /** Only if the ETag is none of these; else status 304, `NotModified`. */
  IfNoneMatch: optional(header('if-none-match', text())),
  /** Only if modified after this time; else status 304, `NotModified`. */
  IfModifiedSince: optional(header('if-modified-since', timestamp('http', { lenient: true }))),
  /** Only if not modified after this time; else `PreconditionFailed`. */
  IfUnmodifiedSince: optional(header('if-unmodified-since', timestamp('http', { lenient: true }))),
}

export const overrides = {
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

/** Rate of one transfer: 819,200 to 838,860,800 bits a second. */
export const trafficLimit = () => optional(headerOrQuery(vendor('traffic-limit'), integer()))

const ownAttributes = {
  /** Quoted; the MD5 of the content for objects uploaded whole. */
  ETag: header('etag', text()),
  /** When this version was written, in whole seconds. */
  LastModified: header('last-modified', timestamp('http')),
  /** Bytes of this reply's body. */
  ContentLength: optional(header('content-length', integer())),
  /** CRC-64 of the whole object. */
  Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
  /** Absent in buckets that never had versioning; `null` for the null version. */
  VersionId: optional(header(vendor('version-id'), text())),
  /** Absent for `STANDARD`. */
  StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES))),
  /** `FREQUENT` or `INFREQUENT`, for `INTELLIGENT_TIERING`. */
  StorageTier: optional(header(vendor('storage-tier'), text())),
  /**
   * Of an archived object that was restored: `ongoing-request="true"` while the copy is on its way, then
   * `ongoing-request="false", expiry-date="…"` for as long as it can be read.
   */
  Restore: optional(header(vendor('restore'), text())),
  /** While the copy is on its way: `tier="standard"; request-date="…"`. */
  RestoreStatus: optional(header(vendor('restore-status'), text())),
  /** `normal` or `appendable`. */
  ObjectType: optional(header(vendor('object-type'), text())),
  /** Of an appendable object: where the next append belongs. */
  NextAppendPosition: optional(header(vendor('next-append-position'), integer())),
  /** How many tags the object has; absent for none. */
  TaggingCount: optional(header(vendor('tagging-count'), integer())),
}

// Stored headers come first: Node refuses a content-disposition beyond ASCII once it has seen a content-length.
export const attributes = join(storedHeaders, ownAttributes)

export const rangeAttributes = {
  /** `bytes first-last/size`, when the reply is a range. */
  ContentRange: optional(header('content-range', text())),
  /** `bytes`. */
  AcceptRanges: optional(header('accept-ranges', text())),
}
