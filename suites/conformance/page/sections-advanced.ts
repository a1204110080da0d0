// The document's chapter on advanced APIs, and the programs it shows.
import type { Name, Section } from './page.js'
import { ACCESS, STORED } from './sections-simple.js'

const TRANSFER: readonly Name[] = ['PartSize', 'MAXThread', 'TrafficLimit']
const sample = (title: string, python: string): Section => ({
  title,
  api: undefined,
  python,
  method: undefined,
  takes: [],
  tells: [],
})

const FILES: readonly Section[] = [
  {
    title: 'Simple upload using a local path',
    api: undefined,
    python: 'put_object_from_local_file',
    method: 'putObjectFromLocalFile',
    takes: ['Bucket', 'LocalFilePath', 'Key'],
    tells: ['ETag'],
  },
  {
    title: 'Uploading an object (checkpoint restart)',
    api: undefined,
    python: 'upload_file',
    method: 'uploadFile',
    takes: [
      'Bucket',
      'Key',
      'LocalFilePath',
      ...TRANSFER,
      'progress_callback',
      'EnableMD5',
      ...ACCESS,
      ...STORED,
      'ContentLength',
      'ContentMD5',
    ],
    tells: ['ETag'],
  },
  {
    title: 'Downloading an object (checkpoint restart)',
    api: undefined,
    python: 'download_file',
    method: 'downloadFile',
    takes: [
      'Bucket',
      'Key',
      'DestFilePath',
      ...TRANSFER,
      'EnableCRC',
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
    ],
    tells: [],
  },
]

export const ADVANCED: readonly Section[] = [
  ...FILES,
  {
    title: 'Copying an object of any size',
    api: undefined,
    python: 'copy',
    method: 'copy',
    takes: ['Bucket', 'Key', 'CopySource', 'CopyStatus', 'PartSize', 'MAXThread'],
    tells: ['ETag'],
  },
  {
    title: 'Client-side encryption',
    api: undefined,
    python: 'CosEncryptionClient',
    method: 'CosEncryptionClient',
    takes: [
      ['AESProvider(aes_key)', 'AESProvider({ aes_key })'],
      ['AESProvider(aes_key_path)', 'AESProvider({ aes_key_path })'],
      ['RSAProvider(key_pair_info)', 'RSAProvider({ key_pair_info })'],
      ['put_object', 'putObject'],
      ['get_object', 'getObject'],
      ['create_multipart_upload', 'createMultipartUpload'],
      ['upload_part', 'uploadPart'],
      ['list_parts', 'listParts'],
      ['complete_multipart_upload', 'completeMultipartUpload'],
      ['upload_file', 'uploadFile'],
    ],
    tells: [],
  },
  sample('Sample: creating a directory', 'put_object of a directory'),
  sample('Sample: uploading to a specified directory', 'put_object into a directory'),
  sample('Sample: deleting a directory', 'delete_object of a directory'),
  sample('Sample: deleting objects with a specified prefix', 'delete_object by prefix'),
  sample('Sample: moving an object', 'copy_object and delete_object'),
  sample('Sample: batch upload (uploading a local folder)', 'upload of a folder'),
  sample('Sample: batch download (downloading a COS directory)', 'download of a folder'),
]
