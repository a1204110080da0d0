// An object from an HTML form.
import { STORAGE_CLASSES } from '@coset/model'
import {
  bucket,
  clientSide,
  field,
  fieldMap,
  header,
  operation,
  optional,
  status,
  stream,
  vendor,
} from '../operation.js'
import { boolean, integer, oneOf, text, unsigned } from '../shape/shape.js'

/**
 * Store one object from a multipart/form-data body, as browsers send forms. COS: POST Object. At most 5 GiB.
 * A form is signed by a policy among its fields, which this method makes; `getPostObjectForm` makes one for a browser.
 * Errors: `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest`, `InvalidPolicyDocument`, `AccessDenied`,
 * `EntityTooLarge`, `EntityTooSmall`, and those of putObject.
 * @see https://cloud.tencent.com/document/product/436/14690
 */
export const postObject = operation({
  name: 'PostObject',
  action: 'PostObject',
  method: 'POST',
  resource: 'bucket',
  status: 204,
  summary: 'Store one object from an HTML form.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key; `${filename}` in it stands for the file's name. */
    Key: field('key', text()),
    /** The content. */
    Body: stream(),
    /** The file's name, of which what follows the last `/` or `\` replaces `${filename}`. Default `file`. */
    FileName: optional(clientSide(text())),
    /** Bytes of the content, when the body cannot tell itself; else the form goes in chunks. */
    ContentLength: optional(clientSide(integer())),
    /** Base64 of the content's MD5; a mismatch is `BadDigest` and stores nothing. */
    ContentMD5: optional(field('Content-MD5', text())),
    /** Hex SHA-1 of the content; a mismatch is `InvalidSHA1Digest` and stores nothing. */
    ContentSha1: optional(field(vendor('content-sha1'), text())),
    /** Status of the reply: 200, 201 or 204. Default 204; anything else counts as that. */
    SuccessActionStatus: optional(field('success_action_status', text())),
    /** An http or https URL: the reply is a 303 to it, with `bucket`, `key` and `etag` in its query. */
    SuccessActionRedirect: optional(field('success_action_redirect', text())),
    /** Rate of this one transfer: 819,200 to 838,860,800 bits a second. */
    TrafficLimit: optional(field(vendor('traffic-limit'), integer(), 'head')),
    /** Default `STANDARD`. */
    StorageClass: optional(
      field(vendor('storage-class'), oneOf(STORAGE_CLASSES, 'NotSupportedStorageClass')),
    ),
    /** At most 10 tags, as `key1=value1&key2=value2`, URL-encoded. */
    Tagging: optional(field(vendor('tagging'), text())),
    /** Refuse with `FileAlreadyExists` when the key exists; only in buckets that never had versioning. */
    ForbidOverwrite: optional(field(vendor('forbid-overwrite'), boolean())),
    /** How caches may keep the object. */
    CacheControl: optional(field('Cache-Control', text())),
    /** How browsers present the object, such as `attachment; filename="a.txt"`. */
    ContentDisposition: optional(field('Content-Disposition', text())),
    /** How the content is encoded, such as `gzip`. */
    ContentEncoding: optional(field('Content-Encoding', text())),
    /** The language of the content, such as `zh-CN`. */
    ContentLanguage: optional(field('Content-Language', text())),
    /** MIME type; `application/octet-stream` when none was given. What a browser says of the file does not count. */
    ContentType: optional(field('Content-Type', text())),
    /** When caches drop the object, as the text that was stored. */
    Expires: optional(field('Expires', text())),
    /** The object's own metadata: names without their `x-cos-meta-`, in lower case. At most 4 KiB in all. */
    Metadata: optional(fieldMap(vendor('meta-'))),
    /** `default`, `private`, `public-read`, `authenticated-read`, `bucket-owner-read` or `bucket-owner-full-control`. */
    ACL: optional(field('acl', text(), 'vendor')),
    /** Who may read: `id="OwnerUin"`, several separated by commas. */
    GrantRead: optional(field(vendor('grant-read'), text())),
    /** Who may read the access control list: `id="OwnerUin"`. */
    GrantReadAcp: optional(field(vendor('grant-read-acp'), text())),
    /** Who may change the access control list: `id="OwnerUin"`. */
    GrantWriteAcp: optional(field(vendor('grant-write-acp'), text())),
    /** Who may do everything: `id="OwnerUin"`. */
    GrantFullControl: optional(field(vendor('grant-full-control'), text())),
  },
  output: {
    /** The status that was asked for, or 303 for a redirect. */
    Status: status(),
    /** URL of the object, or where the redirect leads. */
    Location: header('location', text()),
    /** Quoted MD5 of the content. */
    ETag: header('etag', text()),
    /** CRC-64 of the content. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
    /** The new version, while versioning is enabled. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: [
    'NoSuchBucket',
    'AccessDenied',
    'SignatureDoesNotMatch',
    'InvalidPolicyDocument',
    'MalformedPOSTRequest',
    'IncorrectNumberOfFilesInPostRequest',
    'EntityTooLarge',
    'EntityTooSmall',
    'BadDigest',
    'InvalidDigest',
    'InvalidSHA1Digest',
    'IncompleteBody',
    'MissingContentLength',
    'KeyTooLong',
    'InvalidObjectName',
    'InvalidArgument',
    'InvalidTag',
    'FileAlreadyExists',
    'NotSupportedStorageClass',
    'MetadataTooLarge',
  ],
})
