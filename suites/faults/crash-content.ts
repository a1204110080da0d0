// What an object holds, told by names from which the bytes can be made again.
import { createHash } from 'node:crypto'
import { bytesNamed } from '@coset/testkit'

export interface Piece {
  readonly name: string
  readonly size: number
}

export interface Content {
  readonly pieces: readonly Piece[]
  /** Its ETag is that of a multipart upload. */
  readonly isMultipart: boolean
}

export function putContent(name: string, size: number): Content {
  return { pieces: [{ name, size }], isMultipart: false }
}

export function bytesOf({ pieces }: Content): Buffer {
  return Buffer.concat(pieces.map(({ name, size }) => bytesNamed(name, size)))
}

const etags = new WeakMap<Content, string>()

/** Bare. Told many times, and made once. */
export function etagOf(content: Content): string {
  const known = etags.get(content) ?? newEtag(content)
  etags.set(content, known)
  return known
}

function newEtag(content: Content): string {
  if (!content.isMultipart) return md5(bytesOf(content)).toString('hex')
  const parts = content.pieces.map(({ name, size }) => md5(bytesNamed(name, size)))
  return `${md5(Buffer.concat(parts)).toString('hex')}-${parts.length}`
}

export function partEtag({ name, size }: Piece): string {
  return md5(bytesNamed(name, size)).toString('hex')
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest()
}
