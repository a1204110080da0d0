// Objects that grow.
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
import { boolean, integer, text, unsigned } from '../shape/shape.js'
import { accessHeaders, storedHeaders, trafficLimit, writeHeaders } from './object-members.js'

/**
 * Add bytes to the end of an appendable object; at position 0, create it with these attributes. At most 5 GiB in all.
 * COS: APPEND Object. Errors: `AppendPositionErr` when `Position` is not the object's length, `ObjectNotAppendable`,
 * `InvalidRequest` while the bucket's versioning is enabled, `BadDigest`, `EntityTooLarge`.
 * @see https://cloud.tencent.com/document/product/436/7741
 */
export const appendObject = operation({
  name: 'AppendObject',
  action: 'AppendObject',
  method: 'POST',
  resource: 'object',
  query: ['append'],
  status: 200,
  summary: 'Add bytes to the end of an appendable object.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The object's key. */
      Key: key(),
      /** The object's present length in bytes; 0 creates it. */
      Position: query('position', integer(0)),
      /** The bytes to add. */
      Body: stream(),
      /** Bytes of the body, when it cannot tell itself. */
      ContentLength: optional(header('content-length', integer())),
      /** Base64 of the MD5 of these bytes; a mismatch is `BadDigest` and adds nothing. */
      ContentMD5: optional(header('content-md5', text())),
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
    /** Quoted; of the object as it is now, and an MD5 of its content only after the first append. */
    ETag: header('etag', text()),
    /** The position of the next append: the object's length. */
    NextAppendPosition: header(vendor('next-append-position'), integer()),
    /** CRC-64 of the whole object. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
    /** Hex MD5 of the added bytes; COS's SDK for Go compares it in spite of its name. */
    ContentSha1: optional(header(vendor('content-sha1'), text())),
  },
  idempotent: false,
  faults: [
    'NoSuchBucket',
    'AccessDenied',
    'AppendPositionErr',
    'ObjectNotAppendable',
    'InvalidArgument',
    'InvalidRequest',
    'BadDigest',
    'InvalidDigest',
    'EntityTooLarge',
    'IncompleteBody',
    'MissingContentLength',
  ],
})
