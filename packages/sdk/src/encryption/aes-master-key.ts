// A master key of AES, and the provider that has one.
import { fromBase64, join, toBase64Url, utf8 } from './bytes.js'
import {
  type Binding,
  type CounterKey,
  KeyProvider,
  type KeyProviderOptions,
  type LegacyWraps,
  type MasterKey,
} from './key-provider.js'
import { unusable } from './metadata.js'
import type { Primitives } from './primitives.js'

const NONCE_BYTES = 12
const KEY_BYTES = [16, 24, 32]
/** Of sealed objects. */
const SEALED_KEY_BYTES = 32
const ID_BYTES = 16
export const WRAPPED_BYTES = NONCE_BYTES + 32 + 16

/** A provider of one AES key. `source`: its bytes, or their base64. */
export class AesKeyProvider extends KeyProvider {
  readonly #source: () => Promise<string | Uint8Array>

  constructor(source: () => Promise<string | Uint8Array>, options: KeyProviderOptions) {
    super(options)
    this.#source = source
  }

  override async load(primitives: Primitives): Promise<MasterKey> {
    return createAesMasterKey(aesKeyOf(await this.#source()), primitives, this.keyId)
  }
}

/** The key's bytes; throws kind `encryption` where it is not one. The message never shows it. */
export function aesKeyOf(source: string | Uint8Array): Uint8Array {
  const bytes = typeof source === 'string' ? fromBase64(source.trim()) : Uint8Array.from(source)
  if (!bytes) throw unusable('An AES key is given as base64 text, or as bytes')
  if (!KEY_BYTES.includes(bytes.length)) {
    throw unusable(`An AES key has 16, 24 or 32 bytes; this one has ${bytes.length}`)
  }
  return bytes
}

async function createAesMasterKey(
  key: Uint8Array,
  primitives: Primitives,
  keyId: string | undefined,
): Promise<MasterKey> {
  return {
    id: keyId ?? (await computedId(key, primitives)),
    isIdComputed: keyId === undefined,
    algorithm: 'AES-256-GCM',
    wrap: (dataKey, binding) => wrapBound({ key, primitives }, dataKey, binding),
    unwrap: (wrapped, binding) => unwrapBound({ key, primitives }, wrapped, binding),
    legacy: legacyWraps(key, primitives),
  }
}

async function computedId(key: Uint8Array, primitives: Primitives): Promise<string> {
  const info = utf8('coset-sealed-1/key-id')
  const id = await primitives.hkdf({ key, salt: new Uint8Array(0), info, length: ID_BYTES })
  return `aes-${toBase64Url(id)}`
}

interface Wrapping {
  readonly key: Uint8Array
  readonly primitives: Primitives
}

/** Wraps a data key with AES-256-GCM: a random nonce, then the sealed key. */
export async function wrapBound(
  wrapping: Wrapping,
  dataKey: Uint8Array,
  { salt, context }: Binding,
): Promise<Uint8Array> {
  const gcm = await wrappingKey(wrapping, salt)
  const nonce = wrapping.primitives.random(NONCE_BYTES)
  return join([nonce, await gcm.seal([{ nonce, content: dataKey, associated: context }])])
}

export async function unwrapBound(
  wrapping: Wrapping,
  wrapped: Uint8Array,
  { salt, context }: Binding,
): Promise<Uint8Array | undefined> {
  const gcm = await wrappingKey(wrapping, salt)
  if (wrapped.length !== WRAPPED_BYTES) return undefined
  const nonce = wrapped.subarray(0, NONCE_BYTES)
  return gcm.open([{ nonce, content: wrapped.subarray(NONCE_BYTES), associated: context }])
}

/**
 * The master key itself is no key of GCM: the Python format uses its first block of keystream, which is what GCM hashes with,
 * and so whoever knows one data key of that format could forge. One key for each object has no limit of wraps, either.
 */
function wrappingKey({ key, primitives }: Wrapping, salt: Uint8Array) {
  if (key.length !== SEALED_KEY_BYTES) {
    throw unusable(`The sealed format needs an AES key of 32 bytes; this one has ${key.length}`)
  }
  return derivedGcm({ key, primitives }, salt)
}

async function derivedGcm({ key, primitives }: Wrapping, salt: Uint8Array) {
  const info = utf8('coset-sealed-1/wrapping-key')
  return primitives.gcm(await primitives.hkdf({ key, salt, info, length: 32 }))
}

/** The Python SDK encrypts key and IV with AES-CTR from zero on, the same stream for every object. */
function legacyWraps(key: Uint8Array, primitives: Primitives): LegacyWraps {
  const apply = async (pair: CounterKey): Promise<CounterKey> => {
    const stream = await primitives.ctr(key, new Uint8Array(16))
    const both = await stream.apply(join([pair.key, pair.iv]))
    return { key: both.slice(0, pair.key.length), iv: both.slice(pair.key.length) }
  }
  return {
    wrap: apply,
    async unwrap(wrapped) {
      if (wrapped.algorithm === 'python') {
        return wrapped.key.length === 32 && wrapped.iv.length === 16 ? apply(wrapped) : undefined
      }
      if (wrapped.algorithm !== 'AESWrap') return undefined
      const dataKey = await primitives.unwrapAes(key, wrapped.key)
      const iv = wrapped.isIvWrapped ? await primitives.unwrapAes(key, wrapped.iv) : wrapped.iv
      return dataKey && iv && { key: dataKey, iv }
    },
  }
}
