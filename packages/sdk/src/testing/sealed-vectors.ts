// Makes the vectors of the sealed format by this implementation, with bytes in place of chance.
import { AESProvider } from '../encryption/aes-provider-node.js'
import { fromBase64, isEqual, toBase64 } from '../encryption/bytes.js'
import { CallbackProvider } from '../encryption/callback-provider.js'
import { createEncryption, type EncryptionSettings } from '../encryption/encryption.js'
import type { KeyProvider } from '../encryption/key-provider.js'
import { encryptionFields } from '../encryption/metadata.js'
import type { ObjectMetadata } from '../encryption/object-cipher.js'
import type { Primitives } from '../encryption/primitives.js'
import { nodePrimitives } from '../encryption/primitives-node.js'
import { RSAProvider } from '../encryption/rsa-provider-node.js'
import { contextOf, readSealed, writeSealed } from '../encryption/sealed-metadata.js'
import { AES_KEY, encryptAll, NAME } from './encrypted.js'
import { officialVectors } from './official-vectors.js'

export interface SealedVector {
  readonly name: string
  /** By which of the keys of the file the data key is wrapped. */
  readonly key: 'aes' | 'rsa' | 'callback'
  readonly bucket: string
  readonly object: string
  readonly metadata: ObjectMetadata
  /** The content is the bytes 0, 1, ... 250, 0, 1, ... up to this length. */
  readonly length: number
  /** In base64. */
  readonly stored: string
}

/** An object that must not be read: one of the others, with something changed. */
export interface RefusedVector extends Omit<SealedVector, 'length'> {
  readonly why: string
}

export interface SealedVectors {
  readonly about: string
  readonly keys: {
    readonly aes: string
    readonly rsa_public_pem: string
    readonly rsa_private_pem: string
    readonly callback: string
  }
  readonly vectors: readonly SealedVector[]
  readonly refused: readonly RefusedVector[]
}

interface Wanted {
  readonly name: string
  readonly key: SealedVector['key']
  readonly length: number
  readonly settings: EncryptionSettings
  readonly keyId?: string
}

const WANTED: readonly Wanted[] = [
  { name: 'empty', key: 'aes', length: 0, settings: { segmentBytes: 4096 } },
  { name: 'one short segment', key: 'aes', length: 29, settings: {} },
  { name: 'a full segment and an empty one', key: 'aes', length: 4096, settings: { segmentBytes: 4096 } },
  { name: 'three segments', key: 'aes', length: 10_000, settings: { segmentBytes: 4096 } },
  {
    name: 'of no name, by a key whose id was given',
    key: 'aes',
    length: 100,
    settings: { bindName: false },
    keyId: 'vault/2026',
  },
  { name: 'by RSA', key: 'rsa', length: 100, settings: {} },
  { name: 'by a callback', key: 'callback', length: 100, settings: {}, keyId: 'kms-key-1' },
]

const { rsa_key } = officialVectors()
const xored = async (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55)

export function vectorProvider(key: SealedVector['key'], keyId?: string): KeyProvider {
  if (key === 'aes') return new AESProvider({ aes_key: AES_KEY, keyId })
  if (key === 'callback')
    return new CallbackProvider({ name: 'xor', keyId: keyId ?? '', wrap: xored, unwrap: xored })
  return new RSAProvider({
    key_pair_info: RSAProvider.getRsaKeyPair(rsa_key.public_pem, rsa_key.private_pem),
    keyId,
  })
}

/** Those by RSA are another each time, as its padding has chance of its own. */
export async function makeSealedVectors(): Promise<SealedVectors> {
  const vectors: SealedVector[] = []
  for (const wanted of WANTED) vectors.push(await makeVector(wanted))
  return {
    about:
      'Objects of the format coset-sealed-1: see encryption-format.md. Keys are no secret. The callback encrypts by XOR of each byte with 0x55. stored and keys.aes are base64; content is the bytes 0 to 250 over and over.',
    keys: {
      aes: AES_KEY,
      rsa_public_pem: rsa_key.public_pem,
      rsa_private_pem: rsa_key.private_pem,
      callback: 'XOR with 0x55',
    },
    vectors,
    refused: await refusals(vectors),
  }
}

export function vectorContent(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_none, at) => at % 251)
}

async function makeVector({ name, key, length, settings, keyId }: Wanted): Promise<SealedVector> {
  const encryption = createEncryption(vectorProvider(key, keyId), settings, scripted(name.length))
  const { cipher, metadata } = await encryption.create(NAME)
  const stored = toBase64(await encryptAll(cipher, vectorContent(length)))
  return { name, key, bucket: NAME.Bucket, object: NAME.Key, metadata, length, stored }
}

/** Bytes that go up, from another start for each object and each use. */
function scripted(seed: number): Primitives {
  let next = seed * 7
  return {
    ...nodePrimitives,
    random(length) {
      next += 31
      return Uint8Array.from({ length }, (_none, at) => (next + at) & 0xff)
    },
  }
}

async function refusals(vectors: readonly SealedVector[]): Promise<readonly RefusedVector[]> {
  const base = vectors.find(({ name }) => name === 'a full segment and an empty one')
  if (!base) throw new Error('The vector is gone.')
  const { length: _length, ...object } = base
  const stored = fromBase64(base.stored) ?? new Uint8Array(0)
  const flipped = stored.map((byte, at) => (at === 2000 ? byte ^ 1 : byte))
  const cut = (length: number) => toBase64(stored.subarray(0, length))
  const prefix = 'client-side-encryption-'
  const { [`${prefix}name`]: _name, ...nameless } = base.metadata
  return [
    { ...object, name: 'flipped', why: 'bit 0 of byte 2000 is another', stored: toBase64(flipped) },
    { ...object, name: 'cut', why: 'the last segment is missing', stored: cut(4112) },
    { ...object, name: 'cut in the middle', why: 'it ends within a segment', stored: cut(3000) },
    { ...object, name: 'moved', why: 'it is read under another key', object: 'other' },
    { ...object, name: 'without its name', why: 'the name is part of the context', metadata: nameless },
    {
      ...object,
      name: 'another segment size',
      why: 'the size is part of the context',
      metadata: { ...base.metadata, [`${prefix}segment-size`]: '8192' },
    },
    {
      ...object,
      name: 'another commitment',
      why: 'it was wrapped by one who has the key, but with a commitment to another data key',
      metadata: await withOtherCommitment(base),
    },
  ]
}

/** All is consistent but for what the data key gives: only comparing the commitment shows it. */
async function withOtherCommitment({ metadata, bucket, object }: SealedVector): Promise<ObjectMetadata> {
  const key = await vectorProvider('aes').load(scripted(99))
  const { head, wrapped } = readSealed(encryptionFields(metadata))
  const dataKey = await key.unwrap(wrapped, { salt: head.salt, context: contextOf(head) })
  if (!dataKey) throw new Error(`The vector ${bucket}/${object} does not open.`)
  const changed = { ...head, commitment: head.commitment.map((byte) => byte ^ 1) }
  if (isEqual(changed.commitment, head.commitment)) throw new Error('Nothing was changed.')
  const anew = await key.wrap(dataKey, { salt: head.salt, context: contextOf(changed) })
  return writeSealed({ head: changed, wrapped: anew })
}
