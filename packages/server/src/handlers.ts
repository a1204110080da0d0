// Every operation has its handler, or this does not compile.
import type { Body, Call, ReadContent, Store } from '@coset/core'
import type { operations, Values } from '@coset/protocol'
import type { SelectEngine } from '@coset/select'
import type { ServerConfig } from './config.js'
import { deleteBucket, headBucket, putBucket } from './operations/bucket.js'
import { getBucketAcl, putBucketAcl } from './operations/bucket-acl.js'
import { deleteBucketCors, getBucketCors, putBucketCors } from './operations/bucket-cors.js'
import { getBucketVersioning, putBucketVersioning } from './operations/bucket-versioning.js'
import { deleteObject, getObject, headObject, putObject } from './operations/object.js'
import { getObjectAcl, putObjectAcl } from './operations/object-acl.js'
import { appendObject } from './operations/object-append.js'
import { copyObject, uploadPartCopy } from './operations/object-copy.js'
import { optionsObject } from './operations/object-cors.js'
import { postObject } from './operations/object-form.js'
import { restoreObject } from './operations/object-restore.js'
import { selectObjectContent } from './operations/object-select.js'
import { getSymlink, putSymlink } from './operations/object-symlink.js'
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/object-tagging.js'
import { deleteObjects, listObjects, listObjectVersions } from './operations/objects.js'
import { listBuckets } from './operations/service.js'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './operations/upload.js'
import { listMultipartUploads, listParts } from './operations/uploads.js'

export type Operations = typeof operations
export type OperationName = keyof Operations
export type ServerInput<N extends OperationName> = Values<Operations[N]['input'], Body>
export type ServerOutput<N extends OperationName> = Values<Operations[N]['output'], ReadContent>

export interface Context {
  readonly call: Call
  readonly store: Store
  readonly config: ServerConfig
  /** Undefined where SELECT is switched off. */
  readonly select: SelectEngine | undefined
  /** The Host header of the request. */
  readonly host: string
  /** Where the request's bucket or object is, as it was addressed. */
  readonly objectUrl: string
  /** The region that the host's name tells, if it does. */
  readonly region: string | undefined
}

export type Handler<N extends OperationName> = (
  context: Context,
  input: ServerInput<N>,
) => Promise<ServerOutput<N>>
export type Handlers = { readonly [N in OperationName]: Handler<N> }

export const handlers: Handlers = {
  abortMultipartUpload,
  appendObject,
  completeMultipartUpload,
  copyObject,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
  deleteBucket,
  deleteBucketCors,
  deleteObject,
  deleteObjects,
  getBucketAcl,
  getBucketCors,
  getBucketVersioning,
  getObject,
  getObjectAcl,
  deleteObjectTagging,
  getObjectTagging,
  getSymlink,
  headBucket,
  headObject,
  listBuckets,
  listObjects,
  listObjectVersions,
  optionsObject,
  postObject,
  putBucket,
  putBucketAcl,
  putBucketCors,
  putBucketVersioning,
  putObject,
  putObjectAcl,
  putObjectTagging,
  restoreObject,
  selectObjectContent,
  putSymlink,
}
