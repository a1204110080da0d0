// The TypeScript SDK for Tencent COS and coset.

export type { PolicyCondition } from '@coset/protocol'

import type { ObjectBody } from './object-body-node.js'
import type * as operations from './operations.js'
import type { OperationName } from './operations.js'
import type { SelectBody } from './select/select-body-node.js'

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
export type { SelectRow } from './select/rows.js'
export type { SelectEvent, SelectStats } from './select/select-body.js'
export type { SelectBody } from './select/select-body-node.js'
export type { CopyInput, CopyOptions, CopyOutput } from './transfer/copy.js'
export type { CopySourceClient } from './transfer/copy-origin.js'
export type {
  DeletedObject,
  DeletePrefixFailure,
  DeletePrefixInput,
  DeletePrefixOptions,
  DeletePrefixProgress,
  DeletePrefixResult,
} from './transfer/delete-prefix.js'
export type {
  DirectoryFileEvent,
  DirectoryOptions,
  DirectoryProgress,
  FileProgress,
} from './transfer/directory/directory-options.js'
export type {
  DownloadDirectoryInput,
  DownloadDirectoryOptions,
} from './transfer/directory/download-directory.js'
export type { PathFilter } from './transfer/directory/filter.js'
export type { Glob, PathTest } from './transfer/directory/globs.js'
export {
  DirectoryResult,
  type FailedFile,
  type PoolResult,
  type SkippedFile,
  type SkipReason,
  type TransferredFile,
} from './transfer/directory/result.js'
export type {
  FileHeaders,
  UploadDirectoryInput,
  UploadDirectoryOptions,
} from './transfer/directory/upload-directory.js'
export type {
  DownloadFileInput,
  DownloadFileOptions,
  DownloadFileOutput,
} from './transfer/download-input.js'
export type { MoveObjectOutput } from './transfer/move-object.js'
export type { OnProgress, ProgressCallback, TransferProgress } from './transfer/progress.js'
export type { UploadFileOptions } from './transfer/upload-file.js'
export type {
  CheckpointOptions,
  UploadFileInput,
  UploadInput,
  UploadOptions,
  UploadOutput,
} from './transfer/upload-input.js'
export { VERSION } from './version.js'

/** A method for each operation; all reject with a CosServiceError or a CosClientError. */
export type CosOperations = operations.CosOperations<ObjectBody, SelectBody>
/** What a method resolves to, such as `OperationOutput<'getObject'>`. */
export type OperationOutput<N extends OperationName> = operations.OperationOutput<N, ObjectBody, SelectBody>
export type GetObjectOutput = OperationOutput<'getObject'>
export type SelectObjectContentOutput = OperationOutput<'selectObjectContent'>
