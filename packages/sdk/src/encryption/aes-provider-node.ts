// The provider of an AES key in Node: by value, or by the path of a file.
import { AesKeyProvider, aesKeyOf } from './aes-master-key.js'
import { readKeyFile } from './key-file-reader.js'
import type { KeyProviderOptions } from './key-provider.js'
import { unusable } from './metadata.js'

export interface AESProviderOptions extends KeyProviderOptions {
  /** Base64 of 16, 24 or 32 bytes, or those bytes; sealed objects need 32. */
  readonly aes_key?: string | Uint8Array | undefined
  /** Of a file that has the key in base64, as `coset keygen aes` makes it. It is read when it is first needed. */
  readonly aes_key_path?: string | undefined
}

/**
 * A master key of AES, with either `aes_key` or `aes_key_path`. No key is ever made by itself: a missing file is an error of
 * kind `encryption`.
 */
export class AESProvider extends AesKeyProvider {
  constructor(options: AESProviderOptions) {
    super(sourceOf(options), options)
  }
}

function sourceOf({ aes_key, aes_key_path }: AESProviderOptions): () => Promise<string | Uint8Array> {
  if ((aes_key === undefined) === (aes_key_path === undefined)) {
    throw unusable('An AESProvider needs either aes_key or aes_key_path')
  }
  if (aes_key_path !== undefined) return () => readKeyFile(aes_key_path)
  const key = aesKeyOf(aes_key ?? '')
  return async () => key
}
