// The document's chapter on simple operations.
import type { Name, Section } from './page.js'

export const STORED: readonly Name[] = [
  'StorageClass',
  'Expires',
  'CacheControl',
  'ContentType',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'Metadata',
]
export const ACCESS: readonly Name[] = ['ACL', 'GrantFullControl', 'GrantRead']

const attributes: readonly Name[] = [
  'ETag',
  ['Last-Modified', 'LastModified'],
  ['Cache-Control', 'CacheControl'],
  ['Content-Type', 'ContentType'],
  ['Content-Disposition', 'ContentDisposition'],
  ['Content-Encoding', 'ContentEncoding'],
  ['Content-Language', 'ContentLanguage'],
  ['Content-Length', 'ContentLength'],
  'Expires',
  ['x-cos-meta-*', 'Metadata'],
  ['x-cos-version-id', 'VersionId'],
  ['x-cos-request-id', 'requestId'],
]
const listed: readonly Name[] = [
  ['Contents', 'Contents'],
  ['Contents.ETag', 'Contents[].ETag'],
  ['Contents.StorageClass', 'Contents[].StorageClass'],
  ['Contents.Key', 'Contents[].Key'],
  ['Contents.Owner', 'Contents[].Owner'],
  ['Contents.LastModified', 'Contents[].LastModified'],
  ['Contents.Size', 'Contents[].Size'],
]
const versions: readonly Name[] = [
  'Version',
  ['Version.ETag', 'Version[].ETag'],
  ['Version.StorageClass', 'Version[].StorageClass'],
  ['Version.Key', 'Version[].Key'],
  ['Version.VersionId', 'Version[].VersionId'],
  ['Version.IsLatest', 'Version[].IsLatest'],
  ['Version.Owner', 'Version[].Owner'],
  ['Version.LastModified', 'Version[].LastModified'],
  ['Version.Size', 'Version[].Size'],
  'DeleteMarker',
  ['DeleteMarker.Key', 'DeleteMarker[].Key'],
  ['DeleteMarker.VersionId', 'DeleteMarker[].VersionId'],
  ['DeleteMarker.IsLatest', 'DeleteMarker[].IsLatest'],
  ['DeleteMarker.Owner', 'DeleteMarker[].Owner'],
  ['DeleteMarker.LastModified', 'DeleteMarker[].LastModified'],
]
const LISTING: readonly Name[] = ['MaxKeys', 'Prefix', 'Delimiter', 'Name', 'IsTruncated', 'EncodingType']
export const FOLDED: readonly Name[] = [
  'CommonPrefixes',
  ['CommonPrefixes.Prefix', 'CommonPrefixes[].Prefix'],
]

const LISTS: readonly Section[] = [
  {
    title: 'Querying an object list',
    api: 'GET Bucket (List Object)',
    python: 'list_objects',
    method: 'listObjects',
    takes: ['Bucket', 'Prefix', 'Delimiter', 'Marker', 'MaxKeys', 'EncodingType'],
    tells: [...LISTING, 'Marker', 'NextMarker', ...listed, ...FOLDED],
  },
  {
    title: 'Querying a list of objects and their historical versions',
    api: 'GET Bucket Object Versions',
    python: 'list_objects_versions',
    method: 'listObjectVersions',
    takes: ['Bucket', 'Prefix', 'Delimiter', 'KeyMarker', 'VersionIdMarker', 'MaxKeys', 'EncodingType'],
    tells: [
      ...LISTING,
      'KeyMarker',
      'VersionIdMarker',
      'NextKeyMarker',
      'NextVersionIdMarker',
      ...versions,
      ...FOLDED,
    ],
  },
]

