// What becomes of each operation when content is encrypted. One that is not listed here does not compile.
import type { Output } from '@coset/protocol'
import type { Call } from '../execute.js'
import type { OperationName } from '../operations.js'
import { copyObject } from './copy-calls.js'
import { getObject, headObject } from './read-calls.js'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  type UploadCalls,
  uploadPart,
} from './upload-calls.js'
import { putObject } from './write-calls.js'

export type Handler = (calls: UploadCalls, call: Call) => Promise<Output>

/** `passes`: it carries no content, nor anything that content is read by. */
export type Decision = 'passes' | Handler | { readonly refused: string }

const PLAIN = 'Use a CosClient where that is meant.'

export const DECISIONS = {
  putObject,
  getObject,
  headObject,
  copyObject,
  createMultipartUpload,
  uploadPart,
  completeMultipartUpload,
  abortMultipartUpload,
  appendObject: { refused: `would store plain content: what is encrypted has an end. ${PLAIN}` },
  postObject: { refused: `would store plain content; putObject encrypts it. ${PLAIN}` },
  uploadPartCopy: {
    refused: `would mix content of several keys; copy() copies encrypted objects of any size. ${PLAIN}`,
  },
  selectObjectContent: {
    refused: `can not work: the server sees no content to select from. ${PLAIN}`,
  },
  deleteBucket: 'passes',
  deleteBucketCors: 'passes',
  deleteObject: 'passes',
  deleteObjectTagging: 'passes',
  deleteObjects: 'passes',
  getBucketAcl: 'passes',
  getBucketCors: 'passes',
  getBucketVersioning: 'passes',
  getObjectAcl: 'passes',
  getObjectTagging: 'passes',
  getSymlink: 'passes',
  headBucket: 'passes',
  listBuckets: 'passes',
  listMultipartUploads: 'passes',
  listObjectVersions: 'passes',
  listObjects: 'passes',
  // What is stored: sizes and ETags of parts are of that.
  listParts: 'passes',
  optionsObject: 'passes',
  putBucket: 'passes',
  putBucketAcl: 'passes',
  putBucketCors: 'passes',
  putBucketVersioning: 'passes',
  putObjectAcl: 'passes',
  putObjectTagging: 'passes',
  // A link has no content. What it leads to is bound to its own name: reading it takes `sealedAs`.
  putSymlink: 'passes',
  restoreObject: 'passes',
} satisfies Record<OperationName, Decision>
