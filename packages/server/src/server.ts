// One serving process above a store that is open already.
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type BlobStore,
  type Clock,
  type CreateDigester,
  createStore,
  type Log,
  type MetadataStore,
  type Store,
} from '@coset/core'
import { loadCrc64 } from '@coset/protocol'
import { SelectEngine } from '@coset/select'
import type { ServerConfig } from './config.js'
import { Stopping } from './exchange.js'
import { createHealth } from './health.js'
import { createHttpServer, drain } from './http-server.js'
import { createListener } from './listener.js'

export interface ServeOptions {
  readonly config: ServerConfig
  readonly store: Store
  readonly log: Log
  readonly clock: Clock
  readonly host: string
  readonly port: number
}

export interface RunningServer {
  readonly address: AddressInfo
  /** Waits for requests under way, up to the configured time. The store stays open. */
  stop(): Promise<void>
}

/** For a process that does nothing but serve: rows of small objects come from shared slabs instead of one each. */
export function tuneProcess(): void {
  Buffer.poolSize = 256 * 1024
}

export const systemClock: Clock = { now: () => Date.now() }

/** The store above two ports, as a server uses it. */
export async function storeAbove(ports: {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly createDigester?: CreateDigester
  readonly hasColdStorage?: boolean
}): Promise<Store> {
  return createStore({ ...ports, crc64: await loadCrc64() })
}

export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { config, store, log, clock, host, port } = options
  const stopping = new Stopping()
  const random = { bytes: (length: number) => randomBytes(length) }
  const around = { log, clock, random, stopping }
  const select =
    config.select &&
    new SelectEngine(config.select, {
      storedModule: store.blobs.access?.module,
      onLeft: (err) => log.error({ err }, 'what a query left could not be removed'),
    })
  let draining = false
  const server = createHttpServer({
    listener: createListener({ config, store, select, around }),
    health: createHealth(store, () => draining, config.domains),
    idleMs: config.idleMs,
  })
  await listen(server, host, port)
  return {
    address: server.address() as AddressInfo,
    async stop() {
      draining = true
      await drain(server, config.drainMs, () => stopping.abort())
      await select?.close()
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
