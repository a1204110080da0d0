// A master key pair of RSA, and the provider that has one.
import { toBase64Url } from './bytes.js'
import {
  type CounterKey,
  KeyProvider,
  type KeyProviderOptions,
  type LegacyWrapped,
  type LegacyWraps,
  type MasterKey,
} from './key-provider.js'
import { unusable } from './metadata.js'
import type { OaepHashes, Primitives, RsaPair, RsaPairText, RsaPrivateKey } from './primitives.js'

const ID_BYTES = 16
const NO_LABEL = new Uint8Array(0)
const SHA1: OaepHashes = { label: 'SHA-1', mask: 'SHA-1' }
const SHA256: OaepHashes = { label: 'SHA-256', mask: 'SHA-256' }
/** Java's name does not tell the hash of the mask, and its providers differ in it. */
const JAVA_ALGORITHM = 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
const JAVA_HASHES: readonly OaepHashes[] = [{ label: 'SHA-256', mask: 'SHA-1' }, SHA256]

export interface RSAProviderOptions extends KeyProviderOptions {
  /** What `RSAProvider.getRsaKeyPair` gives. */
  readonly key_pair_info: RsaKeyPair
  /**
   * How keys are wrapped in new objects of the format `python`. `oaep` is what the Python SDK does with keys given by path, and
   * can read; `pkcs1` what it does with keys given by value, and can not. Both are read. Default `oaep`.
   */
  readonly pythonPadding?: 'oaep' | 'pkcs1' | undefined
}

/** A pair of RSA keys, or one key of it. It shows nothing of them. */
export class RsaKeyPair {
  readonly #read: () => Promise<RsaPairText>

  /** Use `RSAProvider.getRsaKeyPair`. */
  constructor(read: () => Promise<RsaPairText>) {
    this.#read = read
  }

  /** Rejects with kind `encryption` where a key can't be read. */
  read(): Promise<RsaPairText> {
    return this.#read()
  }
}

/** A master key pair of RSA with 2048 to 4096 bits. With the public key alone objects can be written, but not read. */
export class RsaKeyProvider extends KeyProvider {
  readonly #pair: RsaKeyPair
  readonly #pythonPadding: 'oaep' | 'pkcs1'

  constructor(options: RSAProviderOptions) {
    super(options)
    this.#pair = options.key_pair_info
    this.#pythonPadding = options.pythonPadding ?? 'oaep'
  }

  override async load(primitives: Primitives): Promise<MasterKey> {
    const pair = await primitives.rsaPair(await this.#pair.read())
    const computed = `rsa-${toBase64Url(pair.publicKey.fingerprint.subarray(0, ID_BYTES))}`
    const id = this.keyId ?? computed
    return {
      id,
      isIdComputed: this.keyId === undefined,
      algorithm: 'RSA-OAEP-SHA256',
      wrap: async (dataKey, { context }) => pair.publicKey.encryptOaep('SHA-256', dataKey, context),
      unwrap: async (wrapped, { context }) => {
        const key = requirePrivate(pair, id)
        if (!isOfKey(wrapped, key)) return undefined
        return key.decryptOaep(SHA256, wrapped, context)
      },
      legacy: legacyWraps({ pair, id, padding: this.#pythonPadding }),
    }
  }
}

interface LegacyKeys {
  readonly pair: RsaPair
  readonly id: string
  readonly padding: 'oaep' | 'pkcs1'
}

function legacyWraps({ pair, id, padding }: LegacyKeys): LegacyWraps {
  const { publicKey } = pair
  const wrapOne = async (bytes: Uint8Array) =>
    padding === 'pkcs1' ? publicKey.encryptPkcs1(bytes) : publicKey.encryptOaep('SHA-1', bytes, NO_LABEL)
  return {
    wrap: async ({ key, iv }) => ({ key: await wrapOne(key), iv: await wrapOne(iv) }),
    async unwrap(wrapped) {
      if (publicKey.bits !== wrapped.key.length * 8) return undefined
      if (wrapped.algorithm === 'python') return unwrapPython(requirePrivate(pair, id), wrapped)
      if (wrapped.algorithm !== JAVA_ALGORITHM) return undefined
      return unwrapJava(requirePrivate(pair, id), wrapped)
    },
  }
}

/** Nothing in the metadata tells the padding. */
async function unwrapPython(key: RsaPrivateKey, wrapped: LegacyWrapped): Promise<CounterKey | undefined> {
  if (!isOfKey(wrapped.iv, key)) return undefined
  const byOaep = await unwrapOaep(key, SHA1, wrapped)
  if (byOaep) return byOaep
  const dataKey = await key.decryptPkcs1(wrapped.key, 32)
  const iv = await key.decryptPkcs1(wrapped.iv, 16)
  return dataKey && iv && { key: dataKey, iv }
}

async function unwrapJava(key: RsaPrivateKey, wrapped: LegacyWrapped): Promise<CounterKey | undefined> {
  for (const hashes of JAVA_HASHES) {
    const plain = await unwrapOaep(key, hashes, wrapped)
    if (plain) return plain
  }
  return undefined
}

async function unwrapOaep(
  key: RsaPrivateKey,
  hashes: OaepHashes,
  wrapped: LegacyWrapped,
): Promise<CounterKey | undefined> {
  const dataKey = await key.decryptOaep(hashes, wrapped.key, NO_LABEL)
  if (!dataKey) return undefined
  const iv = wrapped.isIvWrapped ? await key.decryptOaep(hashes, wrapped.iv, NO_LABEL) : wrapped.iv
  return iv && { key: dataKey, iv }
}

function isOfKey(wrapped: Uint8Array, { bits }: RsaPrivateKey): boolean {
  return wrapped.length * 8 === bits
}

function requirePrivate({ privateKey }: RsaPair, id: string): RsaPrivateKey {
  if (privateKey) return privateKey
  throw unusable(`Of the key ${id} there is only the public half, which can not read`)
}
