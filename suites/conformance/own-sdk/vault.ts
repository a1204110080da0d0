// Clients that encrypt before a server of their own, beside a plain one that sees what is stored.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient, type CosClientOptions, nodePlatform, type Platform } from '@coset/sdk'
import {
  AESProvider,
  CosEncryptionClient,
  type EncryptionSettings,
  type KeyProvider,
} from '@coset/sdk/encryption'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll } from 'vitest'

export const MIB = 1024 * 1024
export const MASTER_KEY = Buffer.alloc(32, 'master key').toString('base64')

export interface VaultClient {
  readonly provider?: KeyProvider
  readonly settings?: EncryptionSettings
  readonly options?: Partial<CosClientOptions>
  readonly platform?: Partial<Platform>
}

export class Vault {
  readonly Bucket = 'vault-1250000000'
  readonly server: TestServer
  /** Sees what is stored. */
  readonly plain: CosClient
  readonly folder: string
  readonly #clients: CosClient[] = []

  private constructor(server: TestServer, folder: string) {
    this.server = server
    this.folder = folder
    this.plain = new CosClient(this.#options())
    this.#clients.push(this.plain)
  }

  static async open(): Promise<Vault> {
    const folder = await mkdtemp(join(tmpdir(), 'coset-vault-'))
    const vault = new Vault(await startServer({ storage: 'local' }), folder)
    await vault.plain.putBucket({ Bucket: vault.Bucket })
    return vault
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.server.stop()
    await rm(this.folder, { recursive: true })
  }

  client(wishes: VaultClient = {}): CosEncryptionClient {
    const { provider = new AESProvider({ aes_key: MASTER_KEY }), settings, options, platform } = wishes
    const around = { ...nodePlatform, ...platform }
    const client = new CosEncryptionClient({ ...this.#options(), ...options }, provider, settings, around)
    this.#clients.push(client)
    return client
  }

  /** A file of this content; its path. */
  async file(content: Uint8Array, name = 'file'): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, content)
    return path
  }

  /** What is stored, as the service sees it. */
  async stored(Key: string): Promise<Stored> {
    const {
      Body,
      Metadata = {},
      ContentLength = -1,
      ETag,
    } = await this.plain.getObject({ Bucket: this.Bucket, Key })
    return { bytes: await Body.bytes(), Metadata, ContentLength, ETag }
  }

  #options(): CosClientOptions {
    const { endpoint: Endpoint, secretId: SecretId, secretKey: SecretKey } = this.server
    return { Endpoint, SecretId, SecretKey, Scheme: 'http', Retries: 0 }
  }
}

export interface Stored {
  readonly bytes: Uint8Array
  readonly Metadata: Readonly<Record<string, string>>
  readonly ContentLength: number
  readonly ETag: string
}

/** One for all tests of a file. */
export function withVault(): { readonly at: Vault } {
  const holder: { at: Vault | undefined } = { at: undefined }
  beforeAll(async () => {
    holder.at = await Vault.open()
  })
  afterAll(() => holder.at?.close())
  return {
    get at() {
      if (!holder.at) throw new Error('The server is not up yet.')
      return holder.at
    },
  }
}

/** Content as tests compare it: short, and told apart at once where it is long. */
export function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`
}

export async function digestOfFile(path: string): Promise<string> {
  return digest(await readFile(path))
}

export const random = (bytes: number) => randomBytes(bytes)

/** From `min` up to and including `max`; the same for the same seed. */
export function seeded(seed: number): (min: number, max: number) => number {
  let state = seed >>> 0
  return (min, max) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return min + Math.floor((state / 2 ** 32) * (max - min + 1))
  }
}
