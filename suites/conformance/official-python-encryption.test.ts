// Objects that the official Python SDK and ours encrypt for each other, where this machine has it.
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { AESProvider, type CosEncryptionClient, type KeyProvider, RSAProvider } from '@coset/sdk/encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { digest, digestOfFile, MASTER_KEY, MIB, random, withVault } from './own-sdk/vault.js'

const PYTHON = process.env.PYTHON ?? 'python3'
const probe = spawnSync(PYTHON, ['-c', 'import qcloud_cos.crypto'], { encoding: 'utf8' })
const missing = probe.status !== 0
if (missing) {
  const reason = (probe.error?.message ?? probe.stderr).trim().split('\n').at(-1)
  console.warn(`The official Python SDK's encryption is not tried: ${reason}`)
}

const vault = withVault()
type Step = readonly [name: string, params: object]

const CONTENT = random(3 * MIB + 12_345)
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

interface Keys {
  readonly name: string
  /** As the Python SDK is given them. */
  python(): Promise<object>
  ours(): Promise<KeyProvider>
  /** With RSA keys given by value, whether the Python SDK can read even its own depends on what it decrypts with. */
  readonly mayFail?: RegExp
}

const KEYS: readonly Keys[] = [
  {
    name: 'an AES key by value',
    python: async () => ({ aes_key: MASTER_KEY }),
    ours: async () => new AESProvider({ aes_key: MASTER_KEY }),
  },
  {
    name: 'an AES key by path',
    python: async () => ({ aes_key_path: await pathOf('aes', MASTER_KEY) }),
    ours: async () => new AESProvider({ aes_key_path: await pathOf('aes', MASTER_KEY) }),
  },
  {
    name: 'RSA keys by path',
    python: async () => ({
      public_key_path: await pathOf('public', pair.publicKey),
      private_key_path: await pathOf('private', pair.privateKey),
    }),
    ours: async () => {
      const paths = [
        await pathOf('public', pair.publicKey),
        await pathOf('private', pair.privateKey),
      ] as const
      return new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPairPath(...paths) })
    },
  },
  {
    name: 'RSA keys by value',
    python: async () => ({ public_key: pair.publicKey, private_key: pair.privateKey }),
    ours: async () => {
      const key_pair_info = RSAProvider.getRsaKeyPair(pair.publicKey, pair.privateKey)
      return new RSAProvider({ key_pair_info, pythonPadding: 'pkcs1' })
    },
    mayFail: /^TypeError/,
  },
]

function pathOf(name: string, content: string): Promise<string> {
  return vault.at.file(Buffer.from(content), name)
}

async function run(provider: object, ...steps: readonly Step[]): Promise<readonly string[]> {
  const { url: proxy, region, secretId, secretKey } = vault.at.server
  const child = spawn(PYTHON, [fileURLToPath(new URL('python/encrypt.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(JSON.stringify({ proxy, region, secretId, secretKey, provider, steps }))
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(errors)
  return JSON.parse(output) as string[]
}

describe.skipIf(missing).each(KEYS)("the official Python SDK's encryption with $name", (keys) => {
  let cos: CosEncryptionClient
  let provider: object
  let path: string
  const named = (Key: string) => ({ Bucket: vault.at.Bucket, Key })
  beforeAll(async () => {
    cos = vault.at.client({ provider: await keys.ours(), settings: { format: 'python' } })
    provider = await keys.python()
    path = await vault.at.file(CONTENT, 'content')
  })

  it('writes what ours reads, whole, in ranges and in parts', async () => {
    const outcomes = await run(
      provider,
      ['put', { ...named('put'), path }],
      ['put_parts', { ...named('parts'), path, part_bytes: MIB }],
      ['upload_file', { ...named('file'), path }],
    )
    expect(outcomes).toEqual(['done', 'done', 'done'])
    for (const Key of ['put', 'parts', 'file']) {
      const got = await cos.getObject(named(Key))
      expect(digest(await got.Body.bytes())).toBe(digest(CONTENT))
      expect(await cos.headObject(named(Key))).toMatchObject({
        ContentLength: CONTENT.length,
        encryption: { format: 'python', authenticated: false },
      })
      for (const [first, last] of [
        [0, 0],
        [15, 16],
        [MIB - 7, MIB + 9],
        [CONTENT.length - 3, CONTENT.length - 1],
      ] as const) {
        const range = await cos.getObject({ ...named(Key), Range: `bytes=${first}-${last}` })
        expect(digest(await range.Body.bytes())).toBe(digest(CONTENT.subarray(first, last + 1)))
      }
      const DestFilePath = join(vault.at.folder, 'down')
      await cos.downloadFile({ ...named(Key), DestFilePath, PartSize: 1, MAXThread: 3 })
      expect(await digestOfFile(DestFilePath)).toBe(digest(CONTENT))
    }
  })

  it('reads what ours writes, whole and in ranges', async () => {
    const large = random(21 * MIB + 3)
    await cos.putObject({ ...named('ours'), Body: CONTENT, Metadata: { a: 'b' } })
    const LocalFilePath = await vault.at.file(large, 'large')
    await cos.uploadFile(
      { ...named('ours/large'), LocalFilePath, PartSize: 1, MAXThread: 5 },
      { checkpoint: false },
    )
    const into = (name: string) => join(vault.at.folder, name)
    const outcomes = await run(
      provider,
      ['get', { ...named('ours'), path: into('whole') }],
      ['get', { ...named('ours/large'), path: into('large') }],
      ['get_range', { ...named('ours'), path: into('even'), Range: 'bytes=1048576-1049000' }],
      ['get_range', { ...named('ours'), path: into('uneven'), Range: 'bytes=1000003-1000100' }],
    )
    if (keys.mayFail?.test(outcomes[0] ?? '')) {
      expect(digest(await (await cos.getObject(named('ours/large'))).Body.bytes())).toBe(digest(large))
      return
    }
    expect(outcomes).toEqual(['done', 'done', 'done', 'done'])
    expect(await digestOfFile(into('whole'))).toBe(digest(CONTENT))
    expect(await digestOfFile(into('large'))).toBe(digest(large))
    expect(digest(await readFile(into('even')))).toBe(digest(CONTENT.subarray(1_048_576, 1_049_001)))
    expect(digest(await readFile(into('uneven')))).toBe(digest(CONTENT.subarray(1_000_003, 1_000_101)))
  })
})
