import { describe, expect, it } from 'vitest'
import { AES_KEY, bytesOf, decryptSpan, encryptAll, inPieces, NAME } from '../testing/encrypted.js'
import {
  fromHex,
  metadataOf,
  type OfficialVector,
  officialVectors,
  toHex,
} from '../testing/official-vectors.js'
import { AESProvider } from './aes-provider-node.js'
import { CallbackProvider } from './callback-provider.js'
import { createEncryption, type EncryptionSettings } from './encryption.js'
import type { KeyProvider } from './key-provider.js'
import type { Encryption, ObjectMetadata } from './object-cipher.js'
import { nodePrimitives } from './primitives-node.js'
import { RSAProvider } from './rsa-provider-node.js'

const { aes, rsa, java, java_rsa, range, multipart, rsa_key } = officialVectors()
const READ: EncryptionSettings = { legacy: 'read' }
const PYTHON: EncryptionSettings = { format: 'python' }

const rsaProvider = (pythonPadding?: 'oaep' | 'pkcs1') =>
  new RSAProvider({
    key_pair_info: RSAProvider.getRsaKeyPair(rsa_key.public_pem, rsa_key.private_pem),
    pythonPadding,
  })

const aesProvider = ({ master_key_as_passed_base64 }: Partial<OfficialVector> = {}) =>
  new AESProvider({ aes_key: master_key_as_passed_base64 ?? AES_KEY })

function encryptionBy(provider: KeyProvider, settings = READ): Encryption {
  return createEncryption(provider, settings, nodePrimitives)
}

async function opened(encryption: Encryption, metadata: ObjectMetadata) {
  const cipher = await encryption.open(metadata, NAME)
  if (!cipher) throw new Error('The object is plain.')
  return cipher
}

async function plaintextOf(provider: KeyProvider, { headers, ciphertext }: OfficialVector): Promise<string> {
  const cipher = await opened(encryptionBy(provider), metadataOf(headers))
  return toHex(await decryptSpan(cipher, fromHex(ciphertext)))
}

describe('of the Python SDK', () => {
  it.each(aes)('the object "$name" is read, and written to the same bytes and headers', async (vector) => {
    const provider = aesProvider(vector)
    expect(await plaintextOf(provider, vector)).toBe(vector.plaintext)
    const metadata = metadataOf(vector.headers)
    const cipher = await opened(encryptionBy(provider), metadata)
    expect(cipher.format).toBe('python')
    expect(cipher.isAuthenticated).toBe(false)
    expect(toHex(await encryptAll(cipher, fromHex(vector.plaintext)))).toBe(vector.ciphertext)
    // What wraps is the same keystream for every object, so the same key has the same headers.
    expect(await encryptionBy(provider).rewrap(metadata, NAME, NAME)).toEqual(metadata)
  })

  it.each(rsa)('the object by a $name is read', async (vector) => {
    expect(await plaintextOf(rsaProvider(), vector)).toBe(vector.plaintext)
  })

  it.each(range)('the range $asked is fetched as $range_header_sent', async (asked) => {
    const [vector] = aes.filter(({ name }) => name === '100 bytes')
    if (!vector) throw new Error('The vector is gone.')
    const cipher = await opened(encryptionBy(aesProvider(vector)), metadataOf(vector.headers))
    const [, first, last] = /=(\d+)-(\d*)/.exec(asked.asked) ?? []
    const offset = Number(first)
    const length = (last ? Number(last) + 1 : 100) - offset
    const covered = cipher.cover({ offset, length }, 100)
    const sent = `bytes=${covered.offset}-${last ? covered.offset + covered.length - 1 : ''}`
    expect(sent).toBe(asked.range_header_sent)
    const got = await decryptSpan(cipher, fromHex(vector.ciphertext), { offset, length })
    expect(toHex(got)).toBe(asked.plaintext)
  })

  it.each(multipart)('$name', async ({ init_headers, parts }) => {
    const cipher = await opened(encryptionBy(aesProvider()), metadataOf(init_headers))
    for (const { offset, plaintext, ciphertext } of parts.toReversed()) {
      const ends = offset === parts.at(-1)?.offset
      const stored = cipher.encrypt(inPieces(fromHex(plaintext), 7), { offset, ends })
      expect(toHex(await bytesOf(stored))).toBe(ciphertext)
    }
  })

  it.each([
    ['an AES key', aesProvider],
    ['an AES key of 16 bytes', () => new AESProvider({ aes_key: Buffer.alloc(16, 1) })],
    ['RSA keys', rsaProvider],
    ['RSA keys and PKCS#1 v1.5', () => rsaProvider('pkcs1')],
  ])('objects are written by %s, and are as it writes them', async (_name, provider) => {
    const { cipher, metadata } = await encryptionBy(provider(), PYTHON).create(NAME)
    expect(Object.keys(metadata)).toEqual(['client-side-encryption-key', 'client-side-encryption-iv'])
    const stored = await encryptAll(cipher, fromHex('00112233'))
    expect(stored.length).toBe(4)
    const read = await opened(encryptionBy(provider()), metadata)
    expect(toHex(await decryptSpan(read, stored))).toBe('00112233')
  })

  it('no two objects share their keys', async () => {
    const encryption = encryptionBy(aesProvider(), PYTHON)
    const metadata = await Promise.all(Array.from({ length: 50 }, () => encryption.create(NAME)))
    expect(new Set(metadata.map((one) => one.metadata['client-side-encryption-key'])).size).toBe(50)
  })

  it('the keys of RSA are rewrapped for another pair', async () => {
    const anew = await encryptionBy(
      new AESProvider({ aes_key: AES_KEY, formerKeys: [rsaProvider()] }),
      PYTHON,
    ).rewrap({ ...metadataOf(rsa[0]?.headers ?? {}), colour: 'red' }, NAME, NAME)
    expect(anew).toEqual({ ...metadataOf(aes[0]?.headers ?? {}), colour: 'red' })
  })
})

