// What every client has, wherever it runs: a method for each operation, and those that make common tasks short.
import type { Input } from '@coset/protocol'
import type { CallOptions, Context } from './context.js'
import { CosServiceError } from './errors.js'
import { execute } from './execute.js'
import type { ObjectBodyBase } from './object-body.js'
import { type OperationInput, OperationMethods } from './operations.js'
import {
  type ListedObject,
  type ListedVersion,
  type ListObjectsPage,
  type ListObjectVersionsPage,
  mergeVersions,
  objectPages,
  versionPages,
} from './pages.js'
import { type PostObjectForm, type PostObjectFormInput, postObjectForm } from './post-form.js'
import { type PresignedUrlInput, presignedUrl } from './presign.js'
import type { CopyInput, CopyOptions, CopyOutput } from './transfer/copy.js'
import type { DeletePrefixInput, DeletePrefixOptions, DeletePrefixResult } from './transfer/delete-prefix.js'
import type { MoveObjectOutput } from './transfer/move-object.js'
import { interruptible } from './transfer/pool.js'
import type { UploadInput, UploadOptions, UploadOutput } from './transfer/upload-input.js'

/** Longest that closing a client waits for what its transfers left behind. */
const CLOSE_MS_MAX = 5000

/** The client of every platform; `CosClient` adds what its own platform can do. `B`: its body of objects. */
export class CosClientBase<B extends ObjectBodyBase = ObjectBodyBase> extends OperationMethods<B> {
  readonly #context: Context

  constructor(context: Context) {
    super((name, input, callOptions) =>
      execute(context, { name, input: (input ?? {}) as Input, options: (callOptions ?? {}) as CallOptions }),
    )
    this.#context = context
  }

  /** Every object of a list, page after page. For its common prefixes use `paginateObjectPages`. */
  async *paginateObjects(
    input: OperationInput<'listObjects'>,
    options?: CallOptions,
  ): AsyncGenerator<ListedObject> {
    for await (const page of this.paginateObjectPages(input, options)) yield* page.Contents
  }

  /** Every page of listObjects. A page is asked for when the one before was used. */
  paginateObjectPages(
    input: OperationInput<'listObjects'>,
    options?: CallOptions,
  ): AsyncGenerator<ListObjectsPage> {
    return objectPages((page, pageOptions) => this.listObjects(page, pageOptions), input, options)
  }

  /** Every version and delete marker: by key, the newest first. `IsDeleteMarker` tells them apart. */
  async *paginateObjectVersions(
    input: OperationInput<'listObjectVersions'>,
    options?: CallOptions,
  ): AsyncGenerator<ListedVersion> {
    for await (const page of this.paginateObjectVersionPages(input, options)) {
      yield* mergeVersions(page, input.EncodingType)
    }
  }

  /** Every page of listObjectVersions. */
  paginateObjectVersionPages(
    input: OperationInput<'listObjectVersions'>,
    options?: CallOptions,
  ): AsyncGenerator<ListObjectVersionsPage> {
    return versionPages((page, pageOptions) => this.listObjectVersions(page, pageOptions), input, options)
  }

  /** Whether the object, or that version of it, can be read; a delete marker can not. */
  objectExists(
    input: Pick<OperationInput<'headObject'>, 'Bucket' | 'Key' | 'VersionId'>,
    options?: CallOptions,
  ): Promise<boolean> {
    return isFound(this.headObject(input, options))
  }

  /** Whether the bucket exists. Rejects with `AccessDenied` where one may not know. */
  bucketExists(input: OperationInput<'headBucket'>, options?: CallOptions): Promise<boolean> {
    return isFound(this.headBucket(input, options))
  }

