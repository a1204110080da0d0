// Objects in the formats of the official SDKs, with their keys: opened, and for the Python SDK also made.
import { toBase64 } from './bytes.js'
import { CounterCipher } from './counter-cipher.js'
import type { CounterKey, MasterKey } from './key-provider.js'
import { type LegacyMetadata, pythonName } from './legacy-metadata.js'
import { unusable } from './metadata.js'
import type { NewCipher, ObjectMetadata } from './object-cipher.js'
import type { Primitives } from './primitives.js'

const KEY_BYTES = 32
const IV_BYTES = 16
const GCM_IV_BYTES = 12
const GCM_TAG_BYTES = 16

export async function createPython(primitives: Primitives, key: MasterKey): Promise<NewCipher> {
  const plain = { key: primitives.random(KEY_BYTES), iv: newIv(primitives) }
  return {
    cipher: cipherOf(primitives, plain, { format: 'python', isGcm: false }),
    metadata: await pythonMetadata(key, plain),
  }
}

export async function openLegacy(
  primitives: Primitives,
  keys: readonly MasterKey[],
  metadata: LegacyMetadata,
): Promise<CounterCipher> {
  return cipherOf(primitives, (await unwrap(keys, metadata)).plain, metadata)
}

/**
 * The fields of the object by the current key. Objects of Go and Java keep theirs, which this SDK does not write: they
 * can only change their name, not their key.
 */
export async function rewrapLegacy(
  keys: readonly [MasterKey, ...MasterKey[]],
  metadata: LegacyMetadata,
): Promise<ObjectMetadata | undefined> {
  const { plain, by } = await unwrap(keys, metadata)
  const [current] = keys
  if (metadata.format === 'python') return pythonMetadata(current, plain)
  if (by === current) return undefined
  throw unusable(
    `The format ${metadata.format} is not written, so its objects keep their key; upload it anew`,
  )
}

async function pythonMetadata(key: MasterKey, plain: CounterKey): Promise<ObjectMetadata> {
  const wrapped = await key.legacy.wrap(plain)
  return { [pythonName('key')]: toBase64(wrapped.key), [pythonName('iv')]: toBase64(wrapped.iv) }
}

/** The first key that fits. Most of these formats can not tell whether it is the right one. */
async function unwrap(keys: readonly MasterKey[], metadata: LegacyMetadata) {
  for (const by of keys) {
    const plain = await by.legacy.unwrap(metadata)
    if (plain) {
      checkLengths(plain, metadata)
      return { plain, by }
    }
  }
  const known = keys.map(({ id }) => id).join(', ')
  const how = `format ${metadata.format}, keys wrapped by ${metadata.algorithm}`
  throw unusable(`The object (${how}) can't be opened with the key ${known}: another one is needed`)
}

function checkLengths({ key, iv }: CounterKey, { isGcm, format }: LegacyMetadata): void {
  if (key.length === KEY_BYTES && iv.length === (isGcm ? GCM_IV_BYTES : IV_BYTES)) return
  throw unusable(`The headers of this object unwrap to nothing that the format ${format} has`)
}

function cipherOf(
  primitives: Primitives,
  { key, iv }: CounterKey,
  { format, isGcm }: Pick<LegacyMetadata, 'format' | 'isGcm'>,
): CounterCipher {
  return new CounterCipher({
    format,
    counter: isGcm ? gcmCounter(iv) : iv,
    trailerBytes: isGcm ? GCM_TAG_BYTES : 0,
    stream: (counter) => primitives.ctr(key, counter),
  })
}

/** AES-GCM encrypts its content from the second counter on; the first is the tag's. */
function gcmCounter(iv: Uint8Array): Uint8Array {
  const counter = new Uint8Array(IV_BYTES)
  counter.set(iv)
  counter[IV_BYTES - 1] = 2
  return counter
}

/**
 * Other SDKs count in 64 bits, or fail at the end of 128: this IV leaves them room for any object. That the two bits are known
 * does no harm.
 */
function newIv(primitives: Primitives): Uint8Array {
  const iv = primitives.random(IV_BYTES)
  for (const at of [0, 8]) iv[at] = (iv[at] ?? 0) & 0x7f
  return iv
}
