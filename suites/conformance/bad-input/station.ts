// A server under bad input: what its replies may be, and what it must hold afterwards.

import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type RawRequest, type Reply, send, sendSigned } from '../raw.js'

export const BUCKET = 'fuzz-1250000000'
/** Replays a run: FUZZ_SEED=<seed> npx vitest run --project conformance suites/conformance/bad-input */
export const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000)

const OBJECTS: Readonly<Record<string, string>> = {
  a: 'first',
  'b/1': 'x'.repeat(20_000),
  'etc/passwd': 'root:no',
  世界: 'last',
}

export interface FuzzStation {
  readonly server: TestServer
  signed(request: RawRequest): Promise<Reply>
  anonymous(request: RawRequest): Promise<Reply>
}

/** After each test, the server still answers, has logged no defect, and holds the objects it held. */
export function fuzzStation(): FuzzStation {
  const defects: unknown[] = []
  let server: TestServer | undefined
  const running = () => {
    if (!server) throw new Error('The server runs only while tests do.')
    return server
  }
  const signed = (request: RawRequest) => sendSigned(running(), request)
  beforeAll(async () => {
    const nothing = () => {}
    const error = (fields: object, message: string) => void defects.push([message, fields])
    server = await startServer({
      storage: 'local',
      log: { debug: nothing, info: nothing, warn: nothing, error },
    })
    await signed({ method: 'PUT', target: `/${BUCKET}` })
    for (const [key, body] of Object.entries(OBJECTS))
      await signed({ method: 'PUT', target: `/${BUCKET}/${encodeURIComponent(key)}`, body })
  })
  afterEach(async () => {
    expect(defects.splice(0)).toEqual([])
    const list = await signed({ target: `/${BUCKET}` })
    expect([...list.text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)).toEqual(Object.keys(OBJECTS))
    for (const [key, body] of Object.entries(OBJECTS))
      expect((await signed({ target: `/${BUCKET}/${encodeURIComponent(key)}` })).text).toBe(body)
    const versioning = await signed({ target: `/${BUCKET}?versioning` })
    expect(versioning.text).toContain('<VersioningConfiguration/>')
    const buckets = await signed({ target: '/' })
    expect([...buckets.text.matchAll(/<Name>(.*?)<\/Name>/g)].map(([, name]) => name)).toEqual([BUCKET])
  })
  afterAll(() => server?.stop())
  return {
    get server() {
      return running()
    },
    signed,
    anonymous: (request) => send(running().endpoint, request),
  }
}

/** Paths and stacks of the machine that serves. */
const LEAK =
  /\/tmp\b|\/home\b|\/root\b|node_modules|node:|\.[cm]?[jt]s:\d|\n\s+at |coset-\w{6}|lmdb|MDB_|ENOENT|EISDIR/

/** No defect, no detail of the machine, and a document with each failure. */
export function expectDecent(reply: Reply, method = 'GET'): void {
  expect(reply.status).not.toBe(500)
  expect(reply.status).toBeLessThan(504)
  const resource = reply.element('Resource') ?? ''
  expect(reply.text.replace(resource, '')).not.toMatch(LEAK)
  expect(reply.text.replace(resource, '')).not.toContain(process.cwd())
  expect(JSON.stringify(reply.headers)).not.toMatch(LEAK)
  expect(reply.headers['x-cos-request-id']).toBeTruthy()
  if (reply.status < 400 || method === 'HEAD') return
  expect(reply.code).toMatch(/^[A-Za-z0-9]+$/)
  expect(reply.element('RequestId')).toBe(reply.headers['x-cos-request-id'])
}

/** A refusal, and a decent one. */
export function expectRefused(reply: Reply, method = 'GET'): void {
  expectDecent(reply, method)
  expect(reply.status).toBeGreaterThanOrEqual(400)
  expect(reply.status).toBeLessThan(500)
}
