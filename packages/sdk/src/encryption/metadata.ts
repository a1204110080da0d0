// What of an object's metadata is its user's, and what belongs to the encryption.
import { CosClientError } from '../errors.js'
import type { ObjectMetadata } from './object-cipher.js'

const WIRE_PREFIX = 'x-cos-meta-'
/** Of all formats, the former names of COS's SDK for Java among them. */
const OWN_NAME =
  /^(?:client-side-encryption-.*|x-cos-(?:key|key-v2|iv|cek-alg|wrap-alg|matdesc|tag-len|unencrypted-.*))$/

export function userMetadata(metadata: ObjectMetadata = {}): ObjectMetadata {
  return filtered(metadata, (name) => !OWN_NAME.test(name))
}

/** Throws a CosClientError of kind `validation` where the user's has names of the encryption. */
export function mergedMetadata(user: unknown, own: ObjectMetadata): ObjectMetadata {
  return { ...checkedMetadata(user), ...filtered(own, (name) => OWN_NAME.test(name)) }
}

/** By the names that are stored. */
export function checkedMetadata(user: unknown): ObjectMetadata {
  const checked: Record<string, string> = {}
  for (const [given, value] of Object.entries((user ?? {}) as ObjectMetadata)) {
    const lower = given.toLowerCase()
    const name = lower.startsWith(WIRE_PREFIX) ? lower.slice(WIRE_PREFIX.length) : lower
    if (OWN_NAME.test(name)) {
      const message = `The name ${name} in Metadata belongs to the encryption; choose another.`
      throw new CosClientError('validation', message)
    }
    checked[name] = value
  }
  return checked
}

function filtered(metadata: ObjectMetadata, takes: (name: string) => boolean): ObjectMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => takes(name)))
}