describe('of the Java SDK', () => {
  it.each(java)('the object by an $name is read', async (vector) => {
    const provider = vector.name.startsWith('AES') ? aesProvider() : rsaProvider()
    expect(await plaintextOf(provider, vector)).toBe(vector.plaintext)
  })

  it.each([
    'CTR',
    'GCM',
  ])('the object by an RSA key is read, whose mask has another hash: %s', async (mode) => {
    const vector = java.find(({ name }) => name === `RSA key, ${mode}`)
    const [wrapped] = java_rsa
    if (!vector || !wrapped) throw new Error('The vector is gone.')
    const headers = {
      ...vector.headers,
      'x-cos-meta-client-side-encryption-key': wrapped.key,
      'x-cos-meta-client-side-encryption-start': mode === 'GCM' ? wrapped.gcm_start : wrapped.start,
    }
    expect(await plaintextOf(rsaProvider(), { ...vector, headers })).toBe(vector.plaintext)
  })

  it('the range of an object of AES-GCM is read', async () => {
    const vector = java.find(({ name }) => name === 'RSA key, GCM')
    const cipher = await opened(encryptionBy(rsaProvider()), metadataOf(vector?.headers ?? {}))
    const stored = fromHex(vector?.ciphertext ?? '')
    expect(cipher.plainLength(stored.length)).toBe(100)
    const got = await decryptSpan(cipher, stored, { offset: 33, length: 50 })
    expect(toHex(got)).toBe(vector?.plaintext.slice(66, 166))
  })

  it('old names are read, with their IV as it is', async () => {
    const vector = java.find(({ name }) => name === 'RSA key, CTR')
    const metadata = metadataOf(vector?.headers ?? {})
    const old = {
      'x-cos-key-v2': metadata['client-side-encryption-key'] ?? '',
      'x-cos-iv': Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', 'hex').toString('base64'),
      'x-cos-wrap-alg': metadata['client-side-encryption-wrap-alg'] ?? '',
      'x-cos-cek-alg': 'AES/CTR/NoPadding',
      'x-cos-matdesc': '{}',
    }
    const cipher = await opened(encryptionBy(rsaProvider()), old)
    expect(toHex(await decryptSpan(cipher, fromHex(vector?.ciphertext ?? '')))).toBe(vector?.plaintext)
  })

  it('an object stays as it is when it is copied, and has to be written anew for another key', async () => {
    const metadata = metadataOf(java.find(({ name }) => name === 'AES key, CTR')?.headers ?? {})
    expect(await encryptionBy(aesProvider()).rewrap(metadata, NAME, NAME)).toEqual(metadata)
    const rotated = new AESProvider({ aes_key: AES_KEY, formerKeys: [] })
    expect(await encryptionBy(rotated).rewrap(metadata, NAME, NAME)).toEqual(metadata)
    const other = new RSAProvider({
      key_pair_info: RSAProvider.getRsaKeyPair(rsa_key.public_pem),
      formerKeys: [aesProvider()],
    })
    await expect(encryptionBy(other).rewrap(metadata, NAME, NAME)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('upload it anew'),
    })
  })
})

