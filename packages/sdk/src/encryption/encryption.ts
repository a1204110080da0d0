// Which format an object is in, or gets, and who opens it.
import { CosClientError } from '../errors.js'
import { type KeyProvider, loadKeys, type MasterKey } from './key-provider.js'
import { formatOf, type LegacyMetadata, readLegacy } from './legacy-metadata.js'
import { createPython, openLegacy, rewrapLegacy } from './legacy-object.js'
import {
  type EncryptionFields,
  encryptionFields,
  isEncryptionName,
  unusable,
  withoutEncryption,
} from './metadata.js'
import type { Encryption, NewCipher, ObjectCipher, ObjectMetadata, ObjectName } from './object-cipher.js'
import type { Primitives } from './primitives.js'
import { isSegmentBytes, SEGMENT_BYTES_DEFAULT, SUITE } from './sealed-metadata.js'
import { createSealed, openSealed, rewrapSealed, type SealedContext } from './sealed-object.js'

/** What new objects are written as, and what else may be read. */
export interface EncryptionSettings {
  /**
   * Of new objects. `sealed`: authenticated, for this SDK only. `python`: what the Python SDK reads and writes; nothing
   * shows there that content was changed. Default `sealed`.
   */
  readonly format?: 'sealed' | 'python' | undefined
  /**
   * Whether objects in the formats of the official SDKs are read. They are not authenticated, so whoever can write to the
   * bucket can put them in place of sealed ones. Default: `refuse` with the format `sealed`, `read` with `python`.
   */
  readonly legacy?: 'read' | 'refuse' | undefined
  /** Whether objects that are not encrypted are read. Default `refuse`. */
  readonly plain?: 'read' | 'refuse' | undefined
  /**
   * Of sealed objects: how many bytes are authenticated at once. A power of two, 4 KiB to 1 MiB. Small ones make reading small
   * ranges cheaper, and everything else slower. Default 64 KiB.
   */
  readonly segmentBytes?: number | undefined
  /** Whether new sealed objects can only be read under their own bucket and key. Default true. */
  readonly bindName?: boolean | undefined
}

/** Throws kind `configuration` for settings that are none. */
export function createEncryption(
  provider: KeyProvider,
  settings: EncryptionSettings,
  primitives: Primitives,
): Encryption {
  return new Formats(provider, withDefaults(settings), primitives)
}

type AllSettings = { readonly [N in keyof EncryptionSettings]-?: NonNullable<EncryptionSettings[N]> }

function withDefaults(settings: EncryptionSettings): AllSettings {
  const format = oneOf('format', settings.format, ['sealed', 'python'])
  const segmentBytes = settings.segmentBytes ?? SEGMENT_BYTES_DEFAULT
  if (!isSegmentBytes(segmentBytes)) {
    throw new CosClientError('configuration', 'segmentBytes must be a power of two from 4096 to 1048576.')
  }
  return {
    format,
    legacy: oneOf('legacy', settings.legacy, format === 'python' ? ['read', 'refuse'] : ['refuse', 'read']),
    plain: oneOf('plain', settings.plain, ['refuse', 'read']),
    segmentBytes,
    bindName: settings.bindName ?? true,
  }
}

/** The first is the default. */
function oneOf<T extends string>(name: string, value: T | undefined, choices: readonly [T, ...T[]]): T {
  if (value !== undefined && !choices.includes(value)) {
    throw new CosClientError('configuration', `${name} must be ${choices.join(' or ')}.`)
  }
  return value ?? choices[0]
}

/** What an object has, by the format it is in. */
type Readable = { readonly fields: EncryptionFields } | { readonly legacy: LegacyMetadata }

class Formats implements Encryption {
  readonly #provider: KeyProvider
  readonly #settings: AllSettings
  readonly #primitives: Primitives
  #loading: Promise<readonly [MasterKey, ...MasterKey[]]> | undefined

  constructor(provider: KeyProvider, settings: AllSettings, primitives: Primitives) {
    this.#provider = provider
    this.#settings = settings
    this.#primitives = primitives
  }

  async id(): Promise<string> {
    const [{ id }] = await this.#keys()
    const { format, segmentBytes } = this.#settings
    return format === 'sealed' ? `${SUITE} ${segmentBytes} ${id}` : `${format} ${id}`
  }

  async create(name: ObjectName): Promise<NewCipher> {
    const { format, segmentBytes, bindName } = this.#settings
    const context = await this.#context()
    if (format === 'python') return createPython(context.primitives, context.keys[0])
    return createSealed(context, { name: bindName ? name : undefined, segmentBytes })
  }

  async open(metadata: ObjectMetadata, name: ObjectName): Promise<ObjectCipher | undefined> {
    const readable = this.#readable(metadata)
    if (!readable) return undefined
    const context = await this.#context()
    if ('fields' in readable) return openSealed(context, readable.fields, name)
    return openLegacy(context.primitives, context.keys, readable.legacy)
  }

  async rewrap(
    metadata: ObjectMetadata,
    from: ObjectName,
    to: ObjectName,
  ): Promise<ObjectMetadata | undefined> {
    const readable = this.#readable(metadata)
    if (!readable) return undefined
    const context = await this.#context()
    if ('legacy' in readable) {
      const fields = await rewrapLegacy(context.keys, readable.legacy)
      return fields ? { ...withoutEncryption(metadata), ...fields } : metadata
    }
    const names = { from, to: this.#settings.bindName ? to : undefined }
    return { ...withoutEncryption(metadata), ...(await rewrapSealed(context, readable.fields, names)) }
  }

  isEncrypted(metadata: ObjectMetadata): boolean {
    return Object.keys(metadata).some((name) => isEncryptionName(name.toLowerCase()))
  }

  /** Undefined for a plain object. What the settings refuse is told by its format. */
  #readable(metadata: ObjectMetadata): Readable | undefined {
    const fields = encryptionFields(metadata)
    if (fields.size === 0) {
      if (this.#settings.plain === 'read') return undefined
      throw unusable(`The object is not encrypted, and such are only read with the setting plain: 'read'`)
    }
    const format = formatOf(fields)
    if (format === 'sealed') return { fields }
    if (this.#settings.legacy === 'read') return { legacy: readLegacy(fields, format) }
    const why = 'whose content is not authenticated'
    throw unusable(
      `The object is in the format ${format}, ${why}; it is read with the setting legacy: 'read'`,
    )
  }

  async #context(): Promise<SealedContext> {
    return { primitives: this.#primitives, keys: await this.#keys() }
  }

  /** Once; what failed, such as a file that was missing, is tried again the next time. */
  async #keys(): Promise<readonly [MasterKey, ...MasterKey[]]> {
    this.#loading ??= loadKeys(this.#provider, this.#primitives)
    try {
      return await this.#loading
    } catch (error) {
      this.#loading = undefined
      throw error
    }
  }
}
