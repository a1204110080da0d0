// One server of its own for a suite of raw requests, with buckets in it.
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll } from 'vitest'
import { type RawRequest, type Reply, type SignOptions, send, sendSigned } from '../raw.js'

export const BUCKET = 'wire-1250000000'

export type SignedRequest = RawRequest & { readonly sign?: SignOptions }

export interface WireStation {
  readonly server: TestServer
  /** Signed by the server's keys, to the path `/<bucket>…` of the target. */
  signed(options: SignedRequest): Promise<Reply>
  anonymous(options: RawRequest): Promise<Reply>
  put(key: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Reply>
  get(key: string): Promise<Reply>
  createBucket(name: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  setVersioning(name: string, status: string): Promise<Reply>
}

export function wireStation(options: StartOptions = {}): WireStation {
  let server: TestServer | undefined
  const running = () => {
    if (!server) throw new Error('The server runs only while tests do.')
    return server
  }
  const signed = (request: SignedRequest) => sendSigned(running(), request)
  const station: WireStation = {
    get server() {
      return running()
    },
    signed,
    anonymous: (request) => send(running().endpoint, request),
    put: (key, body, headers = {}) => signed({ method: 'PUT', target: `/${BUCKET}/${key}`, body, headers }),
    get: (key) => signed({ target: `/${BUCKET}/${key}` }),
    createBucket: (name, headers = {}) => signed({ method: 'PUT', target: `/${name}`, headers }),
    setVersioning: (name, status) =>
      signed({
        method: 'PUT',
        target: `/${name}?versioning`,
        body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
      }),
  }
  beforeAll(async () => {
    server = await startServer({ storage: 'local', ...options })
    await station.createBucket(BUCKET)
  })
  afterAll(() => server?.stop())
  return station
}
