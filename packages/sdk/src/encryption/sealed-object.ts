// Sealed objects with their keys: made, opened, and bound to another key or name.
import { CosClientError } from '../errors.js'
import { encodeFields, isEqual, join, uint32, utf8 } from './bytes.js'
import type { MasterKey } from './key-provider.js'
import { type EncryptionFields, unusable } from './metadata.js'
import type { NewCipher, ObjectMetadata, ObjectName } from './object-cipher.js'
import type { Primitives } from './primitives.js'
import { SealedCipher } from './sealed-cipher.js'
import {
  COMMITMENT_BYTES,
  contextOf,
  readSealed,
  SALT_BYTES,
  type SealedHead,
  SUITE,
  WRAPPED_BYTES_MAX,
  writeSealed,
} from './sealed-metadata.js'

const DATA_KEY_BYTES = 32

export interface SealedContext {
  readonly primitives: Primitives
  /** The current key comes first. */
  readonly keys: readonly [MasterKey, ...MasterKey[]]
}

export interface NewSealed {
  /** Undefined: the object belongs to no name. */
  readonly name: ObjectName | undefined
  readonly segmentBytes: number
}

export async function createSealed(
  { primitives, keys: [key] }: SealedContext,
  { name, segmentBytes }: NewSealed,
): Promise<NewCipher> {
  const dataKey = primitives.random(DATA_KEY_BYTES)
  const salt = primitives.random(SALT_BYTES)
  const { contentKey, commitment } = await derive(primitives, { dataKey, salt, segmentBytes })
  const hashed = name && (await hashOf(name, primitives))
  const head = { algorithm: key.algorithm, keyId: key.id, salt, commitment, segmentBytes, name: hashed }
  return {
    cipher: new SealedCipher(await primitives.gcm(contentKey), segmentBytes),
    metadata: await wrapped(key, head, dataKey),
  }
}

export async function openSealed(
  context: SealedContext,
  fields: EncryptionFields,
  name: ObjectName,
): Promise<SealedCipher> {
  const { head, contentKey } = await unwrap(context, fields, name)
  return new SealedCipher(await context.primitives.gcm(contentKey), head.segmentBytes)
}

/** The same object's metadata by the current key, and for `to`; undefined: for no name. */
export async function rewrapSealed(
  context: SealedContext,
  fields: EncryptionFields,
  { from, to }: { readonly from: ObjectName; readonly to: ObjectName | undefined },
): Promise<ObjectMetadata> {
  const { head, dataKey } = await unwrap(context, fields, from)
  const [key] = context.keys
  const name = to && (await hashOf(to, context.primitives))
  return wrapped(key, { ...head, algorithm: key.algorithm, keyId: key.id, name }, dataKey)
}

async function wrapped(key: MasterKey, head: SealedHead, dataKey: Uint8Array): Promise<ObjectMetadata> {
  const bytes = await key.wrap(dataKey, { salt: head.salt, context: contextOf(head) })
  if (bytes.length > WRAPPED_BYTES_MAX) {
    throw unusable(
      `The key ${key.id} makes ${bytes.length} bytes of a data key; at most ${WRAPPED_BYTES_MAX} fit`,
    )
  }
  return writeSealed({ head, wrapped: bytes })
}

async function unwrap({ primitives, keys }: SealedContext, fields: EncryptionFields, name: ObjectName) {
  const { head, wrapped: bytes } = readSealed(fields)
  const dataKey = await unwrapBy(keys, head, bytes)
  const { contentKey, commitment } = await derive(primitives, { ...head, dataKey })
  if (!isEqual(commitment, head.commitment)) throw changed()
  if (head.name && !isEqual(head.name, await hashOf(name, primitives))) throw wrongName(name)
  return { head, dataKey, contentKey }
}

/** By the key of that id; ids that were given may be those of several. */
async function unwrapBy(
  keys: readonly MasterKey[],
  head: SealedHead,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const fitting = keys.filter(({ id, algorithm }) => id === head.keyId && algorithm === head.algorithm)
  if (fitting.length === 0) throw noKey(head, keys)
  for (const key of fitting) {
    const dataKey = await key.unwrap(bytes, { salt: head.salt, context: contextOf(head) })
    if (dataKey?.length === DATA_KEY_BYTES) return dataKey
  }
  throw fitting.every(({ isIdComputed }) => isIdComputed) ? changed() : wrongKey(head)
}

interface Derivation {
  readonly dataKey: Uint8Array
  readonly salt: Uint8Array
  readonly segmentBytes: number
}

/** The commitment lets no one make content that two data keys open. */
async function derive(primitives: Primitives, { dataKey, salt, segmentBytes }: Derivation) {
  const size = uint32(segmentBytes)
  const info = (what: string) => join([utf8(`${SUITE}/${what}`), size])
  const from = { key: dataKey, salt }
  return {
    contentKey: await primitives.hkdf({ ...from, info: info('content-key'), length: 32 }),
    commitment: await primitives.hkdf({ ...from, info: info('commitment'), length: COMMITMENT_BYTES }),
  }
}

async function hashOf({ Bucket, Key }: ObjectName, primitives: Primitives): Promise<Uint8Array> {
  return primitives.sha256(encodeFields([utf8(`${SUITE}/name`), utf8(Bucket), utf8(Key)]))
}

function noKey({ keyId, algorithm }: SealedHead, keys: readonly MasterKey[]): CosClientError {
  const known = keys.map(({ id }) => id).join(', ')
  const advice = 'Give the provider the key it was written with, as one of its formerKeys if need be'
  return unusable(`The object's key is ${keyId} (${algorithm}), but there is only ${known}. ${advice}`)
}

function wrongKey({ keyId }: SealedHead): CosClientError {
  return unusable(
    `The key ${keyId} does not open this object: it is another key, or the metadata was changed`,
  )
}

function changed(): CosClientError {
  const message = 'The metadata of this object is not what was written: its encryption headers were changed.'
  return new CosClientError('tampered', message)
}

function wrongName({ Bucket, Key }: ObjectName): CosClientError {
  const message = `The object was not encrypted as ${Bucket}/${Key}: someone copied, renamed or swapped it.`
  return new CosClientError(
    'tampered',
    `${message} To read it, say which object it was encrypted as (sealedAs).`,
  )
}
