import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AES_KEY, contentOf, decryptSpan, digest, encryptAll, NAME } from '../testing/encrypted.js'
import { officialVectors, rsaPairOf } from '../testing/official-vectors.js'
import { AESProvider } from './aes-provider-node.js'
import { CallbackProvider, type CallbackProviderOptions } from './callback-provider.js'
import { createEncryption } from './encryption.js'
import type { KeyProvider } from './key-provider.js'
import { nodePrimitives } from './primitives-node.js'
import { RSAProvider } from './rsa-provider-node.js'

const { rsa_key } = officialVectors()
const CONTENT = contentOf(5000)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-keys-'))
})
afterAll(() => rm(folder, { recursive: true }))

const encryptionBy = (provider: KeyProvider) => createEncryption(provider, {}, nodePrimitives)

async function roundTrip(writer: KeyProvider, reader = writer): Promise<void> {
  const { cipher, metadata } = await encryptionBy(writer).create(NAME)
  const stored = await encryptAll(cipher, CONTENT)
  const opened = await encryptionBy(reader).open(metadata, NAME)
  if (!opened) throw new Error('The object is plain.')
  expect(digest(await decryptSpan(opened, stored))).toBe(digest(CONTENT))
}

const refused = (provider: KeyProvider, message: string | RegExp) =>
  expect(encryptionBy(provider).create(NAME)).rejects.toMatchObject({
    kind: 'encryption',
    message: expect.stringMatching(message),
  })

const rsa = (...pair: Parameters<typeof RSAProvider.getRsaKeyPair>) =>
  new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPair(...pair) })

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

describe('AESProvider', () => {
  it('has its key from text, bytes or a file', async () => {
    await roundTrip(new AESProvider({ aes_key: AES_KEY }))
    await roundTrip(
      new AESProvider({ aes_key: AES_KEY }),
      new AESProvider({ aes_key: Buffer.from(AES_KEY, 'base64') }),
    )
    const aes_key_path = await file('aes', `${AES_KEY}\n`)
    await roundTrip(new AESProvider({ aes_key_path }), new AESProvider({ aes_key: AES_KEY }))
  })

  it('makes no key where the file is missing, and reads it once it is there', async () => {
    const aes_key_path = join(folder, 'later')
    const encryption = encryptionBy(new AESProvider({ aes_key_path }))
    await expect(encryption.id()).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('keygen'),
    })
    await file('later', AES_KEY)
    expect(await encryption.id()).toContain('aes-')
  })

  it('refuses what is no key, without showing it', async () => {
    const kind = { kind: 'encryption' }
    expect(() => new AESProvider({})).toThrow(expect.objectContaining(kind))
    expect(() => new AESProvider({ aes_key: AES_KEY, aes_key_path: 'x' })).toThrow(
      expect.objectContaining(kind),
    )
    for (const aes_key of ['', 'secret text', AES_KEY.slice(4), new Uint8Array(31)]) {
      expect(() => new AESProvider({ aes_key })).toThrow(expect.objectContaining(kind))
    }
    expect(() => new AESProvider({ aes_key: 'secret text' })).not.toThrow(/secret text/)
    await refused(new AESProvider({ aes_key_path: await file('large', 'A'.repeat(100_000)) }), 'too large')
    await refused(new AESProvider({ aes_key_path: await file('text', 'no key') }), 'base64')
    await refused(new AESProvider({ aes_key_path: folder }), "can't be read")
  })

  it('shows nothing of its key when it is printed', () => {
    expect(inspect(new AESProvider({ aes_key: AES_KEY }), { depth: 9, showHidden: true })).not.toContain(
      AES_KEY.slice(0, 8),
    )
    expect(JSON.stringify(new AESProvider({ aes_key: AES_KEY }))).not.toContain(AES_KEY.slice(0, 8))
  })

  it('keeps its own copy of the bytes', async () => {
    const bytes = Buffer.from(AES_KEY, 'base64')
    const provider = new AESProvider({ aes_key: bytes })
    bytes.fill(0)
    await roundTrip(provider, new AESProvider({ aes_key: AES_KEY }))
  })

  it.each(['', 'two words', 'x'.repeat(129)])('has no key id %j', (keyId) => {
    expect(() => new AESProvider({ aes_key: AES_KEY, keyId })).toThrow(/keyId/)
  })
})

