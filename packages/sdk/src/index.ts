// The TypeScript SDK for Tencent COS and coset.

export type { PolicyCondition } from '@coset/protocol'

import type { ObjectBody } from './object-body-node.js'
import type * as operations from './operations.js'
import type { OperationInput, OperationName } from './operations.js'

export type { BodyInput } from './body.js'
export { CosClientBase } from './client.js'
export { CosClient, type PutObjectFromLocalFileInput } from './client-node.js'
export type { CallOptions } from './context.js'
export { type ClientErrorKind, CosClientError, CosError, CosServiceError } from './errors.js'
export { ObjectBody } from './object-body-node.js'
export type {
  Loose,
  OperationInput,
  OperationName,
  ReplyHead,
} from './operations.js'
export type { CosClientOptions } from './options.js'
export type { ListedObject, ListedVersion } from './pages.js'
export { type NodePlatform as Platform, platform as nodePlatform } from './platform-node.js'
export type { PostObjectForm, PostObjectFormInput } from './post-form.js'
export type { PresignedUrlInput } from './presign.js'
export { VERSION } from './version.js'

/** A method for each operation; all reject with a CosServiceError or a CosClientError. */
export type CosOperations = operations.CosOperations<ObjectBody>
/** What a method resolves to, such as `OperationOutput<'getObject'>`. */
export type OperationOutput<N extends OperationName> = operations.OperationOutput<N, ObjectBody>
export type PutObjectInput = OperationInput<'putObject'>
export type PutObjectOutput = OperationOutput<'putObject'>
export type GetObjectInput = OperationInput<'getObject'>
export type GetObjectOutput = OperationOutput<'getObject'>
export type HeadObjectInput = OperationInput<'headObject'>
export type HeadObjectOutput = OperationOutput<'headObject'>
export type DeleteObjectInput = OperationInput<'deleteObject'>
export type DeleteObjectOutput = OperationOutput<'deleteObject'>
export type DeleteObjectsInput = OperationInput<'deleteObjects'>
export type DeleteObjectsOutput = OperationOutput<'deleteObjects'>
export type ListObjectsInput = OperationInput<'listObjects'>
export type ListObjectsOutput = OperationOutput<'listObjects'>
export type ListObjectVersionsInput = OperationInput<'listObjectVersions'>
export type ListObjectVersionsOutput = OperationOutput<'listObjectVersions'>
export type PostObjectInput = OperationInput<'postObject'>
export type PostObjectOutput = OperationOutput<'postObject'>
export type ListBucketsInput = OperationInput<'listBuckets'>
export type ListBucketsOutput = OperationOutput<'listBuckets'>
