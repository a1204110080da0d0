// Copies: of whole objects, and of ranges that become parts.
import { LIMITS, STORAGE_CLASSES } from '@coset/model'
import {
  bucket,
  echoed,
  element,
  header,
  join,
  key,
  operation,
  optional,
  query,
  vendor,
} from '../operation.js'
import { copySource, integer, oneOf, oneOfAnyCase, text, timestamp, unsigned } from '../shape/shape.js'
import { accessHeaders, storedHeaders, writeHeaders } from './object-members.js'

/**
 * COS's own two words, in any case, as clients differ in that. S3's `REPLACE` is refused: COS does not document it, and
 * what works here is to work there; taken for `Copy` it would lose what was to be stored.
 */
const directive = () => oneOfAnyCase(['Copy', 'Replaced'])

const sourceMembers = {
  /**
   * The object to copy: `{ Bucket, Key, Region, VersionId }`, where `Region` is by default the client's own, or the
   * header's text, `<bucket>.cos.<region>.myqcloud.com/<URL-encoded key>`.
   */
  CopySource: header(vendor('copy-source'), copySource()),
  /** Copy only if the source's ETag is this one; else `PreconditionFailed`. */
  CopySourceIfMatch: optional(header(vendor('copy-source-if-match'), text())),
  /** Copy only if the source's ETag is another; else `PreconditionFailed`. */
  CopySourceIfNoneMatch: optional(header(vendor('copy-source-if-none-match'), text())),
  /** Copy only if the source was modified after this time; else `PreconditionFailed`. */
  CopySourceIfModifiedSince: optional(
    header(vendor('copy-source-if-modified-since'), timestamp('http', { lenient: true })),
  ),
  /** Copy only if the source was not modified after this time; else `PreconditionFailed`. */
  CopySourceIfUnmodifiedSince: optional(
    header(vendor('copy-source-if-unmodified-since'), timestamp('http', { lenient: true })),
  ),
}

/**
 * Copy an object of at most 5 GiB; larger ones are copied in parts. Its storage class and access control list are those
 * given here, not those of the source. Onto itself with `Replaced` it changes headers or class; with an old `VersionId` as
 * the source it brings that version back. COS: PUT Object - Copy.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `PreconditionFailed`, `InvalidObjectState` for archived sources, `InvalidCopySource`,
 * `InvalidRequest` for a copy onto itself that replaces nothing, `FileAlreadyExists`.
 * @see https://cloud.tencent.com/document/product/436/10881
 */
export const copyObject = operation({
  name: 'CopyObject',
  action: 'PutObject',
  method: 'PUT',
  resource: 'object',
  selectedBy: vendor('copy-source'),
  slow: true,
  status: 200,
  summary: 'Copy an object.',
  input: join(
    {
      /** `BucketName-APPID` to copy to. */
      Bucket: bucket(),
      /** The key to copy to. */
      Key: key(),
      /** `Copy` (the default): headers and metadata are the source's. `Replaced`: those given here. */
      CopyStatus: optional(header(vendor('metadata-directive'), directive())),
      /** `Copy` (the default): the tags are the source's. `Replaced`: those of `Tagging`. */
      TaggingDirective: optional(header(vendor('tagging-directive'), directive())),
    },
    join(sourceMembers, writeHeaders),
    storedHeaders,
    accessHeaders,
  ),
  outputRoot: 'CopyObjectResult',
  output: {
    /** Quoted; the source's own. */
    ETag: element(text()),
    /** CRC-64 of the object. */
    CRC64: optional(element(unsigned())),
    /** When the copy was made, in whole seconds. */
    LastModified: element(timestamp('iso-seconds')),
    /** The new version, while versioning is enabled. */
    VersionId: optional(echoed(text(), vendor('version-id'))),
    /** The version copied, when the source named one. */
    CopySourceVersionId: optional(header(vendor('copy-source-version-id'), text())),
    /** CRC-64 of the object, as other replies tell it. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
    /** The class it is stored in. */
    StorageClass: optional(header(vendor('storage-class'), oneOf(STORAGE_CLASSES))),
  },
  faults: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'AccessDenied',
    'PreconditionFailed',
    'InvalidCopySource',
    'InvalidObjectState',
    'InvalidRequest',
    'FileAlreadyExists',
    'InvalidTag',
    'MetadataTooLarge',
    'NotSupportedStorageClass',
  ],
})

/**
 * Make a part of an upload from an object, or a range of it. COS: Upload Part - Copy.
 * Errors: `NoSuchUpload`, `NoSuchKey`, `NoSuchVersion`, `PreconditionFailed`, `InvalidRange` (416), `InvalidObjectState`,
 * `InvalidCopySource`, `InvalidArgument`.
 * @see https://cloud.tencent.com/document/product/436/8287
 */
export const uploadPartCopy = operation({
  name: 'UploadPartCopy',
  action: 'UploadPartCopy',
  method: 'PUT',
  resource: 'object',
  query: ['partNumber', 'uploadId'],
  selectedBy: vendor('copy-source'),
  slow: true,
  status: 200,
  summary: 'Make a part of an upload from an object.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The key given at the upload's start. */
      Key: key(),
      /** From CreateMultipartUpload. */
      UploadId: query('uploadId', text()),
      /** 1 to 10,000. */
      PartNumber: query('partNumber', integer(1, LIMITS.partsMax)),
      /** `bytes=first-last`, from 0, both ends given and within the source. Default: the whole source. */
      CopySourceRange: optional(header(vendor('copy-source-range'), text())),
    },
    sourceMembers,
  ),
  outputRoot: 'CopyPartResult',
  output: {
    /** Quoted MD5 of the part: CompleteMultipartUpload asks for it. */
    ETag: element(text()),
    /** When the part was made, in whole seconds. */
    LastModified: element(timestamp('iso-seconds')),
    /** The version copied, when the source named one. */
    CopySourceVersionId: optional(header(vendor('copy-source-version-id'), text())),
    /** CRC-64 of the part. */
    Crc64: optional(header(vendor('hash-crc64ecma'), unsigned())),
  },
  faults: [
    'NoSuchBucket',
    'NoSuchUpload',
    'NoSuchKey',
    'NoSuchVersion',
    'AccessDenied',
    'PreconditionFailed',
    'InvalidCopySource',
    'InvalidRange',
    'InvalidObjectState',
    'InvalidArgument',
  ],
})
