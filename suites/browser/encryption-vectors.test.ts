// Encrypted objects from a page: what Chromium's WebCrypto makes is what Node's cryptography makes.
import { readFileSync } from 'node:fs'
import { CosEncryptionClient, AESProvider as NodeAes, RSAProvider as NodeRsa } from '@coset/sdk/encryption'
import type * as Encryption from '@coset/sdk/encryption/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IN_CHROMIUM, isChromiumThere, type Stage, startStage } from './stage.js'

interface Vectors {
  readonly keys: { readonly aes: string; readonly rsa_public_pem: string; readonly rsa_private_pem: string }
  readonly vectors: readonly {
    readonly name: string
    readonly key: 'aes' | 'rsa' | 'callback'
    readonly bucket: string
    readonly object: string
    readonly metadata: Readonly<Record<string, string>>
    readonly length: number
    readonly stored: string
  }[]
}

const FILE = new URL('../../docs/reference/encryption-vectors.json', import.meta.url)
const { keys, vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors
const NAMES = ['cek-alg', 'wrap-alg', 'key-id', 'key', 'iv', 'salt', 'commitment', 'segment-size', 'name']
const CORS = {
  ExposeHeader: [
    ...['ETag', 'Content-Length', 'Content-Range', 'x-cos-request-id', 'x-cos-hash-crc64ecma'],
    ...NAMES.map((name) => `x-cos-meta-client-side-encryption-${name}`),
  ],
}

interface Given {
  readonly options: object
  readonly keys: Vectors['keys']
  readonly kind: string
  readonly keyId?: string | undefined
  readonly settings?: Encryption.EncryptionSettings
  readonly Bucket: string
  readonly Key: string
  /** Of the content to write, which is the bytes 0 to 250 over and over. */
  readonly length?: number
  readonly Range?: string | undefined
}

type Run = (cos: Encryption.CosEncryptionClient, given: Given) => Promise<unknown>

/** Runs a function in the page with a client that encrypts by the wanted key. It sees nothing of the test but what it is given. */
async function inPage(page: Page, run: Run, given: Given): Promise<unknown> {
  const setUp = async (
    { CosEncryptionClient: Client, AESProvider, RSAProvider, CallbackProvider }: typeof Encryption,
    { options, keys: pems, kind, keyId, settings }: Given,
  ) => {
    const xored = async (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55)
    const providers: Record<string, () => Encryption.KeyProvider> = {
      aes: () => new AESProvider({ aes_key: pems.aes, keyId }),
      rsa: () =>
        new RSAProvider({
          key_pair_info: RSAProvider.getRsaKeyPair(pems.rsa_public_pem, pems.rsa_private_pem),
        }),
      callback: () => new CallbackProvider({ name: 'xor', keyId: keyId ?? '', wrap: xored, unwrap: xored }),
    }
    const provider = providers[kind]?.()
    if (!provider) throw new Error(`There is no key ${kind}.`)
    return new Client(options as ConstructorParameters<typeof Client>[0], provider, settings)
  }
  const script = `(async (given) => {
    const cos = await (${setUp.toString()})(await import('/encryption.js'), given)
    return (${run.toString()})(cos, given)
  })(${JSON.stringify(given)})`
  return page.evaluate(script)
}

const read: Run = async (cos, { Bucket, Key, Range }) => {
  try {
    const { Body } = await cos.getObject({ Bucket, Key, ...(Range && { Range }) })
    const bytes = await Body.bytes()
    const first = Number(/=(\d+)-/.exec(Range ?? '=0-')?.[1])
    return { length: bytes.length, isRight: bytes.every((byte, at) => byte === (first + at) % 251) }
  } catch (error) {
    return { kind: (error as { readonly kind?: string }).kind, message: String(error) }
  }
}

const write: Run = async (cos, { Bucket, Key, length }) => {
  const Body = Uint8Array.from({ length: length ?? 0 }, (_none, at) => at % 251)
  await cos.putObject({ Bucket, Key, Body })
}

const contentOf = (length: number) => Uint8Array.from({ length }, (_none, at) => at % 251)

describe.skipIf(!isChromiumThere)(`encrypted objects: ${IN_CHROMIUM}`, () => {
  let stage: Stage
  let page: Page
  beforeAll(async () => {
    stage = await startStage()
    await stage.allow(stage.Bucket, CORS)
    page = await stage.newPage()
  })
  afterAll(() => stage?.stop())

  const given = (kind: string, Key: string): Given => ({
    options: { ...stage.server.clientOptions },
    keys,
    kind,
    Bucket: stage.Bucket,
    Key,
  })
  const ofNode = (kind: string, settings: Encryption.EncryptionSettings = {}) => {
    const rsa = NodeRsa.getRsaKeyPair(keys.rsa_public_pem, keys.rsa_private_pem)
    const provider = kind === 'aes' ? new NodeAes({ aes_key: keys.aes }) : new NodeRsa({ key_pair_info: rsa })
    return new CosEncryptionClient({ ...stage.server.clientOptions }, provider, settings)
  }

  it('reads the published vectors', async () => {
    const [{ bucket: Bucket } = { bucket: '' }] = vectors
    await stage.cos.putBucket({ Bucket })
    await stage.allow(Bucket, CORS)
    for (const { name, key, object: Key, metadata: Metadata, stored, length } of vectors) {
      await stage.cos.putObject({ Bucket, Key, Body: Buffer.from(stored, 'base64'), Metadata })
      const keyId = Metadata['client-side-encryption-key-id']
      const outcome = await inPage(page, read, { ...given(key, Key), Bucket, keyId })
      expect(outcome, name).toEqual({ length, isRight: true })
    }
  })

  it.each([
    ['aes', 'sealed'],
    ['rsa', 'sealed'],
    ['aes', 'python'],
    ['rsa', 'python'],
  ] as const)('reads what Node wrote, and the reverse: %s, %s', async (kind, format) => {
    const node = ofNode(kind, { format })
    const length = 300_000
    const [ours, theirs] = [`${kind}-${format}-node`, `${kind}-${format}-page`]
    await node.putObject({ Bucket: stage.Bucket, Key: ours, Body: contentOf(length) })
    const settings = { format }
    expect(await inPage(page, read, { ...given(kind, ours), settings })).toEqual({ length, isRight: true })
    const range = { ...given(kind, ours), settings, Range: 'bytes=65530-200000' }
    expect(await inPage(page, read, range)).toEqual({ length: 134_471, isRight: true })
    await inPage(page, write, { ...given(kind, theirs), settings, length })
    const { Body } = await node.getObject({ Bucket: stage.Bucket, Key: theirs })
    expect(Buffer.compare(await Body.bytes(), contentOf(length))).toBe(0)
    await node.close()
  })

  it('refuses what was changed', async () => {
    await inPage(page, write, { ...given('aes', 'changed'), length: 100_000 })
    const at = { Bucket: stage.Bucket, Key: 'changed' }
    const { Body, Metadata } = await stage.cos.getObject(at)
    const stored = await Body.bytes()
    stored[70_000] = (stored[70_000] ?? 0) ^ 1
    await stage.cos.putObject({ ...at, Body: stored, ...(Metadata && { Metadata }) })
    expect(await inPage(page, read, given('aes', 'changed'))).toMatchObject({ kind: 'tampered' })
    expect(await inPage(page, read, given('rsa', 'changed'))).toMatchObject({ kind: 'encryption' })
  })
})
