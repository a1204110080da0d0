import { describe, expect, it } from 'vitest'
import {
  AES_KEY,
  contentOf,
  decryptSpan,
  digest,
  encryptAll,
  NAME,
  OTHER_AES_KEY,
} from '../testing/encrypted.js'
import { AESProvider, type AESProviderOptions } from './aes-provider-node.js'
import { createEncryption, type EncryptionSettings } from './encryption.js'
import type { Encryption, ObjectMetadata } from './object-cipher.js'
import { nodePrimitives } from './primitives-node.js'

const CONTENT = contentOf(70_000)
const ELSEWHERE = { ...NAME, Key: 'other' }

function encryptionOf(options: AESProviderOptions = {}, settings: EncryptionSettings = {}): Encryption {
  return createEncryption(new AESProvider({ aes_key: AES_KEY, ...options }), settings, nodePrimitives)
}

async function written(encryption = encryptionOf()) {
  const { cipher, metadata } = await encryption.create(NAME)
  return { metadata, stored: await encryptAll(cipher, CONTENT) }
}

async function read(encryption: Encryption, metadata: ObjectMetadata, stored: Uint8Array, name = NAME) {
  const cipher = await encryption.open(metadata, name)
  if (!cipher) throw new Error('The object is plain.')
  return decryptSpan(cipher, stored)
}

const without = (metadata: ObjectMetadata, gone: string): ObjectMetadata =>
  Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.endsWith(gone)))

describe('a sealed object', () => {
  it('is opened by what its metadata says', async () => {
    const { metadata, stored } = await written()
    expect(digest(await read(encryptionOf(), { ...metadata, colour: 'red' }, stored))).toBe(digest(CONTENT))
  })

  it('shares nothing with another, though content and name are the same', async () => {
    const [one, two] = [await written(), await written()]
    for (const name of ['key', 'salt', 'commitment']) {
      expect(one.metadata[`client-side-encryption-${name}`]).not.toBe(
        two.metadata[`client-side-encryption-${name}`],
      )
    }
    await expect(read(encryptionOf(), one.metadata, two.stored)).rejects.toMatchObject({ kind: 'tampered' })
  })

  it('tells which key it lacks', async () => {
    const { metadata, stored } = await written()
    const other = encryptionOf({ aes_key: OTHER_AES_KEY })
    await expect(read(other, metadata, stored)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('formerKeys'),
    })
  })

  it('can not tell a wrong key from changed metadata where the id was given', async () => {
    const { metadata, stored } = await written(encryptionOf({ keyId: 'main' }))
    const other = encryptionOf({ aes_key: OTHER_AES_KEY, keyId: 'main' })
    await expect(read(other, metadata, stored)).rejects.toMatchObject({ kind: 'encryption' })
  })

  it.each([
    'key',
    'salt',
    'commitment',
    'segment-size',
    'key-id',
    'wrap-alg',
  ])('is refused by name without %s', async (name) => {
    const { metadata, stored } = await written()
    const full = `x-cos-meta-client-side-encryption-${name}`
    await expect(read(encryptionOf(), without(metadata, `-${name}`), stored)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining(full),
    })
  })

  it('is refused with a header that it can not have, or twice', async () => {
    const { metadata, stored } = await written()
    const refused = (extra: ObjectMetadata, named: string) =>
      expect(read(encryptionOf(), { ...metadata, ...extra }, stored)).rejects.toMatchObject({
        kind: 'encryption',
        message: expect.stringContaining(named),
      })
    await refused({ 'client-side-encryption-matdesc': '{}' }, 'matdesc')
    await refused({ 'Client-Side-Encryption-Salt': 'AAAA' }, 'salt twice')
    await refused({ 'client-side-encryption-segment-size': '065536' }, 'segment-size')
    await refused({ 'client-side-encryption-segment-size': '70000' }, 'segment-size')
    await refused({ 'client-side-encryption-salt': ` ${metadata['client-side-encryption-salt']}` }, 'salt')
  })

  it('is bound to its name, and stays readable under it after a copy', async () => {
    const { metadata, stored } = await written()
    await expect(read(encryptionOf(), metadata, stored, ELSEWHERE)).rejects.toMatchObject({
      kind: 'tampered',
      message: expect.stringContaining('sealedAs'),
    })
    const renamed = without(metadata, '-name')
    await expect(read(encryptionOf(), renamed, stored, ELSEWHERE)).rejects.toMatchObject({ kind: 'tampered' })
    expect(digest(await read(encryptionOf(), metadata, stored, NAME))).toBe(digest(CONTENT))
  })

  it('belongs to no name where that is wanted', async () => {
    const { metadata, stored } = await written(encryptionOf({}, { bindName: false }))
    expect(digest(await read(encryptionOf(), metadata, stored, ELSEWHERE))).toBe(digest(CONTENT))
  })

  it('gets another name without its content being touched', async () => {
    const { metadata, stored } = await written()
    const moved = await encryptionOf().rewrap({ ...metadata, colour: 'red' }, NAME, ELSEWHERE)
    expect(moved?.colour).toBe('red')
    expect(digest(await read(encryptionOf(), moved ?? {}, stored, ELSEWHERE))).toBe(digest(CONTENT))
    await expect(read(encryptionOf(), moved ?? {}, stored, NAME)).rejects.toMatchObject({ kind: 'tampered' })
  })

  it('is read by a former key, and rewrapped by the current one', async () => {
    const { metadata, stored } = await written()
    const former = [new AESProvider({ aes_key: AES_KEY })]
    const rotated = encryptionOf({ aes_key: OTHER_AES_KEY, formerKeys: former })
    expect(digest(await read(rotated, metadata, stored))).toBe(digest(CONTENT))
    const anew = (await rotated.rewrap(metadata, NAME, NAME)) ?? {}
    expect(digest(await read(encryptionOf({ aes_key: OTHER_AES_KEY }), anew, stored))).toBe(digest(CONTENT))
    await expect(read(encryptionOf(), anew, stored)).rejects.toMatchObject({ kind: 'encryption' })
  })

  it('is read by a former key that was given the same id', async () => {
    const keyId = 'main'
    const { metadata, stored } = await written(encryptionOf({ keyId }))
    const formerKeys = [new AESProvider({ aes_key: AES_KEY, keyId })]
    const rotated = encryptionOf({ aes_key: OTHER_AES_KEY, keyId, formerKeys })
    expect(digest(await read(rotated, metadata, stored))).toBe(digest(CONTENT))
  })

  it('needs a key of 32 bytes', async () => {
    const short = encryptionOf({ aes_key: Buffer.alloc(16).toString('base64') })
    await expect(short.create(NAME)).rejects.toMatchObject({ kind: 'encryption' })
  })
})

