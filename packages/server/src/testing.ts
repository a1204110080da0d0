// A server for tests, in the test's own process.
//
//   import { startServer } from '@coset/server/testing'
//   const server = await startServer()
//   const cos = new CosClient({ ...server.clientOptions })
//   await server.stop()
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobStore, Clock, Log, MetadataStore, RestoreDurations, Store } from '@coset/core'
import { defaultSelectSettings, type SelectSettings } from '@coset/select'
import { openLocalStore } from '@coset/store-local'
import { memoryBlobStore, memoryMetadataStore } from '@coset/store-memory'
import { type Credential, DEFAULT_CONFIG, type RemoteConfig, restoreDurations } from './config.js'
import { newCredential } from './credentials.js'
import { serve, storeAbove, systemClock } from './server.js'

export interface StartOptions {
  /** `memory` (the default), or `local`: a temporary folder, deleted at the end. */
  readonly storage?: 'memory' | 'local'
  /** Keep the data in this folder instead, and leave it there. Implies `local`. */
  readonly dir?: string
  /** Serve what these hold instead; they stay open at the end. */
  readonly ports?: { readonly metadata: MetadataStore; readonly blobs: BlobStore }
  /** Default `ap-guangzhou`. */
  readonly region?: string
  /** Default `1250000000`. */
  readonly appid?: string
  /** Default: one key pair at random. */
  readonly credentials?: readonly Credential[]
  /** Besides `*.localhost` and COS's own hosts. */
  readonly domains?: readonly string[]
  /** Where and as whom sources of copies in other regions are read. Default: not at all. */
  readonly remote?: RemoteConfig
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number
  /** Default: the system's. Signatures are checked against it too. */
  readonly clock?: Clock
  /** Milliseconds, by class and tier; what is left out takes a few seconds. On the clock given above. */
  readonly restoreMs?: Partial<RestoreDurations>
  /** Default: silent. */
  readonly log?: Log
  /** How long a slow reply, such as that to CompleteMultipartUpload, is without a byte. Default 5,000. */
  readonly keepAliveMs?: number
  /** What queries may take, where that is not as usual; or `off`. */
  readonly select?: Partial<SelectSettings> | 'off'
}

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** `127.0.0.1:<port>` */
  readonly endpoint: string
  readonly region: string
  readonly secretId: string
  readonly secretKey: string
  /** What `new CosClient()` takes. */
  readonly clientOptions: {
    readonly Region: string
    readonly SecretId: string
    readonly SecretKey: string
    readonly Scheme: 'http'
    readonly Endpoint: string
  }
  /** Beneath the server, for tests that look into it. */
  readonly store: Store
  /** Drains, closes and deletes what was temporary. */
  stop(): Promise<void>
}

const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const credentials = options.credentials ?? [newCredential()]
  const [first] = credentials
  if (!first) throw new Error('At least one key pair is needed.')
  const storage = await openStorage(options)
  const store = await storeAbove(storage)
  const region = options.region ?? DEFAULT_CONFIG.region
  const server = await serve({
    config: {
      ...DEFAULT_CONFIG,
      region,
      appid: options.appid ?? DEFAULT_CONFIG.appid,
      credentials,
      domains: [...DEFAULT_CONFIG.domains, ...(options.domains ?? [])],
      remote: options.remote,
      drainMs: 1000,
      keepAliveMs: options.keepAliveMs ?? DEFAULT_CONFIG.keepAliveMs,
      restoreMs: restoreDurations(options.restoreMs ?? {}),
      select: options.select === 'off' ? undefined : { ...defaultSelectSettings(), ...options.select },
    },
    store,
    log: options.log ?? SILENT,
    clock: options.clock ?? systemClock,
    host: '127.0.0.1',
    port: options.port ?? 0,
  })
  const endpoint = `127.0.0.1:${server.address.port}`
  const { secretId, secretKey } = first
  return {
    url: `http://${endpoint}`,
    endpoint,
    region,
    secretId,
    secretKey,
    clientOptions: {
      Region: region,
      SecretId: secretId,
      SecretKey: secretKey,
      Scheme: 'http',
      Endpoint: endpoint,
    },
    store,
    async stop() {
      await server.stop()
      await storage.close()
    },
  }
}

interface Storage {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  close(): Promise<void>
}

async function openStorage({ storage, dir, ports }: StartOptions): Promise<Storage> {
  if (ports) return { ...ports, close: async () => {} }
  if (dir !== undefined) return openLocalStore({ dir })
  if (storage !== 'local') {
    const metadata = memoryMetadataStore()
    const blobs = memoryBlobStore()
    return { metadata, blobs, close: async () => void (await Promise.all([metadata.close(), blobs.close()])) }
  }
  const temporary = await mkdtemp(join(tmpdir(), 'coset-'))
  const local = await openLocalStore({ dir: temporary })
  return {
    ...local,
    async close() {
      await local.close()
      await rm(temporary, { recursive: true, force: true })
    },
  }
}

function nothing(): void {}
