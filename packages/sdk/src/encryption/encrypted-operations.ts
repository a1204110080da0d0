// The calls that an encrypting client types otherwise than a plain one, and what it refuses beside operations.
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import type { ObjectBodyBase } from '../object-body.js'
import type { OperationInput, OperationOutput } from '../operations.js'
import { type PresignedUrlInput, presignedUrl } from '../presign.js'
import type { CopyOptions } from '../transfer/copy.js'
import type { EncryptedReadOptions } from './encrypted-calls.js'
import type { EncryptionFacts } from './read-calls.js'
import type { EncryptedCreateInput, EncryptedCreateOutput, EncryptedPartOptions } from './upload-calls.js'
import type { EncryptedUploadOptions } from './upload-ciphers.js'

/** What `headObject` of an encrypting client resolves to. `ContentLength` is that of the content. */
export type EncryptedHeadOutput = OperationOutput<'headObject'> & {
  /** How the object is encrypted; undefined for a plain one. */
  readonly encryption: EncryptionFacts | undefined
}

/** Options of copies: of a source that something else copied before, too. */
export type EncryptedCopyOptions = CopyOptions & EncryptedReadOptions

export interface EncryptedOperations<B extends ObjectBodyBase> {
  /**
   * The content, decrypted however the body is read, or one range of it, of any form; `ContentLength`, `ContentRange` and
   * `Metadata` are the content's own. `ETag`, `Crc64` and `headers` are of what is stored. A range takes a HEAD before the GET.
   */
  readonly getObject: (
    input: OperationInput<'getObject'>,
    options?: EncryptedReadOptions,
  ) => Promise<OperationOutput<'getObject', B>>
  /** `ContentLength` and `Metadata` are the content's own; `ETag`, `Crc64` and `headers` are of what is stored. */
  readonly headObject: (
    input: OperationInput<'headObject'>,
    options?: EncryptedReadOptions,
  ) => Promise<EncryptedHeadOutput>
  /** Copies an object with its key. Headers and metadata are the source's, unless `CopyStatus` is `Replaced`. */
  readonly copyObject: (
    input: OperationInput<'copyObject'>,
    options?: EncryptedReadOptions,
  ) => Promise<OperationOutput<'copyObject'>>
  /** Begins an upload with a key of its own, which this client remembers until it is completed or aborted. */
  readonly createMultipartUpload: (
    input: EncryptedCreateInput,
    options?: CallOptions,
  ) => Promise<EncryptedCreateOutput>
  /**
   * Encrypts one part. Parts are cut at multiples of what the format encrypts at once (16 bytes of the format `python`,
   * a segment of sealed objects); only the last may be of any length. They may be sent side by side, and in any order where
   * the upload was begun with `PartSize`, or the option `offset` is given. A part that was sent can be sent again with
   * the same content only.
   */
  readonly uploadPart: (
    input: OperationInput<'uploadPart'>,
    options?: EncryptedPartOptions,
  ) => Promise<OperationOutput<'uploadPart'>>
  /** Joins the parts; where none of them was the last by its length, one more is sent that closes the object. */
  readonly completeMultipartUpload: (
    input: OperationInput<'completeMultipartUpload'>,
    options?: EncryptedUploadOptions,
  ) => Promise<OperationOutput<'completeMultipartUpload'>>
}

/** Whoever uses the URL does so without the key: what it reads is what is stored, and what it writes would be plain. */
export function presignedReadUrl(context: Context, input: PresignedUrlInput): string {
  const method = String(input.Method).toUpperCase()
  if (method !== 'PUT' && method !== 'POST') return presignedUrl(context, input)
  throw plainUpload(`A URL for ${method}`)
}

export function plainUpload(what: string): CosClientError {
  const message = `${what} would store plain content. Use a CosClient where that is meant.`
  return new CosClientError('validation', message)
}