  /**
   * Copies an object within the service, of any size: by one request, or from 5 GiB on in parts, from here or from
   * another region. Headers and metadata are the source's unless `CopyStatus` is `Replaced`, tags unless
   * `TaggingDirective` is; class and access control list are those given here. The source is looked at first: its size
   * and state are pinned, and the copy's CRC-64 is compared with its own. Where it can not be looked at, one copyObject
   * has to do.
   *
   * Rejects with kind `changed` when the source of a copy in parts is replaced meanwhile, `checksum` when the copy is
   * not the same.
   */
  async copy(input: CopyInput, options?: CopyOptions): Promise<CopyOutput> {
    // Loaded when it is asked for, as are the others here: most pages never do.
    const { copy } = await interruptible(import('./transfer/copy.js'), options?.signal)
    return copy(this.#context, input, options)
  }

  /**
   * Copies an object as `copy` does, then deletes the source: only what was copied. With `VersionId` in `CopySource`
   * that version is removed for good; else the source is looked at once more, and rejects with kind `changed` where
   * something else was written meanwhile. What is written between this look and the deletion is deleted with it; where
   * versioning is enabled it is only hidden by a delete marker. An error after the copy says so: then both are there.
   */
  async moveObject(input: CopyInput, options?: CopyOptions): Promise<MoveObjectOutput> {
    const { moveObject } = await interruptible(import('./transfer/move-object.js'), options?.signal)
    return moveObject(this.#context, input, options)
  }

  /**
   * Deletes every object whose key begins with `Prefix`, a thousand a request. Resolves with what could not be deleted;
   * failures that may pass are tried again first. Rejects when a whole request fails, with `result` on the error.
   */
  async deletePrefix(input: DeletePrefixInput, options?: DeletePrefixOptions): Promise<DeletePrefixResult> {
    const { deletePrefix } = await interruptible(import('./transfer/delete-prefix.js'), options?.signal)
    return deletePrefix(this.#context, input, options)
  }

  /** A URL with which anyone may make one request until it expires. It holds the token, but no secret key. */
  getPresignedUrl(input: PresignedUrlInput): string {
    return presignedUrl(this.#context, input)
  }

  /** A URL to download an object. */
  getPresignedDownloadUrl(input: Omit<PresignedUrlInput, 'Method'>): string {
    return presignedUrl(this.#context, { ...input, Method: 'GET' })
  }

  /**
   * A form with which a browser may upload one object until it expires, as the conditions allow. It holds the token,
   * but no secret key.
   */
  getPostObjectForm(input: PostObjectFormInput): PostObjectForm {
    return postObjectForm(this.#context, input)
  }

  /**
   * Uploads content of any kind and length: text, bytes and Blobs up to 20 MB, and streams of one part, in one
   * request, more in parts, several at a time. Of a stream, `MAXThread` parts are in memory, some 64 MiB at most unless
   * one part is larger; it is read as fast as they are sent, and destroyed when the upload fails. Parts of a stream whose
   * length is not given grow on the way, so that 10,000 of 8 MB and more take 430 GB.
   *
   * Rejects with kind `body` when the source fails (`cause` is its error), `checksum` when the server stored something
   * else, and at once with `aborted` when the signal fires. `partNumber` tells the part that failed. What was sent is
   * then deleted at the server, unless `abortOnFailure` is false.
   */
  async upload(input: UploadInput, options: UploadOptions = {}): Promise<UploadOutput> {
    const { upload } = await interruptible(import('./transfer/upload.js'), options.signal)
    return upload(this.#context, input, options)
  }

  /**
   * Closes all connections. What is under way, bodies included, rejects with kind `aborted`; uploads that are being
   * given up at the server have some seconds to end.
   */
  async close(): Promise<void> {
    await this.#context.background.close(CLOSE_MS_MAX)
    await this.#context.transport.close()
  }
}

async function isFound(head: Promise<unknown>): Promise<boolean> {
  try {
    await head
    return true
  } catch (error) {
    if (!(error instanceof CosServiceError)) throw error
    const isMarker = error.statusCode === 405 && error.headers['x-cos-delete-marker'] === 'true'
    if (error.statusCode === 404 || isMarker) return false
    throw error
  }
}