describe('a plain object', () => {
  it('is refused unless plain ones may be read', async () => {
    await expect(encryptionOf().open({ colour: 'red' }, NAME)).rejects.toMatchObject({ kind: 'encryption' })
    expect(await encryptionOf({}, { plain: 'read' }).open({ colour: 'red' }, NAME)).toBeUndefined()
    expect(await encryptionOf({}, { plain: 'read' }).rewrap({}, NAME, NAME)).toBeUndefined()
  })

  it('is not taken for an encrypted one', async () => {
    expect(encryptionOf().isEncrypted({ colour: 'red' })).toBe(false)
    expect(encryptionOf().isEncrypted((await written()).metadata)).toBe(true)
  })
})

describe('what new objects are encrypted with', () => {
  it('has an id that changes with the key and the format, and shows no key', async () => {
    const ids = await Promise.all([
      encryptionOf().id(),
      encryptionOf({ aes_key: OTHER_AES_KEY }).id(),
      encryptionOf({}, { segmentBytes: 4096 }).id(),
      encryptionOf({}, { format: 'python' }).id(),
    ])
    expect(new Set(ids).size).toBe(4)
    expect(await encryptionOf().id()).toBe(ids[0])
  })

  it('must be settings that there are', () => {
    const configuration = expect.objectContaining({ kind: 'configuration' })
    expect(() => encryptionOf({}, { segmentBytes: 5000 })).toThrow(configuration)
    expect(() => encryptionOf({}, { format: 'go' as 'sealed' })).toThrow(configuration)
  })
})
