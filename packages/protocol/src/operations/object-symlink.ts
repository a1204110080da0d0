// Objects that stand for another object of their bucket.
import { bucket, header, join, key, operation, optional, query, vendor } from '../operation.js'
import { percentText, text } from '../shape/shape.js'
import { accessHeaders, storedHeaders, writeHeaders } from './object-members.js'

/**
 * Store a symbolic link: reading it gives the content and attributes of its target, another object of the same
 * bucket. The target need not exist yet. A link to a link can be made but not read. COS: PUT symlink.
 * Errors: `NoSuchBucket`, `KeyTooLong`, `InvalidObjectName`, `FileAlreadyExists`.
 */
export const putSymlink = operation({
  name: 'PutSymlink',
  action: 'PutSymlink',
  method: 'PUT',
  resource: 'object',
  query: ['symlink'],
  status: 200,
  summary: 'Store a symbolic link to another object of the bucket.',
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The link's own key. */
      Key: key(),
      /** Key of the object that the link stands for; it is sent percent-encoded. */
      SymlinkTarget: header(vendor('symlink-target'), percentText()),
    },
    writeHeaders,
    storedHeaders,
    accessHeaders,
  ),
  output: {
    /** Quoted MD5 of the link itself, which is empty. */
    ETag: header('etag', text()),
    /** The new version, while versioning is enabled. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: [
    'NoSuchBucket',
    'AccessDenied',
    'InvalidArgument',
    'KeyTooLong',
    'InvalidObjectName',
    'InvalidTag',
    'FileAlreadyExists',
    'NotSupportedStorageClass',
    'MetadataTooLarge',
  ],
})

/**
 * Tell what a symbolic link stands for. COS: GET symlink.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `InvalidRequest` for an object that is no link.
 */
export const getSymlink = operation({
  name: 'GetSymlink',
  action: 'GetSymlink',
  method: 'GET',
  resource: 'object',
  query: ['symlink'],
  status: 200,
  summary: 'Tell what a symbolic link stands for.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The link's own key. */
    Key: key(),
    /** A version of the link; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
  },
  output: {
    /** Key of the object that the link stands for. */
    SymlinkTarget: header(vendor('symlink-target'), percentText()),
    /** Quoted MD5 of the link itself, which is empty. */
    ETag: header('etag', text()),
    /** Absent in buckets that never had versioning. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'AccessDenied',
    'InvalidRequest',
    'MethodNotAllowed',
  ],
})
