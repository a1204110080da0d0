// As much of WebCrypto as is used here, in types that need neither those of Node nor those of the DOM.
import { unusable } from './metadata.js'

/** A CryptoKey. */
export interface WebKey {
  readonly type: string
}

type Algorithm = Readonly<Record<string, unknown>> & { readonly name: string }

export interface JsonKey {
  readonly n?: string
  readonly e?: string
}

export interface Subtle {
  digest(hash: string, content: Uint8Array): Promise<ArrayBuffer>
  /** The rest: whether it is extractable, and its uses. */
  importKey(
    format: string,
    key: Uint8Array | object,
    algorithm: Algorithm,
    ...rest: readonly [boolean, readonly string[]]
  ): Promise<WebKey>
  exportKey(format: 'raw' | 'spki', key: WebKey): Promise<ArrayBuffer>
  exportKey(format: 'jwk', key: WebKey): Promise<JsonKey>
  deriveBits(algorithm: Algorithm, key: WebKey, bits: number): Promise<ArrayBuffer>
  encrypt(algorithm: Algorithm, key: WebKey, content: Uint8Array): Promise<ArrayBuffer>
  decrypt(algorithm: Algorithm, key: WebKey, content: Uint8Array): Promise<ArrayBuffer>
  /** The rest: the algorithms of wrapping and of the key, whether it is extractable, and its uses. */
  unwrapKey(
    format: string,
    wrapped: Uint8Array,
    key: WebKey,
    ...rest: readonly [Algorithm, Algorithm, boolean, readonly string[]]
  ): Promise<WebKey>
}

/** Throws kind `encryption` where there is none. */
export function subtle(): Subtle {
  const crypto = globalThis.crypto as { readonly subtle?: unknown } | undefined
  if (crypto?.subtle) return crypto.subtle as Subtle
  throw unusable('There is no WebCrypto here: browsers have it on pages of https and of localhost only')
}
