// The providers of keys in browsers: by value only.
import { AesKeyProvider, aesKeyOf } from './aes-master-key.js'
import type { KeyProviderOptions } from './key-provider.js'
import { RsaKeyPair, RsaKeyProvider } from './rsa-master-key.js'

export interface AESProviderOptions extends KeyProviderOptions {
  /** Base64 of 16, 24 or 32 bytes, or those bytes; sealed objects need 32. */
  readonly aes_key: string | Uint8Array
}

/** A master key of AES. */
export class AESProvider extends AesKeyProvider {
  constructor(options: AESProviderOptions) {
    const key = aesKeyOf(options.aes_key)
    super(async () => key, options)
  }
}

/** Master keys of RSA: both, or only the public key to write, or only the private one, from which the public follows. */
export class RSAProvider extends RsaKeyProvider {
  /** Keys as PEM text, not encrypted. What is wrong with them is told when they are first used. */
  static getRsaKeyPair(publicPem: string | undefined, privatePem?: string | undefined): RsaKeyPair {
    return new RsaKeyPair(async () => ({ publicPem, privatePem }))
  }
}
