// How a client encrypts what it stores and decrypts what it reads: by single calls, and beneath transfers.
import type { Output } from '@coset/protocol'
import type { CodedContent, Coding, CopyToStore, SourceToStore, StreamToStore } from '../coding.js'
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import { type Call, execute } from '../execute.js'
import type { ObjectHead } from '../transfer/object-state.js'
import type { SourceIdentity } from '../transfer/upload-source.js'
import { checkedStream } from './checked-stream.js'
import { copyInput } from './copy-calls.js'
import { DECISIONS, type Handler } from './decisions.js'
import { type EncryptedCalls, nameOf } from './encrypted-calls.js'
import type { Encryption, NewCipher, ObjectName } from './object-cipher.js'
import { openContent } from './open-content.js'
import { earlierMetadata, StoredSource } from './stored-source.js'
import { KnownUploads } from './upload-ciphers.js'
import { checkedMetadata, mergedMetadata } from './user-metadata.js'

export class EncryptingCoding implements Coding {
  readonly #calls: EncryptedCalls & { readonly uploads: KnownUploads }

  /** `context`: a plain client's. */
  constructor(context: Context, encryption: Encryption) {
    this.#calls = { context, encryption, uploads: new KnownUploads() }
  }

  get calls(): EncryptedCalls {
    return this.#calls
  }

  async perform(call: Call): Promise<Output> {
    const decision: 'passes' | { readonly refused: string } | Handler = DECISIONS[call.name]
    if (decision === 'passes') return execute(this.#calls.context, call)
    if (typeof decision === 'function') return decision(this.#calls, call)
    throw new CosClientError('validation', `${call.name} ${decision.refused}`)
  }

  async encodeSource(
    { input, source }: SourceToStore,
    earlier: SourceIdentity | undefined,
  ): Promise<SourceToStore> {
    const { encryption, context } = this.#calls
    checkedMetadata(input.Metadata)
    const name = nameOf(context, input)
    const id = await encryption.id()
    const kept = earlier && earlierMetadata(earlier, source.identity, id)
    const begun = (kept && (await this.#reopened(kept, name))) ?? (await encryption.create(name))
    return {
      input: { ...input, Metadata: mergedMetadata(input.Metadata, begun.metadata) },
      source: new StoredSource(source, begun, id),
    }
  }

  async encodeStream({ input, members, content }: StreamToStore): Promise<StreamToStore> {
    const { encryption, context } = this.#calls
    const { ContentMD5, ContentLength } = members
    checkedMetadata(input.Metadata)
    const { cipher, metadata } = await encryption.create(nameOf(context, input))
    const length = ContentLength === undefined ? undefined : Number(ContentLength)
    const checked = checkedStream(content, { platform: context.platform, length, ContentMD5 })
    return {
      input: { ...input, Metadata: mergedMetadata(input.Metadata, metadata) },
      members: {
        ContentMD5: undefined,
        ContentLength: length === undefined ? undefined : cipher.storedLength(length),
      },
      content: cipher.encrypt(checked, { offset: 0, ends: true }),
    }
  }

  open(head: ObjectHead, name: ObjectName, options: CallOptions): Promise<CodedContent | undefined> {
    return openContent(this.#calls, head, name, options)
  }

  copyInput(copy: CopyToStore, options: CallOptions): Promise<CopyToStore['input']> {
    return copyInput(this.#calls, copy, options)
  }

  /** Whatever is wrong with an earlier run's key, a new one is right. */
  async #reopened(metadata: NewCipher['metadata'], name: ObjectName): Promise<NewCipher | undefined> {
    const cipher = await this.#calls.encryption.open(metadata, name).catch((error: unknown) => {
      if (error instanceof CosClientError) return undefined
      throw error
    })
    return cipher && { cipher, metadata }
  }
}

/** Of a client that encrypts. */
export function codingCalls({ coding }: Context): EncryptedCalls {
  if (coding instanceof EncryptingCoding) return coding.calls
  throw new CosClientError('configuration', 'This client does not encrypt.')
}
