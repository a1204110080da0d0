// What wraps the keys of objects: the master keys, wherever they come from.

import { unusable } from './metadata.js'
import type { Primitives } from './primitives.js'

/** What a wrapped data key is good for: another object's metadata around it makes it useless. */
export interface Binding {
  /** 32 random bytes of the object. */
  readonly salt: Uint8Array
  /** All that the metadata says, in its one encoding. */
  readonly context: Uint8Array
}

/** A data key and the first counter block of its content, as the official SDKs have them. */
export interface CounterKey {
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

/** What the metadata of an object of an official SDK has. */
export interface LegacyWrapped extends CounterKey {
  /** `python`, or what the metadata calls it. */
  readonly algorithm: string
  /** Old objects have their IV as it is. */
  readonly isIvWrapped: boolean
  /** What a KMS was told beside the key, as JSON. */
  readonly description: string | undefined
}

/** How a master key wraps in the formats of the official SDKs. */
export interface LegacyWraps {
  /** As the Python SDK does. */
  wrap(plain: CounterKey): Promise<CounterKey>
  /** Undefined where the key is of another kind, or not the one, as far as that can be seen. */
  unwrap(wrapped: LegacyWrapped): Promise<CounterKey | undefined>
}

/** One master key, ready for use. */
export interface MasterKey {
  readonly id: string
  /** Whether the id was computed from the key: then what a key of this id can't unwrap was changed. */
  readonly isIdComputed: boolean
  /** As the metadata of sealed objects calls it. */
  readonly algorithm: string
  wrap(dataKey: Uint8Array, binding: Binding): Promise<Uint8Array>
  /** Undefined where the key, the wrapped bytes and the binding do not belong together. */
  unwrap(wrapped: Uint8Array, binding: Binding): Promise<Uint8Array | undefined>
  readonly legacy: LegacyWraps
}

export interface KeyProviderOptions {
  /**
   * What objects name the key by: up to 128 letters, digits and `-_.:/@+=`. Default: computed from the key; it tells
   * nothing of it.
   */
  readonly keyId?: string | undefined
  /** Keys that earlier objects were written with. They are only read with. */
  readonly formerKeys?: readonly KeyProvider[] | undefined
}

/** Where a master key comes from. */
export abstract class KeyProvider {
  /** Keys that earlier objects were written with. */
  readonly formerKeys: readonly KeyProvider[]
  protected readonly keyId: string | undefined

  constructor({ keyId, formerKeys }: KeyProviderOptions) {
    if (keyId !== undefined && !isKeyId(keyId)) {
      throw unusable('A keyId has 1 to 128 letters, digits and -_.:/@+=')
    }
    this.keyId = keyId
    this.formerKeys = formerKeys ?? []
  }

  /** The key itself; rejects with kind `encryption` where it can't be read or used. */
  abstract load(primitives: Primitives): Promise<MasterKey>
}

export function isKeyId(text: string): boolean {
  return /^[A-Za-z0-9_.:/@+=-]{1,128}$/.test(text)
}

/** The key that new objects are written with comes first. */
export async function loadKeys(
  provider: KeyProvider,
  primitives: Primitives,
): Promise<readonly [MasterKey, ...MasterKey[]]> {
  const current = await provider.load(primitives)
  const former = await Promise.all(provider.formerKeys.map((one) => loadKeys(one, primitives)))
  return [current, ...former.flat()]
}
