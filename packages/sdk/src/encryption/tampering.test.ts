// Sealed objects in the hands of someone who may write to the bucket, but has no key.
import { describe, expect, it } from 'vitest'
import { CosClientError } from '../errors.js'
import { AES_KEY, contentOf, digest, encryptAll, inPieces, NAME, seeded } from '../testing/encrypted.js'
import { officialVectors } from '../testing/official-vectors.js'
import { AESProvider } from './aes-provider-node.js'
import { CallbackProvider } from './callback-provider.js'
import { createEncryption } from './encryption.js'
import type { KeyProvider } from './key-provider.js'
import type { ObjectCipher, ObjectMetadata, Span } from './object-cipher.js'
import { nodePrimitives } from './primitives-node.js'
import { RSAProvider } from './rsa-provider-node.js'

/** Cases of each kind; more with COSET_RUNS. */
const RUNS = Number(process.env.COSET_RUNS ?? 150)
const SEGMENT = 4096
const SEALED = SEGMENT + 16
const SIZES = [0, 1, 300, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 4 * SEGMENT + 77]

type Below = ReturnType<typeof seeded>
interface Sealed {
  readonly content: Uint8Array
  readonly stored: Uint8Array
  readonly cipher: ObjectCipher
}

const settings = { segmentBytes: SEGMENT }
const aes = () => new AESProvider({ aes_key: AES_KEY })

async function sealed(size: number): Promise<Sealed> {
  const { cipher } = await createEncryption(aes(), settings, nodePrimitives).create(NAME)
  const content = contentOf(size)
  return { content, stored: await encryptAll(cipher, content), cipher }
}

const segmentsOf = (stored: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(stored.length / SEALED) }, (_none, at) =>
    stored.subarray(at * SEALED, (at + 1) * SEALED),
  )

const joined = (...pieces: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(pieces))

/** Each makes something else of what is stored; `other` is an object of the same name and size by another data key. */
const TAMPERINGS: Readonly<
  Record<string, (stored: Uint8Array, other: Uint8Array, below: Below) => Uint8Array>
> = {
  'a bit is flipped': (stored, _other, below) => {
    const changed = stored.slice()
    const at = below(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << below(8))
    return changed
  },
  'a run of bytes is replaced': (stored, _other, below) => {
    const at = below(stored.length)
    return joined(
      stored.subarray(0, at),
      contentOf(1 + below(stored.length - at)),
      stored.subarray(at),
    ).subarray(0, stored.length)
  },
  'the end is cut off': (stored, _other, below) => stored.subarray(0, below(stored.length)),
  'the beginning is cut off': (stored, _other, below) => stored.subarray(1 + below(stored.length)),
  'it is cut between segments': (stored, _other, below) =>
    stored.subarray(0, below(segmentsOf(stored).length) * SEALED),
  'bytes are appended': (stored, _other, below) => joined(stored, contentOf(1 + below(2 * SEALED))),
  'bytes are put in': (stored, _other, below) => {
    const at = below(stored.length)
    return joined(stored.subarray(0, at), contentOf(1 + below(40)), stored.subarray(at))
  },
  'a segment is dropped': (stored, _other, below) => {
    const segments = segmentsOf(stored)
    return joined(...segments.toSpliced(below(segments.length), 1))
  },
  'a segment is there twice': (stored, _other, below) => {
    const segments = segmentsOf(stored)
    const copied = segments[below(segments.length)] ?? stored
    return joined(...segments.toSpliced(below(segments.length + 1), 0, copied))
  },
  'two segments change places': (stored, _other, below) => {
    const segments = segmentsOf(stored)
    const [one, two] = [below(segments.length), below(segments.length)]
    const first = segments[one] ?? stored
    return joined(...segments.with(one, segments[two] ?? stored).with(two, first))
  },
  'all segments are in another order': (stored, _other, below) => {
    const segments = segmentsOf(stored)
    const turn = 1 + below(segments.length)
    return joined(...segments.slice(turn), ...segments.slice(0, turn).toReversed())
  },
  'a segment is of an earlier object': (stored, other, below) => {
    const [segments, earlier] = [segmentsOf(stored), segmentsOf(other)]
    const at = below(segments.length)
    return joined(...segments.with(at, earlier[at] ?? other))
  },
  'its end is of an earlier object': (stored, other, below) => {
    const at = below(segmentsOf(stored).length) * SEALED
    return joined(stored.subarray(0, at), other.subarray(at))
  },
  'all of it is of an earlier object': (_stored, other) => other,
  'it is emptied': () => new Uint8Array(0),
  'it ends with the tag of an empty object': (stored, other) =>
    joined(stored.subarray(0, SEALED), other.subarray(-16)),
}

interface Reading {
  readonly given: Uint8Array
  readonly error: unknown
}

