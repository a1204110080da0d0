// The content of an object or a part, as the reference model keeps it.
import { createHash } from 'node:crypto'

export interface ModelContent {
  readonly bytes: Buffer
  readonly metadata: Readonly<Record<string, string>>
  /** Bare. */
  readonly etag: string
  /** As `<key>=<value>`, in their order. */
  readonly tags?: readonly string[] | undefined
  /** Made by appending; how often. */
  readonly appends?: number | undefined
}

/** What one body becomes: its ETag is its MD5. */
export function contentOf(bytes: Buffer, metadata: Readonly<Record<string, string>>): ModelContent {
  return { bytes, metadata, etag: md5Of(bytes) }
}

/** With a piece behind it: the ETag tells of all pieces in turn, and how many there are. */
export function contentWith(content: ModelContent, piece: Buffer): ModelContent {
  const [before = ''] = content.etag.split('-')
  const appends = (content.appends ?? 0) + 1
  const etag = md5Of(Buffer.concat([Buffer.from(before, 'hex'), Buffer.from(md5Of(piece), 'hex')]))
  return { ...content, bytes: Buffer.concat([content.bytes, piece]), etag: `${etag}-${appends}`, appends }
}

export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}
