// The SDK for browsers: no module and no global of Node is used by anything that this imports.

export type { PolicyCondition } from '@coset/protocol'

import type { ObjectBody } from './object-body-browser.js'
import type * as operations from './operations.js'
import type { OperationName } from './operations.js'

export type { BodyInput } from './body.js'
export { CosClientBase } from './client.js'
export { BasicCosClient, CosClient } from './client-browser.js'
export type { CallOptions } from './context.js'
export { type ClientErrorKind, CosClientError, CosError, CosServiceError } from './errors.js'
export { ObjectBody } from './object-body-browser.js'
export type * from './operation-types.js'
export type { Loose, OperationInput, OperationName, ReplyHead } from './operations.js'
export type { CosClientOptions } from './options.js'
export type { ListedObject, ListedVersion } from './pages.js'
export type { Platform } from './platform.js'
export { browserPlatform } from './platform-browser.js'
export type { PostObjectForm, PostObjectFormInput } from './post-form.js'
export type { PresignedUrlInput } from './presign.js'
export type { SelectRow } from './select/rows.js'
export type {
  SelectBodyBase as SelectBody,
  SelectEvent,
  SelectStats,
} from './select/select-body.js'
export type { OnProgress, ProgressCallback, TransferProgress } from './transfer/progress.js'
export type {
  BrowserUploadFileInput as UploadFileInput,
  BrowserUploadFileOptions as UploadFileOptions,
} from './transfer/upload-file-browser.js'
export type { UploadInput, UploadOptions, UploadOutput } from './transfer/upload-input.js'
export { VERSION } from './version.js'

/** A method for each operation; all reject with a CosServiceError or a CosClientError. */
export type CosOperations = operations.CosOperations<ObjectBody>
/** What a method resolves to, such as `OperationOutput<'getObject'>`. */
export type OperationOutput<N extends OperationName> = operations.OperationOutput<N, ObjectBody>
export type GetObjectOutput = OperationOutput<'getObject'>
export type SelectObjectContentOutput = OperationOutput<'selectObjectContent'>
