// The TypeScript SDK for Tencent COS and coset.

export type { PolicyCondition } from '@coset/protocol'

import type { ObjectBody } from './object-body-node.js'
import type * as operations from './operations.js'
import type { OperationName } from './operations.js'

export type { BodyInput } from './body.js'
export { CosClientBase } from './client.js'
export { CosClient, type PutObjectFromLocalFileInput } from './client-node.js'
export type { CallOptions } from './context.js'
export { type ClientErrorKind, CosClientError, CosError, CosServiceError } from './errors.js'
export { ObjectBody } from './object-body-node.js'
export type * from './operation-types.js'
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
export type { OnProgress, ProgressCallback, TransferProgress } from './transfer/progress.js'
export type { UploadFileOptions } from './transfer/upload-file.js'
export type {
  CheckpointOptions,
  UploadFileInput,
  UploadOptions,
  UploadOutput,
} from './transfer/upload-input.js'
export { VERSION } from './version.js'

/** A method for each operation; all reject with a CosServiceError or a CosClientError. */
export type CosOperations = operations.CosOperations<ObjectBody>
/** What a method resolves to, such as `OperationOutput<'getObject'>`. */
export type OperationOutput<N extends OperationName> = operations.OperationOutput<N, ObjectBody>
export type GetObjectOutput = OperationOutput<'getObject'>
