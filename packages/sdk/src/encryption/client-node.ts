// The client of Node that encrypts what it stores.
import { sourceBody } from '../body.js'
import { BasicClient } from '../client-basic.js'
import { CosClient, type PutObjectFromLocalFileInput } from '../client-node.js'
import type { CallOptions } from '../context.js'
import type { ObjectBody } from '../object-body-node.js'
import type { OperationInput, OperationOutput } from '../operations.js'
import type { CosClientOptions } from '../options.js'
import { type NodePlatform, platform as nodePlatform } from '../platform-node.js'
import type { PostObjectForm } from '../post-form.js'
import type { PresignedUrlInput } from '../presign.js'
import type { CopyInput, CopyOutput } from '../transfer/copy.js'
import type {
  DownloadFileInput,
  DownloadFileOptions,
  DownloadFileOutput,
} from '../transfer/download-input.js'
import { openFileSource } from '../transfer/file-source.js'
import type { MoveObjectOutput } from '../transfer/move-object.js'
import { type RewrapInput, rewrapObject } from './copy-calls.js'
import type { EncryptedReadOptions } from './encrypted-calls.js'
import {
  type EncryptedCopyOptions,
  type EncryptedOperations,
  plainUpload,
  presignedReadUrl,
} from './encrypted-operations.js'
import { codingCalls, EncryptingCoding } from './encrypting-coding.js'
import { createEncryption, type EncryptionSettings } from './encryption.js'
import type { KeyProvider } from './key-provider.js'
import { nodePrimitives } from './primitives-node.js'
import { putFile } from './write-calls.js'

/**
 * A CosClient whose content is encrypted here before it is sent, and decrypted after it came: the service sees neither it nor
 * the key. Names, sizes, headers and metadata stay visible.
 *
 * ```ts
 * const cos = new CosEncryptionClient(options, new AESProvider({ aes_key_path: 'master.key' }))
 * await cos.uploadFile({ Bucket, Key: 'report.pdf', LocalFilePath: 'report.pdf' })
 * ```
 *
 * Methods are those of CosClient. Calls that would store plain content, or that can not work on encrypted content, reject
 * with kind `validation`. Reading rejects with kind `encryption` where the key is not the one, and with `tampered` where
 * content or metadata are not what was written.
 */
export class CosEncryptionClient extends CosClient {
  declare readonly getObject: EncryptedOperations<ObjectBody>['getObject']
  declare readonly headObject: EncryptedOperations<ObjectBody>['headObject']
  declare readonly copyObject: EncryptedOperations<ObjectBody>['copyObject']
  declare readonly createMultipartUpload: EncryptedOperations<ObjectBody>['createMultipartUpload']
  declare readonly uploadPart: EncryptedOperations<ObjectBody>['uploadPart']
  declare readonly completeMultipartUpload: EncryptedOperations<ObjectBody>['completeMultipartUpload']

  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(
    options: CosClientOptions,
    provider: KeyProvider,
    settings: EncryptionSettings = {},
    platform: NodePlatform = nodePlatform,
  ) {
    const encryption = createEncryption(provider, settings, nodePrimitives)
    super(options, platform, (context) => new EncryptingCoding(context, encryption))
  }

  /**
   * Wraps an object's key anew, by the key that is current now, without fetching or sending its content: a copy onto itself,
   * pinned to what was looked at. Its class, access control list, headers, metadata and tags stay. With `sealedAs` an
   * object that was copied by something else gets its own name. Rejects with kind `encryption` for a plain object.
   */
  rewrap(input: RewrapInput, options: EncryptedCopyOptions = {}): Promise<CopyOutput> {
    return rewrapObject(codingCalls(this.context), this.context, input, options)
  }

  override copy(input: CopyInput, options?: EncryptedCopyOptions): Promise<CopyOutput> {
    return super.copy(input, options)
  }

  override moveObject(input: CopyInput, options?: EncryptedCopyOptions): Promise<MoveObjectOutput> {
    return super.moveObject(input, options)
  }

  override downloadFile(
    input: DownloadFileInput,
    options: DownloadFileOptions & EncryptedReadOptions = {},
  ): Promise<DownloadFileOutput> {
    return super.downloadFile(input, options)
  }

  override async putObjectFromLocalFile(
    input: PutObjectFromLocalFileInput,
    options: CallOptions = {},
  ): Promise<OperationOutput<'putObject'>> {
    const { LocalFilePath, ...members } = input
    const source = await openFileSource(LocalFilePath)
    try {
      const body = sourceBody(source.size, () => source.read(0, source.size))
      const call = { name: 'putObject', input: members, options } as const
      const output = await putFile(codingCalls(this.context), call, { body, verify: () => source.verify() })
      return output as OperationOutput<'putObject'>
    } finally {
      await source.close()
    }
  }

  /** Whether it is there, readable with this client's keys or not. */
  override objectExists(
    input: Pick<OperationInput<'headObject'>, 'Bucket' | 'Key' | 'VersionId'>,
    options?: CallOptions,
  ): Promise<boolean> {
    return new BasicClient(codingCalls(this.context).context).objectExists(input, options)
  }

  /** For GET and HEAD it tells what is stored, and not the content; for PUT and POST it throws kind `validation`. */
  override getPresignedUrl(input: PresignedUrlInput): string {
    return presignedReadUrl(this.context, input)
  }

  /** Throws kind `validation`: whoever uses the form would store plain content. */
  override getPostObjectForm(): PostObjectForm {
    throw plainUpload('A form')
  }
}
