// Master keys that stay where they are, such as in a KMS: callbacks wrap and unwrap.
import { unwrapBound, WRAPPED_BYTES, wrapBound } from './aes-master-key.js'
import { join } from './bytes.js'
import { type Binding, KeyProvider, type LegacyWrapped, type MasterKey } from './key-provider.js'
import { unusable } from './metadata.js'
import type { Primitives } from './primitives.js'

/** Go's and Java's, and an older one of Java's. */
const KMS_ALGORITHMS = ['KMS/TencentCloud', 'kms']
const WRAPPING_KEY_BYTES = 32

/** What an unwrapping callback is told beside the wrapped key. */
export interface UnwrapContext {
  readonly keyId: string
  /** Of objects of the Go SDK: the JSON text that its KMS was given as context of the encryption. */
  readonly description?: string | undefined
}

export interface CallbackProviderOptions {
  /** Names the kind of service in the metadata: 1 to 32 letters, digits and `-_.`, such as `kms`. */
  readonly name: string
  /** Names the key in the metadata: up to 128 letters, digits and `-_.:/@+=`. */
  readonly keyId: string
  /** Keys that earlier objects were written with. They are only read with. */
  readonly formerKeys?: readonly KeyProvider[] | undefined
  /** Encrypts 32 bytes; at most 640 may come of it. */
  wrap(key: Uint8Array, context: { readonly keyId: string }): Promise<Uint8Array>
  /** The reverse. Of objects of the Go SDK it gets the text that the KMS gave, as bytes. */
  unwrap(wrapped: Uint8Array, context: UnwrapContext): Promise<Uint8Array>
}

/**
 * A master key in a KMS. What the callbacks see is a key made for one object, which in turn wraps the object's own and binds it to
 * the metadata; so they have to keep it secret, and nothing else. Their errors are told as kind `encryption`, with the cause.
 */
export class CallbackProvider extends KeyProvider {
  readonly #options: CallbackProviderOptions

  constructor(options: CallbackProviderOptions) {
    super(options)
    if (!/^[A-Za-z0-9_.-]{1,32}$/.test(options.name)) {
      throw unusable('The name of a CallbackProvider has 1 to 32 letters, digits and -_.')
    }
    this.#options = options
  }

  override async load(primitives: Primitives): Promise<MasterKey> {
    const { name, keyId } = this.#options
    return {
      id: keyId,
      isIdComputed: false,
      algorithm: `callback:${name}`,
      wrap: (dataKey, binding) => this.#wrap(primitives, dataKey, binding),
      unwrap: (wrapped, binding) => this.#unwrap(primitives, wrapped, binding),
      legacy: {
        wrap: async () => {
          throw unusable('The format python has no keys of a callback: use an AESProvider or an RSAProvider')
        },
        unwrap: (wrapped) => this.#unwrapLegacy(wrapped),
      },
    }
  }

  async #wrap(primitives: Primitives, dataKey: Uint8Array, binding: Binding): Promise<Uint8Array> {
    const { keyId } = this.#options
    const key = primitives.random(WRAPPING_KEY_BYTES)
    const outer = await this.#call('wrap', async () => this.#options.wrap(key.slice(), { keyId }))
    return join([await wrapBound({ key, primitives }, dataKey, binding), outer])
  }

  async #unwrap(
    primitives: Primitives,
    wrapped: Uint8Array,
    binding: Binding,
  ): Promise<Uint8Array | undefined> {
    if (wrapped.length <= WRAPPED_BYTES) return undefined
    const key = await this.#unwrapOne(wrapped.slice(WRAPPED_BYTES), undefined)
    if (key.length !== WRAPPING_KEY_BYTES) return undefined
    return unwrapBound({ key, primitives }, wrapped.subarray(0, WRAPPED_BYTES), binding)
  }

  async #unwrapLegacy({ algorithm, key, iv, isIvWrapped, description }: LegacyWrapped) {
    if (!KMS_ALGORITHMS.includes(algorithm)) return undefined
    return {
      key: await this.#unwrapOne(key, description),
      iv: isIvWrapped ? await this.#unwrapOne(iv, description) : iv,
    }
  }

  #unwrapOne(wrapped: Uint8Array, description: string | undefined): Promise<Uint8Array> {
    const { keyId } = this.#options
    const context = { keyId, ...(description !== undefined && { description }) }
    return this.#call('unwrap', async () => this.#options.unwrap(wrapped, context))
  }

  async #call(what: string, callback: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const { name, keyId } = this.#options
    const told = `The ${what} callback of ${name} (${keyId})`
    const bytes = await callback().catch((error: unknown) => {
      throw unusable(`${told} failed`, error)
    })
    // Users of JavaScript may give anything.
    if (!(bytes instanceof Uint8Array)) throw unusable(`${told} did not give bytes`)
    return Uint8Array.from(bytes)
  }
}