describe('RSAProvider', () => {
  const { publicKey, privateKey } = rsaPairOf(2048)
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const passphrase = 'open sesame'
  const encrypted = (type: 'pkcs1' | 'pkcs8') =>
    privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()

  it('has its keys from text or files, in any of the usual forms', async () => {
    await roundTrip(rsa(publicPem, privatePem))
    const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    await roundTrip(rsa(publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), pkcs1))
    const paths = [
      await file('public.pem', publicPem),
      await file('private.pem', encrypted('pkcs8')),
    ] as const
    const key_pair_info = RSAProvider.getRsaKeyPairPath(...paths, passphrase)
    await roundTrip(new RSAProvider({ key_pair_info }), rsa(publicPem, privatePem))
  })

  it('reads encrypted keys with their passphrase only', async () => {
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      await roundTrip(rsa(publicPem, encrypted(type), passphrase))
      await refused(rsa(publicPem, encrypted(type)), 'passphrase')
      await refused(rsa(publicPem, encrypted(type), 'wrong'), 'passphrase .* is wrong')
    }
  })

  it('writes with the public key alone, and reads with the private one alone', async () => {
    await roundTrip(rsa(publicPem), rsa(undefined, privatePem))
    const { metadata } = await encryptionBy(rsa(publicPem)).create(NAME)
    await expect(encryptionBy(rsa(publicPem)).open(metadata, NAME)).rejects.toMatchObject({
      kind: 'encryption',
      message: expect.stringContaining('public half'),
    })
  })

  it('refuses keys that are none, too small, of another kind, or of two pairs', async () => {
    await refused(rsa(undefined), 'needs a public key')
    await refused(rsa('no key'), 'no PEM')
    await refused(rsa(undefined, 'no key'), 'no PEM')
    await refused(rsa(privatePem), 'private one')
    await refused(rsa(publicPem, rsa_key.private_pem), 'belong together')
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    await refused(rsa(small.export({ type: 'spki', format: 'pem' }).toString()), '1024')
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    await refused(rsa(curve.export({ type: 'spki', format: 'pem' }).toString()), 'not RSA')
    await refused(
      new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPairPath(join(folder, 'none')) }),
      'keygen',
    )
  })

  it('shows nothing of its keys when it is printed', () => {
    const provider = rsa(publicPem, encrypted('pkcs8'), passphrase)
    expect(inspect(provider, { depth: 9, showHidden: true })).not.toMatch(/BEGIN|open sesame/)
  })

  it('does not open what another pair wrote', async () => {
    const { metadata } = await encryptionBy(rsa(publicPem)).create(NAME)
    const other = rsa(rsa_key.public_pem, rsa_key.private_pem)
    await expect(encryptionBy(other).open(metadata, NAME)).rejects.toMatchObject({ kind: 'encryption' })
  })

  it('fits the metadata of an object with 4096 bits', async () => {
    const large = rsaPairOf(4096).publicKey
    const provider = rsa(large.export({ type: 'spki', format: 'pem' }).toString())
    const { metadata } = await encryptionBy(provider).create(NAME)
    const bytes =
      Object.entries(metadata).join('').length + Object.keys(metadata).length * 'x-cos-meta-'.length
    expect(bytes).toBeLessThan(1500)
  })
})

describe('CallbackProvider', () => {
  const flipped = async (key: Uint8Array) => key.map((byte) => byte ^ 0x55)
  const callback = (options: Partial<CallbackProviderOptions> = {}) =>
    new CallbackProvider({ name: 'kms', keyId: 'master', wrap: flipped, unwrap: flipped, ...options })

  it('wraps and unwraps', async () => {
    await roundTrip(callback())
  })

  it('is bound to the metadata, though the callbacks are told nothing of it', async () => {
    const { metadata } = await encryptionBy(callback()).create(NAME)
    const { metadata: other } = await encryptionBy(callback()).create(NAME)
    const swapped = { ...metadata, 'client-side-encryption-key': other['client-side-encryption-key'] ?? '' }
    await expect(encryptionBy(callback()).open(swapped, NAME)).rejects.toMatchObject({ kind: 'encryption' })
  })

  it('tells the error of a callback', async () => {
    const cause = new Error('The KMS is closed.')
    const fails = async () => Promise.reject(cause)
    await expect(encryptionBy(callback({ wrap: fails })).create(NAME)).rejects.toMatchObject({
      kind: 'encryption',
      cause,
    })
    const { metadata } = await encryptionBy(callback()).create(NAME)
    const reading = encryptionBy(callback({ unwrap: fails })).open(metadata, NAME)
    await expect(reading).rejects.toMatchObject({ kind: 'encryption', cause })
  })

  it('refuses callbacks that give something else, or too much', async () => {
    await refused(callback({ wrap: async () => 'text' as unknown as Uint8Array }), 'did not give bytes')
    await refused(callback({ wrap: async () => new Uint8Array(800) }), 'at most')
    expect(() => callback({ name: 'two words' })).toThrow(/name/)
  })

  it('writes no objects of the format python', async () => {
    const encryption = createEncryption(callback(), { format: 'python' }, nodePrimitives)
    await expect(encryption.create(NAME)).rejects.toMatchObject({ kind: 'encryption' })
  })
})
