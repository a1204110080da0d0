// What the metadata of a sealed object says, to the letter.
import { encodeFields, fromBase64Url, toBase64, toBase64Url, utf8 } from './bytes.js'
import { isKeyId } from './key-provider.js'
import { bytesField, checkFieldNames, type EncryptionFields, PREFIX, unusable } from './metadata.js'
import type { ObjectMetadata } from './object-cipher.js'

export const SUITE = 'coset-sealed-1'
export const SALT_BYTES = 32
export const COMMITMENT_BYTES = 32
export const SEGMENT_BYTES_DEFAULT = 64 * 1024
const SEGMENT_BYTES_MIN = 4096
const SEGMENT_BYTES_MAX = 1024 * 1024
/** More than an RSA key of 4096 bits needs; all user metadata of an object has room for 2 KB. */
export const WRAPPED_BYTES_MAX = 768
const NAME_BYTES = 32

const NAMES = {
  format: SUITE,
  required: ['cek-alg', 'wrap-alg', 'key-id', 'key', 'salt', 'commitment', 'segment-size'],
  optional: ['name'],
}

/** All that stands in the metadata but for the wrapped key. */
export interface SealedHead {
  readonly algorithm: string
  readonly keyId: string
  readonly salt: Uint8Array
  readonly commitment: Uint8Array
  readonly segmentBytes: number
  /** Hash of the bucket and key that the object belongs to; undefined where it belongs to none. */
  readonly name: Uint8Array | undefined
}

export interface SealedMetadata {
  readonly head: SealedHead
  readonly wrapped: Uint8Array
}

/** Throws kind `encryption`, by name, for whatever is missing, unknown, or not written as it should be. */
export function readSealed(fields: EncryptionFields): SealedMetadata {
  checkFieldNames(fields, NAMES)
  const algorithm = fields.get('wrap-alg') ?? ''
  if (!/^[A-Za-z0-9-]{1,32}(:[A-Za-z0-9_.-]{1,32})?$/.test(algorithm)) throw mistaken('wrap-alg')
  const keyId = fields.get('key-id') ?? ''
  if (!isKeyId(keyId)) throw mistaken('key-id')
  return {
    wrapped: bytesField(fields, 'key', { min: 1, max: WRAPPED_BYTES_MAX }),
    head: {
      algorithm,
      keyId,
      salt: bytesField(fields, 'salt', { min: SALT_BYTES, max: SALT_BYTES }),
      commitment: bytesField(fields, 'commitment', { min: COMMITMENT_BYTES, max: COMMITMENT_BYTES }),
      segmentBytes: readSegmentBytes(fields.get('segment-size') ?? ''),
      name: readName(fields.get('name')),
    },
  }
}

export function writeSealed({ head, wrapped }: SealedMetadata): ObjectMetadata {
  return {
    [`${PREFIX}cek-alg`]: SUITE,
    [`${PREFIX}wrap-alg`]: head.algorithm,
    [`${PREFIX}key-id`]: head.keyId,
    [`${PREFIX}key`]: toBase64(wrapped),
    [`${PREFIX}salt`]: toBase64(head.salt),
    [`${PREFIX}commitment`]: toBase64(head.commitment),
    [`${PREFIX}segment-size`]: String(head.segmentBytes),
    ...(head.name && { [`${PREFIX}name`]: toBase64Url(head.name) }),
  }
}

/** All that the metadata says in one encoding, which wrapping the data key binds it to. */
export function contextOf(head: SealedHead): Uint8Array {
  return encodeFields([
    utf8(`${SUITE}/context`),
    utf8(head.algorithm),
    utf8(head.keyId),
    head.salt,
    head.commitment,
    utf8(String(head.segmentBytes)),
    head.name ?? new Uint8Array(0),
  ])
}

export function isSegmentBytes(value: number): boolean {
  const isInRange = value >= SEGMENT_BYTES_MIN && value <= SEGMENT_BYTES_MAX
  return isInRange && Number.isInteger(Math.log2(value))
}

function readSegmentBytes(text: string): number {
  const value = /^[1-9]\d{3,6}$/.test(text) ? Number(text) : 0
  if (!isSegmentBytes(value)) throw mistaken('segment-size')
  return value
}

function readName(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const name = fromBase64Url(text)
  if (name?.length !== NAME_BYTES) throw mistaken('name')
  return name
}

function mistaken(name: string) {
  return unusable(`x-cos-meta-${PREFIX}${name} is nothing that the format ${SUITE} knows`)
}
