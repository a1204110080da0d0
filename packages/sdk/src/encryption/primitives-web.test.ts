import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AES_KEY, contentOf, decryptSpan, digest, encryptAll, NAME } from '../testing/encrypted.js'
import { fromHex, metadataOf, officialVectors, rsaPairOf, toHex } from '../testing/official-vectors.js'
import { createEncryption, type EncryptionSettings } from './encryption.js'
import type { KeyProvider } from './key-provider.js'
import type { Primitives } from './primitives.js'
import { nodePrimitives } from './primitives-node.js'
import { webPrimitives } from './primitives-web.js'
import { AESProvider, RSAProvider } from './providers-browser.js'

const { aes, rsa, java, rsa_key } = officialVectors()
const CONTENT = contentOf(200_000)
const web = webPrimitives()

const rsaBy = (...pair: Parameters<typeof RSAProvider.getRsaKeyPair>) =>
  new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPair(...pair) })
const rsaPair = () => rsaBy(rsa_key.public_pem, rsa_key.private_pem)
const aesKey = () => new AESProvider({ aes_key: AES_KEY })

async function roundTrip(provider: KeyProvider, by: readonly Primitives[], settings: EncryptionSettings) {
  const [writer = web, reader = web] = by
  const { cipher, metadata } = await createEncryption(provider, settings, writer).create(NAME)
  const stored = await encryptAll(cipher, CONTENT)
  const opened = await createEncryption(provider, settings, reader).open(metadata, NAME)
  if (!opened) throw new Error('The object is plain.')
  const span = { offset: 70_001, length: 100_000 }
  const part = CONTENT.subarray(span.offset, span.offset + span.length)
  expect(digest(await decryptSpan(opened, stored))).toBe(digest(CONTENT))
  expect(digest(await decryptSpan(opened, stored, span))).toBe(digest(part))
}

describe('WebCrypto and Node', () => {
  const pairs = [
    ['sealed', 'AES', aesKey],
    ['sealed', 'RSA', rsaPair],
    ['python', 'AES', aesKey],
    ['python', 'RSA', rsaPair],
  ] as const
  it.each(pairs)('read each other: %s objects under %s', async (format, _name, provider) => {
    const settings = { format, segmentBytes: 4096 }
    await roundTrip(provider(), [web, nodePrimitives], settings)
    await roundTrip(provider(), [nodePrimitives, web], settings)
  })

  it('have the same ids of keys', async () => {
    for (const provider of [
      aesKey(),
      rsaPair(),
      rsaBy(rsa_key.public_pem),
      rsaBy(undefined, rsa_key.private_pem),
    ]) {
      const id = await createEncryption(provider, {}, nodePrimitives).id()
      expect(await createEncryption(provider, {}, web).id()).toBe(id)
    }
  })

  it('refuse the same keys', async () => {
    const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const providers = [
      rsaBy(pem(small)),
      rsaBy('no key'),
      rsaBy(undefined),
      rsaBy(pem(rsaPairOf(2048).publicKey), rsa_key.private_pem),
      rsaBy(rsa_key.private_pem),
      rsaBy(undefined, 'no key'),
    ]
    for (const provider of providers) {
      for (const primitives of [web, nodePrimitives]) {
        await expect(createEncryption(provider, {}, primitives).id()).rejects.toMatchObject({
          kind: 'encryption',
        })
      }
    }
  })

  it.each([2048, 3072, 4096] as const)('read public keys of PKCS#1 with %i bits', async (bits) => {
    const { publicKey, privateKey } = rsaPairOf(bits)
    const type = 'pkcs1'
    const publicPem = publicKey.export({ type, format: 'pem' }).toString()
    const privatePem = privateKey.export({ type, format: 'pem' }).toString()
    await roundTrip(rsaBy(publicPem, privatePem), [web, nodePrimitives], {})
  })
})

describe('WebCrypto', () => {
  const [oaep, pkcs1] = [
    rsa.find(({ name }) => name.endsWith('path')),
    rsa.find(({ name }) => name.endsWith('value')),
  ]
  const read = async (provider: KeyProvider, vector = oaep) => {
    const encryption = createEncryption(provider, { legacy: 'read' }, web)
    const cipher = await encryption.open(metadataOf(vector?.headers ?? {}), NAME)
    if (!cipher) throw new Error('The object is plain.')
    return toHex(await decryptSpan(cipher, fromHex(vector?.ciphertext ?? '')))
  }

  it.each(aes)('reads the object "$name" of the Python SDK', async (vector) => {
    const aes_key = vector.master_key_as_passed_base64 ?? ''
    // Chromium has no AES keys of 192 bits.
    expect(await read(new AESProvider({ aes_key }), vector)).toBe(vector.plaintext)
  })

  it('reads what the Python SDK wraps with OAEP, and what the Java SDK does with AES', async () => {
    expect(await read(rsaPair())).toBe(oaep?.plaintext)
    const [vector] = java.filter(({ name }) => name === 'AES key, CTR')
    expect(await read(aesKey(), vector)).toBe(vector?.plaintext)
  })

  it('tells that it has no PKCS#1 v1.5, and reads no encrypted PEM', async () => {
    await expect(read(rsaPair(), pkcs1)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('Browsers have no PKCS#1 v1.5'),
    })
    const encrypted = rsaBy(undefined, '-----BEGIN ENCRYPTED PRIVATE KEY-----')
    await expect(createEncryption(encrypted, {}, web).id()).rejects.toThrow('encrypted PEM')
  })

  it('refuses sealed content that was changed', async () => {
    const encryption = createEncryption(aesKey(), {}, web)
    const { cipher } = await encryption.create(NAME)
    const stored = await encryptAll(cipher, CONTENT)
    stored[100_000] = (stored[100_000] ?? 0) ^ 1
    await expect(decryptSpan(cipher, stored)).rejects.toMatchObject({ kind: 'tampered' })
  })
})
