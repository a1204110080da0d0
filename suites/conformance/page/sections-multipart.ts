// The document's chapter on multipart uploads.
import type { Name, Section } from './page.js'
import { ACCESS, FOLDED, STORED } from './sections-simple.js'

const PERSONS: readonly Name[] = ['Initiator', 'Owner'].flatMap((name) => [
  name,
  `${name}.DisplayName`,
  `${name}.ID`,
])
const LISTED_UPLOAD: readonly Name[] = [
  'UploadId',
  'Key',
  'Initiated',
  'StorageClass',
  'Owner',
  'Initiator',
].map((name): Name => [`Upload.${name}`, `Upload[].${name}`])
const LISTED_PART: readonly Name[] = ['ETag', 'PartNumber', 'Size', 'LastModified'].map(
  (name): Name => [`Part.${name}`, `Part[].${name}`],
)

const PARTS: readonly Section[] = [
  {
    title: 'Uploading a part',
    api: 'Upload Part',
    python: 'upload_part',
    method: 'uploadPart',
    takes: [
      'Bucket',
      'Key',
      'Body',
      'PartNumber',
      'UploadId',
      'EnableMD5',
      'ContentLength',
      'ContentMD5',
      'TrafficLimit',
    ],
    tells: ['ETag'],
  },
  {
    title: 'Copying a part',
    api: 'Upload Part - Copy',
    python: 'upload_part_copy',
    method: 'uploadPartCopy',
    takes: [
      'Bucket',
      'Key',
      'PartNumber',
      'UploadId',
      'CopySource',
      ['CopySource.Bucket', 'CopySource'],
      ['CopySource.Key', 'CopySource'],
      ['CopySource.Region', 'CopySource'],
      ['CopySource.VersionId', 'CopySource'],
      'CopySourceRange',
      'CopySourceIfMatch',
      'CopySourceIfModifiedSince',
      'CopySourceIfNoneMatch',
      'CopySourceIfUnmodifiedSince',
    ],
    tells: ['ETag', 'LastModified', ['x-cos-copy-source-version-id', 'CopySourceVersionId']],
  },
  {
    title: 'Querying uploaded parts',
    api: 'List Parts',
    python: 'list_parts',
    method: 'listParts',
    takes: ['Bucket', 'Key', 'UploadId', 'MaxParts', 'PartNumberMarker', 'EncodingType'],
    tells: [
      'Bucket',
      'Key',
      'UploadId',
      'EncodingType',
      'MaxParts',
      'IsTruncated',
      'PartNumberMarker',
      'NextPartNumberMarker',
      'StorageClass',
      'Part',
      ...LISTED_PART,
      ...PERSONS,
    ],
  },
]

export const MULTIPART: readonly Section[] = [
  {
    title: 'Querying a multipart upload',
    api: 'List Multipart Uploads',
    python: 'list_multipart_uploads',
    method: 'listMultipartUploads',
    takes: ['Bucket', 'Prefix', 'Delimiter', 'KeyMarker', 'UploadIdMarker', 'MaxUploads', 'EncodingType'],
    tells: [
      'Bucket',
      'Prefix',
      'Delimiter',
      'KeyMarker',
      'UploadIdMarker',
      'NextKeyMarker',
      'NextUploadIdMarker',
      'MaxUploads',
      'IsTruncated',
      'EncodingType',
      'Upload',
      ...LISTED_UPLOAD,
      ...FOLDED,
    ],
  },
  {
    title: 'Initializing a multipart upload',
    api: 'Initiate Multipart Upload',
    python: 'create_multipart_upload',
    method: 'createMultipartUpload',
    takes: ['Bucket', 'Key', ...STORED, ...ACCESS],
    tells: ['UploadId', 'Bucket', 'Key'],
  },
  ...PARTS,
  {
    title: 'Completing a multipart upload',
    api: 'Complete Multipart Upload',
    python: 'complete_multipart_upload',
    method: 'completeMultipartUpload',
    takes: [
      'Bucket',
      'Key',
      'UploadId',
      'MultipartUpload',
      ['MultipartUpload.Part.ETag', 'MultipartUpload.Part[].ETag'],
      ['MultipartUpload.Part.PartNumber', 'MultipartUpload.Part[].PartNumber'],
    ],
    tells: ['ETag', 'Bucket', 'Location', 'Key'],
  },
  {
    title: 'Aborting a multipart upload',
    api: 'Abort Multipart Upload',
    python: 'abort_multipart_upload',
    method: 'abortMultipartUpload',
    takes: ['Bucket', 'Key', 'UploadId'],
    tells: [],
  },
]
