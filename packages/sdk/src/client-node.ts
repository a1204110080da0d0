// The client of Node: everything, and local files.
import { sourceBody } from './body.js'
import { CosClientBase } from './client.js'
import type { Coding } from './coding.js'
import { type CallOptions, createContext } from './context.js'
import { execute } from './execute.js'
import type { ObjectBody } from './object-body-node.js'
import type { CosOperations, OperationInput, OperationOutput } from './operations.js'
import type { CosClientOptions } from './options.js'
import { type NodeContext, type NodePlatform, platform as nodePlatform } from './platform-node.js'
import type { SelectBody } from './select/select-body-node.js'
import {
  type DownloadDirectoryInput,
  type DownloadDirectoryOptions,
  downloadDirectory,
} from './transfer/directory/download-directory.js'
import type { DirectoryResult } from './transfer/directory/result.js'
import {
  type UploadDirectoryInput,
  type UploadDirectoryOptions,
  uploadDirectory,
} from './transfer/directory/upload-directory.js'
import { downloadFile } from './transfer/download-file.js'
import type { DownloadFileInput, DownloadFileOptions, DownloadFileOutput } from './transfer/download-input.js'
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
export class CosClient extends CosClientBase<ObjectBody, NodeContext> {
  /** Asks an object a question in SQL; here its result can be written to a file, too. */
  declare readonly selectObjectContent: CosOperations<ObjectBody, SelectBody>['selectObjectContent']

  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(options: CosClientOptions, platform?: NodePlatform)
  /** @internal */
  constructor(options: CosClientOptions, platform: NodePlatform, codingOf: (context: NodeContext) => Coding)
  constructor(
    options: CosClientOptions,
    platform: NodePlatform = nodePlatform,
    codingOf?: (context: NodeContext) => Coding,
  ) {
    const context = createContext(options, platform)
    super(codingOf ? { ...context, coding: codingOf(context) } : context)
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
    const file = await this.context.platform.files.open(LocalFilePath)
    const body = sourceBody(file.size, file.open)
    const output = await execute(this.context, { name: 'putObject', input: members, options, body })
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
    return uploadFile(this.context, input, options)
  }

  /**
   * Downloads an object into a local file, large ones in parts side by side. The file stands under a hidden
   * temporary name in the destination's folder until it is whole, its CRC-64 is the object's, and it is synced to the
   * disk; then it replaces what was there, whose permissions it takes over. A link at the destination stays, and its
   * target is replaced. Folders are not made, and devices and pipes not written to.
   *
   * What fails on the way is tried again: a part goes on at its last byte, for half a minute or so. A run that failed
   * all the same, was aborted or killed is gone on with by the same call, in any process: of objects beyond 20 MB, or
   * beyond `PartSize`, only the parts that were under way are fetched again. Until then the temporary file stays, for
   * 30 days at most; with `checkpoint: false` nothing stays.
   *
   * Rejects with the server's refusal, such as `NoSuchKey`, or `NotModified` where a condition says so, and with a
   * CosClientError: of kind `file` when the disk is full or the destination can not be written; `changed` when the
   * object was replaced while it was read, and the one that replaced it too (or at once, when `VersionId` or
   * `IfMatch` name one); `checksum` when wrong bytes arrived twice; `locked` while another process, or another call,
   * downloads the same object to the same path.
   */
  downloadFile(input: DownloadFileInput, options: DownloadFileOptions = {}): Promise<DownloadFileOutput> {
    return downloadFile(this.context, input, options)
  }

  /**
   * Uploads what is in a local folder, many files at a time: by default those only whose content the bucket does not
   * have yet. Small files of the bucket are compared by what the list tells, without a request each.
   *
   * Resolves with what became of every file, also where some failed: a name that is not UTF-8 or too long for a key, a
   * file or folder that can not be read, a refusal of the server. Rejects, with that result on the error, when the
   * folder itself can not be read, when nothing would succeed (no such bucket, 100 refusals and not one success, no
   * network), and with kind `aborted` when the signal fires.
   */
  uploadDirectory(
    input: UploadDirectoryInput,
    options: UploadDirectoryOptions = {},
  ): Promise<DirectoryResult> {
    return uploadDirectory(this.context, input, options)
  }

  /**
   * Downloads what a bucket has below a prefix into a local folder, many files at a time: by default those only whose
   * content is not there yet. A key of which no path below the folder can be made, such as `../a`, `/a`, `a//b`, is a
   * failure by name, and so is one whose path is taken by a folder, or leads out through a symbolic link. Nothing is
   * ever written outside the folder.
   *
   * Resolves with what became of every object, also where some failed. Rejects, with that result on the error, when the
   * list is refused, when nothing would succeed (a full disk, no network), and with kind `aborted` when the signal fires.
   */
  downloadDirectory(
    input: DownloadDirectoryInput,
    options: DownloadDirectoryOptions = {},
  ): Promise<DirectoryResult> {
    return downloadDirectory(this.context, input, options)
  }

  /** For `await using`. Not for browsers, as not all of them have the symbol. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
