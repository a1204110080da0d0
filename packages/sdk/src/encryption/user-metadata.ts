// What of an object's metadata is its user's, beside what belongs to the encryption.
import { CosClientError } from '../errors.js'
import { isEncryptionName, withoutEncryption } from './metadata.js'
import type { ObjectMetadata } from './object-cipher.js'

const WIRE_PREFIX = 'x-cos-meta-'

export function userMetadata(metadata: ObjectMetadata = {}): ObjectMetadata {
  return withoutEncryption(metadata)
}

/** The rest of it. */
export function encryptionMetadata(metadata: ObjectMetadata): ObjectMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => isEncryptionName(name)))
}

/** Throws a CosClientError of kind `validation` where the user's has names of the encryption. */
export function mergedMetadata(user: unknown, encryption: ObjectMetadata): ObjectMetadata {
  return { ...encryption, ...checkedMetadata(user) }
}

/** By the names that are stored. */
export function checkedMetadata(user: unknown): ObjectMetadata {
  const checked: Record<string, string> = {}
  for (const [given, value] of Object.entries((user ?? {}) as ObjectMetadata)) {
    const lower = given.toLowerCase()
    const name = lower.startsWith(WIRE_PREFIX) ? lower.slice(WIRE_PREFIX.length) : lower
    if (isEncryptionName(name)) {
      const message = `The name ${name} in Metadata belongs to the encryption; choose another.`
      throw new CosClientError('validation', message)
    }
    checked[name] = value
  }
  return checked
}
