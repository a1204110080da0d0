// What the official SDKs wrote, for tests to read.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ObjectMetadata } from '../encryption/object-cipher.js'

export interface OfficialVector {
  readonly name: string
  readonly master_key_as_passed_base64?: string
  readonly headers: Readonly<Record<string, string>>
  readonly plaintext: string
  readonly ciphertext: string
}

export interface OfficialVectors {
  readonly aes: readonly OfficialVector[]
  readonly rsa: readonly OfficialVector[]
  readonly java: readonly OfficialVector[]
  readonly java_rsa: readonly { readonly key: string; readonly start: string; readonly gcm_start: string }[]
  readonly range: readonly {
    readonly asked: string
    readonly range_header_sent: string
    readonly plaintext: string
  }[]
  readonly multipart: readonly {
    readonly init_headers: Readonly<Record<string, string>>
    readonly parts: readonly {
      readonly offset: number
      readonly plaintext: string
      readonly ciphertext: string
    }[]
  }[]
  readonly rsa_key: { readonly public_pem: string; readonly private_pem: string }
}

export function officialVectors(): OfficialVectors {
  const file = new URL('../encryption/fixtures/official-vectors.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as OfficialVectors
}

/** Pairs that are no secret, as making them takes seconds. */
export function rsaPairOf(bits: 2048 | 3072 | 4096): {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
} {
  const file = new URL('../encryption/fixtures/rsa-pairs.json', import.meta.url)
  const pairs = JSON.parse(readFileSync(file, 'utf8')) as Record<number, { readonly private_pem: string }>
  const privateKey = createPrivateKey(pairs[bits]?.private_pem ?? '')
  return { publicKey: createPublicKey(privateKey), privateKey }
}

export function metadataOf(headers: Readonly<Record<string, string>>): ObjectMetadata {
  const entries = Object.entries(headers)
  return Object.fromEntries(entries.map(([name, value]) => [name.replace('x-cos-meta-', ''), value]))
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
