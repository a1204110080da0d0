// What every client has, wherever it runs: a method for each operation, lists of any length, and what is signed for others.
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

/** Longest that closing a client waits for what its transfers left behind. */
const CLOSE_MS_MAX = 5000

/** The client without transfers. `B`: the platform's body of objects. */
export class BasicClient<
  B extends ObjectBodyBase = ObjectBodyBase,
  C extends Context = Context,
> extends OperationMethods<B> {
  readonly #context: C

  constructor(context: C) {
    super((name, input, callOptions) => {
      const call = { name, input: (input ?? {}) as Input, options: (callOptions ?? {}) as CallOptions }
      return context.coding ? context.coding.perform(call) : execute(context, call)
    })
    this.#context = context
  }

  /** What all calls share; clients that do more build on it. No property, as it holds secrets and properties are printed. */
  protected get context(): C {
    return this.#context
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

  /** A URL with which anyone may make one request until it expires. It holds the token, but no secret key. */
  getPresignedUrl(input: PresignedUrlInput): string {
    return presignedUrl(this.context, input)
  }

  /** A URL to download an object. */
  getPresignedDownloadUrl(input: Omit<PresignedUrlInput, 'Method'>): string {
    return presignedUrl(this.context, { ...input, Method: 'GET' })
  }

  /**
   * A form with which a browser may upload one object until it expires, as the conditions allow. It holds the token,
   * but no secret key.
   */
  getPostObjectForm(input: PostObjectFormInput): PostObjectForm {
    return postObjectForm(this.context, input)
  }

  /**
   * Closes all connections. What is under way, bodies included, rejects with kind `aborted`; uploads that are being
   * given up at the server have some seconds to end.
   */
  async close(): Promise<void> {
    await this.context.background.close(CLOSE_MS_MAX)
    await this.context.transport.close()
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
