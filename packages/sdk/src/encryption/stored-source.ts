// The stored bytes of a source, read anywhere: each time the same, as long as the source is.
import type { SourceIdentity, UploadSource } from '../transfer/upload-source.js'
import type { NewCipher, ObjectCipher } from './object-cipher.js'
import { SteadyContent } from './steady-content.js'

/** Names in the identity of a stored source that no source has. */
const METADATA = 'encryptionMetadata'
const ENCRYPTION = 'encryption'

export class StoredSource implements UploadSource {
  readonly size: number
  readonly identity: SourceIdentity
  readonly #plain: UploadSource
  readonly #cipher: ObjectCipher
  readonly #content: SteadyContent

  /** `id` names what it is encrypted with. */
  constructor(plain: UploadSource, { cipher, metadata }: NewCipher, id: string) {
    this.size = cipher.storedLength(plain.size)
    // The key itself is wrapped, so that a record of this tells no secret.
    this.identity = { ...plain.identity, [ENCRYPTION]: id, [METADATA]: JSON.stringify(metadata) }
    this.#plain = plain
    this.#cipher = cipher
    this.#content = new SteadyContent(plain, cipher.granule)
  }

  async *read(offset: number, length: number): AsyncGenerator<Uint8Array> {
    if (length === 0) return
    const cipher = this.#cipher
    const { granule } = cipher
    // What closes the object follows the last granule, so that all others take the same room.
    const storedGranule = cipher.storedLength(granule) - cipher.storedLength(0)
    const first = Math.floor(offset / storedGranule)
    const start = first * granule
    const end = Math.ceil((offset + length) / storedGranule) * granule
    const plain = this.#content.read(start, Math.min(end, this.#plain.size))
    const stored = cipher.encrypt(plain, { offset: start, ends: end > this.#plain.size })
    yield* slice(stored, offset - first * storedGranule, length)
  }

  verify(): Promise<void> {
    return this.#plain.verify()
  }

  close(): Promise<void> {
    return this.#plain.close()
  }
}

async function* slice(
  chunks: AsyncIterable<Uint8Array>,
  skipped: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  let skip = skipped
  let left = length
  for await (const chunk of chunks) {
    const bytes = chunk.subarray(skip, skip + left)
    skip = Math.max(0, skip - chunk.length)
    left -= bytes.length
    if (bytes.length > 0) yield bytes
    if (left === 0) return
  }
}

/**
 * Of the identity that an earlier run kept, the metadata of its upload. Undefined unless its content was the same, and
 * encrypted with what is used now: everything else takes a new key.
 */
export function earlierMetadata(
  earlier: SourceIdentity,
  now: SourceIdentity,
  id: string,
): Readonly<Record<string, string>> | undefined {
  const { [METADATA]: metadata, [ENCRYPTION]: earlierId, ...identity } = earlier
  const names = Object.keys(identity)
  const isSame =
    names.length === Object.keys(now).length && names.every((name) => identity[name] === now[name])
  if (!isSame || earlierId !== id || typeof metadata !== 'string') return undefined
  try {
    const read: unknown = JSON.parse(metadata)
    return isMetadata(read) ? read : undefined
  } catch {
    return undefined
  }
}

function isMetadata(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((text) => typeof text === 'string')
}
