// What tests of encrypted content share: seeded bytes, streams of any pieces, and keys that are no secret.
import { hash } from 'node:crypto'
import type { ObjectCipher, Span } from '../encryption/object-cipher.js'

export const AES_KEY = Buffer.from(Array.from({ length: 32 }, (_none, at) => at)).toString('base64')
export const OTHER_AES_KEY = Buffer.alloc(32, 7).toString('base64')
export const NAME = { Bucket: 'vault-1250000000', Key: 'reports/2026.csv' }

/** From 0 up to, not including, `below`; the same for the same seed. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Bytes none of which can be taken for its neighbour, nor a segment for another. */
export function contentOf(length: number): Uint8Array {
  const next = seeded(length)
  return Uint8Array.from({ length }, () => next(256))
}

/** The bytes in pieces of a size. */
export async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

export function encryptAll(cipher: ObjectCipher, content: Uint8Array): Promise<Uint8Array> {
  return bytesOf(cipher.encrypt(inPieces(content), { offset: 0, ends: true }))
}

/** Asks for a part of what is stored, as a client would. */
export function decryptSpan(cipher: ObjectCipher, stored: Uint8Array, span?: Span): Promise<Uint8Array> {
  const length = cipher.plainLength(stored.length)
  const plain = span ?? { offset: 0, length }
  const { offset, length: covered } = cipher.cover(plain, length)
  return bytesOf(cipher.decrypt(inPieces(stored.subarray(offset, offset + covered), 777), plain, length))
}

/** Content as tests compare it: short, and told apart at once where it is long. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${hash('sha256', bytes, 'hex')}`
}
