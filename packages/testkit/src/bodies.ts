// Bodies of objects: made from text, from a name and a number, or to go wrong; and put together again.
import { createCipheriv, createHash } from 'node:crypto'
import type { Body, ByteStream, ReadContent } from '@coset/core'

export function bodyOf(content: Uint8Array | string, chunkSize = 64 * 1024): Body {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { stream: inChunks(bytes, chunkSize), length: bytes.length }
}

/** Copies, as a store may keep the chunks it is given. */
export async function* inChunks(bytes: Uint8Array, chunkSize: number): ByteStream {
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.slice(at, at + chunkSize)
}

/** Yields `content`, then does `last`, which may throw or never end. */
export async function* bodyThen(content: Uint8Array, last: () => Promise<void> | void): ByteStream {
  yield* inChunks(content, 64 * 1024)
  await last()
}

/** The same bytes for the same name and size, different ones for any other name; about 1 GB/s. */
export function bytesNamed(name: string, size: number): Buffer {
  const key = createHash('md5').update(name).digest()
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

export async function collect(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function contentBytes(content: ReadContent): Promise<Buffer> {
  return content.kind === 'bytes' ? Buffer.from(content.bytes) : collect(content.stream)
}
