// Content that a page encrypts and Node reads, and the other way, of another origin.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AESProvider, CosEncryptionClient, RSAProvider } from '@coset/sdk/encryption'
import type * as Encryption from '@coset/sdk/encryption/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { IN_CHROMIUM, isChromiumThere, type Stage, startStage } from './stage.js'

const MIB = 1024 * 1024
const SEALED = ['cek-alg', 'wrap-alg', 'key-id', 'key', 'salt', 'commitment', 'segment-size', 'name']
const ExposeHeader = [
  'ETag',
  'Content-Length',
  'Content-Range',
  'x-cos-hash-crc64ecma',
  ...[...SEALED, 'iv'].map((name) => `x-cos-meta-client-side-encryption-${name}`),
]
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const KEYS = {
  aes: { aes_key: randomBytes(32).toString('base64') },
  rsa: { publicPem: pair.publicKey, privatePem: pair.privateKey },
}

interface Given {
  readonly options: Stage['server']['clientOptions']
  readonly keys: typeof KEYS
  readonly key: 'aes' | 'rsa'
  readonly format: 'sealed' | 'python'
  readonly Bucket: string
  readonly Key: string
}

type InPage<R> = (encryption: typeof Encryption, given: Given) => Promise<R>

/** The file that was chosen goes up; resolves with what the page reads back of it. */
const upload: InPage<string> = async (
  { CosEncryptionClient: Client, AESProvider: Aes, RSAProvider: Rsa },
  given,
) => {
  const { options, keys, key, format, Bucket, Key } = given
  const page = globalThis as unknown as {
    document: { querySelector(selector: string): { files: [File] } }
  }
  const [file] = page.document.querySelector('#file').files
  const { publicPem, privatePem } = keys.rsa
  const provider =
    key === 'aes' ? new Aes(keys.aes) : new Rsa({ key_pair_info: Rsa.getRsaKeyPair(publicPem, privatePem) })
  const cos = new Client(options, provider, { format })
  await cos.uploadFile({ Bucket, Key, File: file, PartSize: 5, MAXThread: 3 })
  const { Body } = await cos.getObject({ Bucket, Key, Range: 'bytes=100000-100009' })
  const range = Array.from(await Body.bytes()).join()
  const whole = await (await cos.getObject({ Bucket, Key })).Body.bytes()
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(whole))
  return `${range} ${Array.from(new Uint8Array(digest)).join()}`
}

/** What the page reads of an object. */
const read: InPage<string> = async (
  { CosEncryptionClient: Client, AESProvider: Aes, RSAProvider: Rsa },
  given,
) => {
  const { options, keys, key, format, Bucket, Key } = given
  const { publicPem, privatePem } = keys.rsa
  const provider =
    key === 'aes' ? new Aes(keys.aes) : new Rsa({ key_pair_info: Rsa.getRsaKeyPair(publicPem, privatePem) })
  const cos = new Client(options, provider, { format })
  try {
    return await (await cos.getObject({ Bucket, Key })).Body.text()
  } catch (error) {
    return String((error as { kind?: string }).kind)
  }
}

describe.skipIf(!isChromiumThere)(IN_CHROMIUM, () => {
  let stage: Stage
  let page: Page
  let folder: string
  let given: Given
  beforeAll(async () => {
    stage = await startStage()
    await stage.allow(stage.Bucket, { ExposeHeader })
    folder = await mkdtemp(join(tmpdir(), 'coset-browser-vault-'))
  })
  afterAll(async () => {
    await stage?.stop()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    page = await stage.newPage()
    const { Bucket, server } = stage
    given = { options: server.clientOptions, keys: KEYS, key: 'aes', format: 'sealed', Bucket, Key: 'k' }
    return () => page.close()
  })

  const inPage = async <R>(run: InPage<R>, more: Partial<Given> = {}): Promise<R> => {
    const argument = JSON.stringify({ ...given, ...more })
    return (await page.evaluate(
      `(async (argument) => (${run.toString()})(await import('/encryption.js'), argument))(${argument})`,
    )) as R
  }

  const inNode = async ({ key, format }: Pick<Given, 'key' | 'format'>) => {
    const key_pair_info = RSAProvider.getRsaKeyPair(pair.publicKey, pair.privateKey)
    const provider = key === 'aes' ? new AESProvider(KEYS.aes) : new RSAProvider({ key_pair_info })
    return new CosEncryptionClient(stage.server.clientOptions, provider, { format })
  }

  it.each([
    ['aes', 'sealed'],
    ['rsa', 'sealed'],
    ['aes', 'python'],
    ['rsa', 'python'],
  ] as const)('writes and reads what Node does, with %s keys in the format %s', async (key, format) => {
    const content = randomBytes(21 * MIB + 77)
    const path = join(folder, 'file')
    await writeFile(path, content)
    await page.setInputFiles('#file', path)
    const digest = Array.from(createHash('sha256').update(content).digest()).join()
    const range = Array.from(content.subarray(100_000, 100_010)).join()
    expect(await inPage(upload, { key, format })).toBe(`${range} ${digest}`)
    const cos = await inNode({ key, format })
    try {
      const named = { Bucket: given.Bucket, Key: given.Key }
      const { Body } = await cos.getObject(named)
      expect(content.equals(await Body.bytes())).toBe(true)
      await cos.putObject({ ...named, Body: 'from Node' })
      expect(await inPage(read, { key, format })).toBe('from Node')
    } finally {
      await cos.close()
    }
  })

  it('tells who has not the key, and what is not encrypted', async () => {
    const cos = await inNode({ key: 'aes', format: 'sealed' })
    await cos.putObject({ Bucket: given.Bucket, Key: 'secret', Body: 'secret' })
    await cos.close()
    const aes_key = randomBytes(32).toString('base64')
    expect(await inPage(read, { Key: 'secret', keys: { ...KEYS, aes: { aes_key } } })).toBe('encryption')
    await stage.cos.putObject({ Bucket: given.Bucket, Key: 'plain', Body: 'plain' })
    expect(await inPage(read, { Key: 'plain' })).toBe('encryption')
  })
})