const WHOLE: readonly Section[] = [
  {
    title: 'Uploading an object using simple upload',
    api: 'PUT Object',
    python: 'put_object',
    method: 'putObject',
    takes: [
      'Bucket',
      'Body',
      'Key',
      'EnableMD5',
      ...ACCESS,
      ...STORED,
      'ContentLength',
      'ContentMD5',
      'TrafficLimit',
    ],
    tells: ['ETag', ['x-cos-version-id', 'VersionId']],
  },
  {
    title: 'Querying object metadata',
    api: 'HEAD Object',
    python: 'head_object',
    method: 'headObject',
    takes: ['Bucket', 'Key', 'VersionId', 'IfModifiedSince'],
    tells: attributes,
  },
  {
    title: 'Downloading an object',
    api: 'GET Object',
    python: 'get_object',
    method: 'getObject',
    takes: [
      'Bucket',
      'Key',
      'Range',
      'IfMatch',
      'IfModifiedSince',
      'IfNoneMatch',
      'IfUnmodifiedSince',
      'ResponseCacheControl',
      'ResponseContentDisposition',
      'ResponseContentEncoding',
      'ResponseContentLanguage',
      'ResponseContentType',
      'ResponseExpires',
      'VersionId',
      'TrafficLimit',
    ],
    tells: [
      'Body',
      ['Body.get_raw_stream', 'Body'],
      ['Body.get_stream_to_file', 'Body'],
      ...attributes,
      ['Accept-Ranges', 'AcceptRanges'],
      ['Content-Range', 'ContentRange'],
    ],
  },
  {
    title: 'Copying an object',
    api: 'PUT Object - Copy',
    python: 'copy_object',
    method: 'copyObject',
    takes: [
      'Bucket',
      'Key',
      'CopySource',
      ['CopySource.Bucket', 'CopySource'],
      ['CopySource.Key', 'CopySource'],
      ['CopySource.Region', 'CopySource'],
      ['CopySource.VersionId', 'CopySource'],
      'CopyStatus',
      ...ACCESS,
      ...STORED,
    ],
    tells: ['ETag', 'LastModified', 'VersionId', ['x-cos-copy-source-version-id', 'CopySourceVersionId']],
  },
]

const REST: readonly Section[] = [
  {
    title: 'Deleting a single object',
    api: 'DELETE Object',
    python: 'delete_object',
    method: 'deleteObject',
    takes: ['Bucket', 'Key', 'VersionId'],
    tells: [
      ['x-cos-version-id', 'VersionId'],
      ['x-cos-delete-marker', 'DeleteMarker'],
    ],
  },
  {
    title: 'Deleting multiple objects',
    api: 'DELETE Multiple Objects',
    python: 'delete_objects',
    method: 'deleteObjects',
    takes: [
      'Bucket',
      'Delete',
      ['Objects', 'Delete.Object'],
      ['Key', 'Delete.Object[].Key'],
      ['VersionId', 'Delete.Object[].VersionId'],
      ['Quiet', 'Delete.Quiet'],
    ],
    tells: [
      'Deleted',
      ['Deleted.Key', 'Deleted[].Key'],
      ['Deleted.VersionId', 'Deleted[].VersionId'],
      ['Deleted.DeleteMarker', 'Deleted[].DeleteMarker'],
      ['Deleted.DeleteMarkerVersionId', 'Deleted[].DeleteMarkerVersionId'],
      'Error',
      ['Error.Key', 'Error[].Key'],
      ['Error.VersionId', 'Error[].VersionId'],
      ['Error.Code', 'Error[].Code'],
      ['Error.Message', 'Error[].Message'],
    ],
  },
  {
    title: 'Restoring an archived object',
    api: 'POST Object restore',
    python: 'restore_object',
    method: 'restoreObject',
    takes: [
      'Bucket',
      'Key',
      'RestoreRequest',
      ['Days', 'RestoreRequest.Days'],
      ['CASJobParameters', 'RestoreRequest.CASJobParameters'],
      ['Tier', 'RestoreRequest.CASJobParameters.Tier'],
    ],
    tells: [],
  },
  {
    title: 'Extracting object content',
    api: 'SELECT Object content',
    python: 'select_object_content',
    method: 'selectObjectContent',
    takes: [
      'Bucket',
      'Key',
      'Expression',
      'ExpressionType',
      'InputSerialization',
      'OutputSerialization',
      'RequestProgress',
    ],
    tells: ['Body'],
  },
]

export const SIMPLE: readonly Section[] = [...LISTS, ...WHOLE, ...REST]