describe('of the Go SDK', () => {
  const [vector] = aes
  const asked: unknown[] = []
  const kms = new CallbackProvider({
    name: 'kms',
    keyId: 'master',
    wrap: async (key) => key,
    unwrap: async (wrapped, context) => {
      asked.push(context)
      return new Uint8Array(Buffer.from(Buffer.from(wrapped).toString().replace('kms:', ''), 'hex'))
    },
  })
  const text = (plain: string) => Buffer.from(`kms:${plain}`).toString('base64')
  const metadata = {
    'client-side-encryption-key': text('404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f'),
    'client-side-encryption-start': text('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'),
    'client-side-encryption-cek-alg': 'AES/CTR/NoPadding',
    'client-side-encryption-wrap-alg': 'KMS/TencentCloud',
    'client-side-encryption-matdesc': '{"owner":"ops"}',
    'client-side-encryption-data-size': '29',
    'client-side-encryption-part-size': '1048576',
  }

  it('the object is read by a callback, which is told what its KMS was told', async () => {
    const cipher = await opened(encryptionBy(kms), metadata)
    expect(cipher.format).toBe('go')
    expect(toHex(await decryptSpan(cipher, fromHex(vector?.ciphertext ?? '')))).toBe(vector?.plaintext)
    expect(asked[0]).toEqual({ keyId: 'master', description: '{"owner":"ops"}' })
  })

  it('the object is not opened by a key of another kind', async () => {
    await expect(encryptionBy(aesProvider()).open(metadata, NAME)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('KMS/TencentCloud'),
    })
  })
})

describe('formats', () => {
  const refused = (settings: EncryptionSettings, metadata: ObjectMetadata, message: string) =>
    expect(encryptionBy(aesProvider(), settings).open(metadata, NAME)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining(message),
    })
  const python = metadataOf(aes[0]?.headers ?? {})

  it('that are not authenticated are refused beside sealed objects, and told with the setting', async () => {
    await refused(
      {},
      python,
      "format python, whose content is not authenticated; it is read with the setting legacy: 'read'",
    )
    await refused({ ...PYTHON, legacy: 'refuse' }, python, "legacy: 'read'")
  })

  it('that are unknown are refused by name', async () => {
    const java = { 'client-side-encryption-key': 'AAAA', 'client-side-encryption-start': 'AAAA' }
    const algorithms = { ...java, 'client-side-encryption-wrap-alg': 'AESWrap' }
    await refused(
      READ,
      { ...algorithms, 'client-side-encryption-cek-alg': 'AES/CBC/PKCS5Padding' },
      'AES/CBC/PKCS5Padding',
    )
    await refused(READ, { 'client-side-encryption-cek-alg': 'coset-sealed-2' }, 'coset-sealed-2')
    await refused(READ, { 'client-side-encryption-key': 'AAAA' }, 'headers are missing')
    await refused(READ, { 'x-cos-key': 'AAAA', 'x-cos-iv': 'AAAA' }, 'x-cos-meta-x-cos-key-v2')
    await refused(READ, { ...python, 'client-side-encryption-start': 'AAAA' }, 'more than one format')
    await refused(READ, { ...python, 'x-cos-iv': 'AAAA' }, 'more than one format')
    await refused(
      READ,
      { ...python, 'client-side-encryption-colour': 'red' },
      'x-cos-meta-client-side-encryption-colour',
    )
  })

  it('whose headers were damaged are refused', async () => {
    await refused(READ, { ...python, 'client-side-encryption-iv': '!' }, 'not base64')
    await refused(READ, { ...python, 'client-side-encryption-iv': 'AAAA' }, "can't be opened")
    await refused(READ, { ...python, 'client-side-encryption-iv': '' }, '0 bytes')
  })

  it('whose object was cut are told where that can be seen', async () => {
    const cipher = await opened(encryptionBy(aesProvider()), python)
    const short = cipher.decrypt(inPieces(new Uint8Array(10)), { offset: 0, length: 20 }, 20)
    await expect(bytesOf(short)).rejects.toMatchObject({ kind: 'tampered' })
    const long = cipher.decrypt(inPieces(new Uint8Array(30)), { offset: 0, length: 20 }, 20)
    await expect(bytesOf(long)).rejects.toMatchObject({ kind: 'tampered' })
  })
})
