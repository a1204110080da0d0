// The client: one method for each operation, and those that make the common tasks short.
import type { Input } from '@coset/protocol'
import { sourceBody } from './body.js'
import { ServerClock } from './clock.js'
import type { CallOptions, Context } from './context.js'
import { CosServiceError } from './errors.js'
import { execute } from './execute.js'
import { type OperationInput, OperationMethods, type OperationOutput } from './operations.js'
import { type CosClientOptions, readCredentials, readSettings } from './options.js'
import {
  type ListedObject,
  type ListedVersion,
  type ListObjectsPage,
  type ListObjectVersionsPage,
  mergeVersions,
  objectPages,
  versionPages,
} from './pages.js'
import type { Platform } from './platform.js'
import { platform as ownPlatform } from './platform-node.js'
import { type PostObjectForm, type PostObjectFormInput, postObjectForm } from './post-form.js'
import { type PresignedUrlInput, presignedUrl } from './presign.js'
import { Signer } from './signer.js'

/** putObject's input, with the path of a local file instead of `Body`. */
export type PutObjectFromLocalFileInput = Omit<OperationInput<'putObject'>, 'Body' | 'ContentLength'> & {
  /** A file that does not change while it is sent. */
  readonly LocalFilePath: string
}

/**
 * A client for one region or endpoint, to be made once and shared: it keeps its connections.
 *
 * ```ts
 * const cos = new CosClient({ Region: 'ap-guangzhou', SecretId, SecretKey })
 * await cos.putObject({ Bucket: 'examplebucket-1250000000', Key: 'a.txt', Body: 'hello' })
 * ```
 *
 * Methods reject with a CosServiceError for what the server refused and a CosClientError for everything else.
 * Failures that may pass are retried with growing pauses; streams that were read from are not.
 */
export class CosClient extends OperationMethods {
  readonly #context: Context

  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(options: CosClientOptions, platform: Platform = ownPlatform) {
    const settings = readSettings(options)
    const credentials = readCredentials(options)
    const context: Context = {
      settings,
      platform,
      transport: platform.transport(settings),
      clock: new ServerClock(platform.now),
      signer: credentials && new Signer(credentials, platform.sha1),
    }
    super((name, input, callOptions) =>
      execute(context, { name, input: (input ?? {}) as Input, options: (callOptions ?? {}) as CallOptions }),
    )
    this.#context = context
  }

  /**
   * Uploads a local file as one object; at most 5 GiB. Rejects with kind `body` when the file changes its size
   * meanwhile; then nothing is stored.
   */
  async putObjectFromLocalFile(
    input: PutObjectFromLocalFileInput,
    options: CallOptions = {},
  ): Promise<OperationOutput<'putObject'>> {
    const { LocalFilePath, ...members } = input
    const file = await this.#context.platform.files.open(LocalFilePath)
    const body = sourceBody(file.size, file.open)
    const output = await execute(this.#context, { name: 'putObject', input: members, options, body })
    return output as OperationOutput<'putObject'>
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

  /** Closes all connections. What is under way, bodies included, rejects with kind `aborted`. */
  close(): Promise<void> {
    return this.#context.transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
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
