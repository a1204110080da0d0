// The client of Node: everything, and local files.
import { sourceBody } from './body.js'
import { CosClientBase } from './client.js'
import { type CallOptions, type Context, createContext } from './context.js'
import { execute } from './execute.js'
import type { ObjectBody } from './object-body-node.js'
import type { OperationInput, OperationOutput } from './operations.js'
import type { CosClientOptions } from './options.js'
import { type NodePlatform, platform as nodePlatform } from './platform-node.js'
import { type UploadFileOptions, uploadFile } from './transfer/upload-file.js'
import type { UploadFileInput, UploadOutput } from './transfer/upload-input.js'

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
export class CosClient extends CosClientBase<ObjectBody> {
  readonly #context: Context<NodePlatform>

  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(options: CosClientOptions, platform: NodePlatform = nodePlatform) {
    const context = createContext(options, platform)
    super(context)
    this.#context = context
  }

  /**
   * Uploads a local file as one object; at most 5 GiB. Rejects with kind `changed` when the file changes its size
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

  /**
   * Uploads a local file of any size: up to 20 MB in one request, more in parts, several at a time. What was sent of
   * a large file is kept on record, so that the same call goes on there after an abort, a crash or a reboot; a file
   * that changed since starts afresh, and one that changes meanwhile is taken anew once.
   *
   * Rejects with kind `file` when it can not be read, `changed` when it keeps changing, `locked` while another call
   * or process uploads this file to this key, `checksum` when the server stored something else, and at once with
   * `aborted` when the signal fires. `partNumber` tells the part that failed.
   */
  uploadFile(input: UploadFileInput, options: UploadFileOptions = {}): Promise<UploadOutput> {
    return uploadFile(this.#context, input, options)
  }

  /** For `await using`. Not for browsers, as not all of them have the symbol. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
