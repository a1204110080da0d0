// From what a reply tells of an object to its content.
import type { CodedContent } from '../coding.js'
import type { CallOptions } from '../context.js'
import { CosClientError } from '../errors.js'
import type { ObjectHead } from '../transfer/object-state.js'
import { type EncryptedCalls, sealedName } from './encrypted-calls.js'
import type { FormatName, ObjectCipher, ObjectName, Span } from './object-cipher.js'
import { userMetadata } from './user-metadata.js'

export interface OpenContent extends CodedContent {
  readonly format: FormatName
}

/** `head`: of the whole object. Undefined for a plain object, where those may be read. */
export async function openContent(
  { context, encryption }: EncryptedCalls,
  head: Pick<ObjectHead, 'ContentLength' | 'Metadata'>,
  name: ObjectName,
  options: CallOptions,
): Promise<OpenContent | undefined> {
  const cipher = await encryption.open(head.Metadata ?? {}, sealedName(context, name, options))
  if (!cipher) return undefined
  if (head.ContentLength === undefined) {
    const message =
      'The server did not tell how long the object is, so that nobody knows whether it is whole.'
    throw new CosClientError('body', message, { requestSent: true })
  }
  return contentOf(cipher, head.ContentLength, head.Metadata)
}

function contentOf(cipher: ObjectCipher, storedSize: number, metadata: ObjectHead['Metadata']): OpenContent {
  const size = cipher.plainLength(storedSize)
  const { format, granule, isAuthenticated } = cipher
  const encode = (content: AsyncIterable<Uint8Array>, { offset, length }: Span) =>
    cipher.encrypt(content, { offset, ends: offset + length === size })
  return {
    format,
    visible: { ContentLength: size, Metadata: userMetadata(metadata) },
    size,
    storedSize,
    granule,
    isAuthenticated,
    cover: (part) => cipher.cover(part, size),
    decode: (stored, part) => cipher.decrypt(stored, part, size),
    encode: isAuthenticated || storedSize !== size ? undefined : encode,
  }
}
