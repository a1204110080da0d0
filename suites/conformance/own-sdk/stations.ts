// This repository's own SDK before a server of its own, once for each way it addresses buckets.
import {
  CosClient,
  CosClientError,
  type CosClientOptions,
  CosServiceError,
  nodePlatform,
  type Platform,
} from '@coset/sdk'
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe } from 'vitest'

export interface Station {
  readonly style: string
  readonly server: TestServer
  readonly cos: CosClient
  /** A bucket that is there, and that no other suite writes to. */
  readonly Bucket: string
  /** Another client of the same server and style; closed at the end. */
  client(options?: Partial<CosClientOptions>, platform?: Partial<Platform>): CosClient
}

interface Style {
  readonly name: string
  options(server: TestServer): CosClientOptions
  /** What the client needs beside its options. */
  platform(server: TestServer): Partial<Platform>
}

export const STYLES: readonly Style[] = [
  { name: 'path style', options: ({ endpoint }) => ({ Endpoint: endpoint }), platform: () => ({}) },
  {
    name: 'host names under localhost',
    options: ({ endpoint }) => ({ Endpoint: `localhost:${endpoint.split(':')[1]}`, Addressing: 'host' }),
    platform: () => ({}),
  },
  { name: 'COS host names', options: ({ region }) => ({ Region: region }), platform: connectTo },
]

/** Requests stay as they are, their Host header too; only the connection goes elsewhere, so no name has to resolve. */
function connectTo({ url }: TestServer): Partial<Platform> {
  return {
    transport(options) {
      const transport = nodePlatform.transport(options)
      return {
        send: (request) => transport.send({ ...request, origin: url }),
        close: () => transport.close(),
      }
    },
  }
}

/** A client of a server that is no station. To be closed by whoever asks for it. */
export function clientOf({ clientOptions }: TestServer): CosClient {
  return new CosClient({ ...clientOptions, Retries: 0 })
}

let count = 0

export function newBucketName(): string {
  return `own${process.pid % 1000}-${++count}-1250000000`
}

/** The same suite for each style; `at` is filled in before the first test runs. */
export function eachStyle(
  suite: (at: Station) => void,
  styles: readonly Style[] = STYLES,
  start: StartOptions = {},
): void {
  describe.each(styles)('$name', (style) => {
    const at: { -readonly [K in keyof Station]?: Station[K] } = {}
    const clients: CosClient[] = []
    beforeAll(async () => {
      const server = await startServer({ storage: 'local', ...start })
      const { secretId: SecretId, secretKey: SecretKey } = server
      const usual = { SecretId, SecretKey, Scheme: 'http', Retries: 0, ...style.options(server) } as const
      at.style = style.name
      at.server = server
      at.client = (options, platform) => {
        const around = { ...nodePlatform, ...style.platform(server), ...platform }
        const client = new CosClient({ ...usual, ...options }, around)
        clients.push(client)
        return client
      }
      at.cos = at.client()
      at.Bucket = newBucketName()
      await at.cos.putBucket({ Bucket: at.Bucket })
    })
    afterAll(async () => {
      await Promise.all(clients.map((client) => client.close()))
      await at.server?.stop()
    })
    suite(at as Station)
  })
}

/** What a call rejects with that must not succeed. */
async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (!outcome) throw new Error('The call succeeded.')
  return outcome.error
}

/** The server's refusal; anything else is thrown on. */
export async function failureOf(call: Promise<unknown>): Promise<CosServiceError> {
  const error = await rejectionOf(call)
  if (error instanceof CosServiceError) return error
  throw error
}

/** `404 NoSuchKey` for what the server refused, `validation` for what was never sent. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await rejectionOf(call)
  if (error instanceof CosServiceError) return `${error.statusCode} ${error.code}`
  if (error instanceof CosClientError) return error.kind
  throw error
}
