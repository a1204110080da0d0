// The metadata of encrypted objects, as far as all formats share it: its names, and how it tells the format.
import { CosClientError } from '../errors.js'
import { fromBase64 } from './bytes.js'
import type { ObjectMetadata } from './object-cipher.js'

export const PREFIX = 'client-side-encryption-'
/** Names of the Java SDK, most of them from before it took up the common ones. */
const JAVA_NAMES = [
  'x-cos-key',
  'x-cos-key-v2',
  'x-cos-iv',
  'x-cos-cek-alg',
  'x-cos-wrap-alg',
  'x-cos-matdesc',
  'x-cos-tag-len',
  'x-cos-unencrypted-content-md5',
]

/** What tells about the encryption, by name without the prefix where it has ours. */
export type EncryptionFields = ReadonlyMap<string, string>

/** Throws kind `encryption` where a name is there twice, in other cases of its letters. */
export function encryptionFields(metadata: ObjectMetadata): EncryptionFields {
  const fields = new Map<string, string>()
  for (const [anyCase, value] of Object.entries(metadata)) {
    const name = anyCase.toLowerCase()
    if (isEncryptionName(name)) {
      const short = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name
      if (fields.has(short)) throw unusable(`The object has ${headerOf(short)} twice`)
      fields.set(short, value)
    }
  }
  return fields
}

export function isEncryptionName(name: string): boolean {
  return name.startsWith(PREFIX) || JAVA_NAMES.includes(name)
}

/** The metadata without what it says about encryption. */
export function withoutEncryption(metadata: ObjectMetadata): ObjectMetadata {
  const entries = Object.entries(metadata).filter(([name]) => !isEncryptionName(name.toLowerCase()))
  return Object.fromEntries(entries)
}

/** Of the fields of one format: those that must be there, and those that may. */
export interface FieldNames {
  readonly format: string
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** Throws kind `encryption` by name for what is missing, and for what the format does not know. */
export function checkFieldNames(fields: EncryptionFields, { format, required, optional }: FieldNames): void {
  for (const name of required) {
    if (!fields.has(name)) throw unusable(`An object of the format ${format} must have ${headerOf(name)}`)
  }
  for (const name of fields.keys()) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw unusable(`The format ${format} knows no ${headerOf(name)}, which the object has`)
    }
  }
}

/** The field's bytes, from base64; kind `encryption` for anything else, and where the length is not one of those allowed. */
export function bytesField(
  fields: EncryptionFields,
  name: string,
  lengths: { readonly min: number; readonly max: number },
): Uint8Array {
  const bytes = fromBase64(fields.get(name) ?? '')
  if (!bytes) throw unusable(`${headerOf(name)} is not base64`)
  if (bytes.length < lengths.min || bytes.length > lengths.max) {
    throw unusable(`${headerOf(name)} has ${bytes.length} bytes, which no object of this format has`)
  }
  return bytes
}

/** A field as it is called on the wire. */
export function headerOf(name: string): string {
  return `x-cos-meta-${JAVA_NAMES.includes(name) ? '' : PREFIX}${name}`
}

export function unusable(message: string, cause?: unknown): CosClientError {
  return new CosClientError('encryption', `${message}.`, cause === undefined ? {} : { cause })
}