/** As a client reads: what comes until something is wrong. */
async function read({ cipher }: Sealed, stored: Uint8Array, span?: Span): Promise<Reading | undefined> {
  const given: Uint8Array[] = []
  try {
    const length = cipher.plainLength(stored.length)
    const plain = span ?? { offset: 0, length }
    // No client would ask for what is not there.
    if (plain.offset + plain.length > length) return undefined
    const { offset, length: covered } = cipher.cover(plain, length)
    const pieces = inPieces(stored.subarray(offset, offset + covered), 3000)
    for await (const piece of cipher.decrypt(pieces, plain, length)) given.push(piece)
    return { given: joined(...given), error: undefined }
  } catch (error) {
    return { given: joined(...given), error }
  }
}

const isTampered = (error: unknown) => error instanceof CosClientError && error.kind === 'tampered'

/** The whole is refused, after nothing but what was encrypted. */
async function expectRefused(object: Sealed, stored: Uint8Array, told: string): Promise<void> {
  const { given, error } = (await read(object, stored)) ?? { given: stored, error: undefined }
  expect(isTampered(error), told).toBe(true)
  expect(digest(given), told).toBe(digest(object.content.subarray(0, given.length)))
}

/** A part is refused, or all of it is what was encrypted. */
async function expectPartRight(
  object: Sealed,
  stored: Uint8Array,
  { span, told }: { readonly span: Span; readonly told: string },
) {
  const part = await read(object, stored, span)
  if (!part) return
  const right = object.content.subarray(span.offset, span.offset + span.length)
  expect(digest(part.given), told).toBe(digest(right.subarray(0, part.given.length)))
  expect(part.given.length === span.length || isTampered(part.error), told).toBe(true)
}

describe('sealed content is refused before anything wrong is given where', () => {
  it.each(Object.entries(TAMPERINGS))('%s', async (name, tamper) => {
    let cases = 0
    for (const size of SIZES) {
      const [object, other] = [await sealed(size), await sealed(size)]
      for (let run = 0; run < RUNS / SIZES.length; run++) {
        const below = seeded(run * 7919 + size)
        const stored = tamper(object.stored, other.stored, below)
        if (Buffer.compare(stored, object.stored) === 0) continue
        cases++
        const told = `${name}, ${size} bytes, run ${run}`
        await expectRefused(object, stored, told)
        const offset = below(size + 1)
        await expectPartRight(object, stored, { span: { offset, length: below(size - offset + 1) }, told })
      }
    }
    expect(cases).toBeGreaterThan(0)
  })
})

const { rsa_key } = officialVectors()
const flipped = async (key: Uint8Array) => key.map((byte) => byte ^ 0x55)
const PROVIDERS: Readonly<Record<string, () => KeyProvider>> = {
  'an AES key': aes,
  'RSA keys': () =>
    new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPair(rsa_key.public_pem, rsa_key.private_pem) }),
  'a callback': () => new CallbackProvider({ name: 'kms', keyId: 'main', wrap: flipped, unwrap: flipped }),
}

/** Other letters of base64, other digits, other lengths. */
function otherText(text: string, below: Below): string {
  const at = below(text.length)
  const letter = 'AQgwBz019+/=-: '[below(15)] ?? 'A'
  const changes = [
    text.slice(0, at) + letter + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + letter + text.slice(at),
    text.slice(0, at),
    `${text},${text}`,
  ]
  return changes[below(changes.length)] ?? ''
}

describe('sealed metadata is refused where it was changed: by', () => {
  it.each(Object.entries(PROVIDERS))('%s', async (_name, provider) => {
    const encryption = createEncryption(provider(), settings, nodePrimitives)
    const [{ metadata }, { metadata: other }] = [await encryption.create(NAME), await encryption.create(NAME)]
    const names = Object.keys(metadata)
    const below = seeded(1)
    const refused = async (changed: ObjectMetadata, told: string) => {
      const outcome = await encryption.open(changed, NAME).catch((error: unknown) => error)
      expect(outcome, told).toBeInstanceOf(CosClientError)
      expect(['encryption', 'tampered'], told).toContain((outcome as CosClientError).kind)
    }
    for (const name of names) {
      const value = metadata[name] ?? ''
      for (let run = 0; run < RUNS / 3; run++) {
        const text = otherText(value, below)
        if (text !== value) await refused({ ...metadata, [name]: text }, `${name}: ${text}`)
      }
      const swapped = { ...metadata, [name]: other[name] ?? '' }
      if (swapped[name] !== value) await refused(swapped, `${name} of another object`)
      const { [name]: _gone, ...rest } = metadata
      await refused(rest, `without ${name}`)
    }
    expect(await encryption.open(metadata, NAME)).toBeDefined()
  })

  it('the salt, commitment and size of another object with its key', async () => {
    const encryption = createEncryption(aes(), settings, nodePrimitives)
    const [{ metadata }, { metadata: other }] = [await encryption.create(NAME), await encryption.create(NAME)]
    const prefix = 'client-side-encryption-'
    for (const kept of ['key', 'salt', 'commitment', 'name'].map((name) => prefix + name)) {
      const mixed = { ...other, [kept]: metadata[kept] ?? '' }
      const opening = encryption.open(mixed, NAME)
      if (kept === `${prefix}name`) expect(await opening).toBeDefined()
      else await expect(opening).rejects.toMatchObject({ kind: 'tampered' })
    }
  })
})
