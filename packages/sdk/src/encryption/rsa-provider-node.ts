// The provider of RSA keys in Node: from PEM text, or from files of it.
import { readKeyFile } from './key-file-reader.js'
import type { RsaPairText } from './primitives.js'
import { RsaKeyPair, RsaKeyProvider } from './rsa-master-key.js'

/**
 * Master keys of RSA. Give both, or only the public key to write, or only the private one, from which the public follows. No key is
 * ever made by itself.
 */
export class RSAProvider extends RsaKeyProvider {
  /** Keys as PEM text; the private one may be encrypted. What is wrong with them is told when they are first used. */
  static getRsaKeyPair(
    publicPem: string | undefined,
    privatePem?: string | undefined,
    passphrase?: string | undefined,
  ): RsaKeyPair {
    return new RsaKeyPair(async () => ({ publicPem, privatePem, passphrase }))
  }

  /** Keys in PEM files, such as `coset keygen rsa` makes. They are read when they are first used. */
  static getRsaKeyPairPath(
    publicPath: string | undefined,
    privatePath?: string | undefined,
    passphrase?: string | undefined,
  ): RsaKeyPair {
    return new RsaKeyPair(async (): Promise<RsaPairText> => {
      const publicPem = publicPath === undefined ? undefined : await readKeyFile(publicPath)
      const privatePem = privatePath === undefined ? undefined : await readKeyFile(privatePath)
      return { publicPem, privatePem, passphrase }
    })
  }
}
