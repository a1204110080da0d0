import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CosClient, CosServiceError } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  type FakeTime,
  fakeTime,
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
  xml,
} from './testing/scripted-server.js'

const input = { Bucket: BUCKET, Key: 'k' }
let server: ScriptedServer
let time: FakeTime
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  time = fakeTime()
  cos = clientOf(server, {}, time)
})
afterEach(() => cos.close())

const enabled = xml(200, '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
const truncated: Step = (response) => {
  response.writeHead(200, { 'content-length': 100 })
  response.write('<Versioning', () => response.socket?.destroy())
}
const ok = reply(200, { etag: '"e"' })
const head = (options: { signal?: AbortSignal } = {}) => cos.headObject(input, options)

describe('a failure that may pass', () => {
  it.each<[string, Step]>([
    ['a broken connection', reset],
    ['503 SlowDown', errorXml(503, 'SlowDown')],
    ['500 without a document', reply(500)],
    ['502 of a proxy', reply(502, {}, '<html>')],
    ['408', reply(408)],
    ['429', reply(429)],
    ['400 RequestTimeout, as its code says', errorXml(400, 'RequestTimeout')],
    ['a 200 that turns out InternalError', errorXml(200, 'InternalError')],
    ['a truncated document', truncated],
  ])('is tried again: %s', async (_, failure) => {
    server.script(failure, failure, enabled)
    expect((await cos.getBucketVersioning({ Bucket: BUCKET })).Status).toBe('Enabled')
    expect(server.requests.map(({ headers }) => headers['x-cos-sdk-retry'])).toEqual([
      undefined,
      'true',
      'true',
    ])
    expect(server.requests.at(-1)?.headers.authorization).toContain('q-header-list=host;x-cos-sdk-retry')
    expect(time.pauses).toEqual([100, 200])
  })

  it('is given up after so many tries, with the last error', async () => {
    server.script(errorXml(503, 'SlowDown'))
    await expect(cos.listBuckets()).rejects.toMatchObject({ code: 'SlowDown' })
    expect(server.requests.length).toBe(4)
    expect(time.pauses).toEqual([100, 200, 400])
    const eager = clientOf(server, { Retries: 0 }, time)
    await expect(eager.listBuckets()).rejects.toBeInstanceOf(CosServiceError)
    expect(server.requests.length).toBe(5)
    await eager.close()
    const patient = clientOf(server, { Retries: 12 }, time)
    await expect(patient.listBuckets()).rejects.toBeInstanceOf(CosServiceError)
    expect(time.pauses.at(-1)).toBe(20_000)
    await patient.close()
  })

  it('waits as long as the server asks, within reason', async () => {
    const date = new Date(time.nowMs + 7000).toUTCString()
    server.script(
      errorXml(503, 'SlowDown', 'x', { headers: { 'retry-after': 3 } }),
      errorXml(503, 'SlowDown', 'x', { headers: { 'retry-after': date } }),
      errorXml(503, 'SlowDown', 'x', { headers: { 'retry-after': 86_400 } }),
      ok,
    )
    await cos.getObject(input).then(({ Body }) => Body.cancel())
    expect(time.pauses).toEqual([3000, 7000, 60_000])
  })

  it('is not tried again when trying twice could do harm', async () => {
    server.script(errorXml(503, 'SlowDown'))
    await expect(cos.putBucket({ Bucket: BUCKET })).rejects.toMatchObject({ code: 'SlowDown' })
    server.script(reset)
    await expect(cos.deleteBucket({ Bucket: BUCKET })).rejects.toMatchObject({
      kind: 'network',
      requestSent: true,
    })
    expect(server.requests.length).toBe(2)
  })

  it('is tried again even so when nothing was sent', async () => {
    const closed = await unusedPort()
    const lost = clientOf(server, { Endpoint: `127.0.0.1:${closed}` }, time)
    await expect(lost.putBucket({ Bucket: BUCKET })).rejects.toMatchObject({
      kind: 'network',
      requestSent: false,
    })
    expect(time.pauses.length).toBe(3)
    const stream = lost.putObject({ ...input, Body: new Set(['a']) })
    await expect(stream).rejects.toMatchObject({
      kind: 'network',
      message: expect.not.stringContaining('not tried'),
    })
    expect(time.pauses.length).toBe(6)
    await lost.close()
  })
})

async function unusedPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

describe('a failure that stays', () => {
  it.each<[number, string]>([
    [400, 'InvalidArgument'],
    [403, 'AccessDenied'],
    [404, 'NoSuchKey'],
    [409, 'BucketNotEmpty'],
    [412, 'PreconditionFailed'],
    [501, 'NotImplemented'],
    [507, 'InsufficientStorage'],
  ])('is not tried again: %i %s', async (status, code) => {
    server.script(errorXml(status, code))
    await expect(cos.getObject(input)).rejects.toMatchObject({ code, statusCode: status })
    expect(server.requests.length).toBe(1)
    expect(time.pauses).toEqual([])
  })
})

describe('a wrong clock', () => {
  const HOUR_MS = 3_600_000
  const startOf = (index: number) =>
    Number(/q-sign-time=(\d+)/.exec(server.requests[index]?.headers.authorization ?? '')?.[1])

  it.each<[string, (server: string) => Step]>([
    [
      'RequestTimeTooSkewed and Date',
      (date) => errorXml(403, 'RequestTimeTooSkewed', 'x', { headers: { date } }),
    ],
    [
      'an expired request and ServerTime',
      (date) =>
        errorXml(403, 'AccessDenied', 'Request has expired', {
          elements: `<ServerTime>${new Date(date).toISOString()}</ServerTime>`,
        }),
    ],
  ])('is set right by %s, once', async (_, refuse) => {
    const serverDate = new Date(time.nowMs + HOUR_MS).toUTCString()
    server.script(refuse(serverDate), xml(200, '<VersioningConfiguration/>'))
    await cos.getBucketVersioning({ Bucket: BUCKET })
    expect(startOf(1) - startOf(0)).toBe(3600)
    await cos.getBucketVersioning({ Bucket: BUCKET })
    expect(startOf(2)).toBe(startOf(1))
    expect(time.pauses).toEqual([])
  })

  it('is set right by the date of a refused HEAD', async () => {
    server.script(reply(403, { date: new Date(time.nowMs - HOUR_MS).toUTCString() }), ok)
    await head()
    expect(startOf(1) - startOf(0)).toBe(-3600)
  })

  it('helps all requests that were signed by it', async () => {
    const date = new Date(time.nowMs + HOUR_MS).toUTCString()
    const refuse = errorXml(403, 'RequestTimeTooSkewed', 'x', { headers: { date } })
    server.script((response, recorded, request) => {
      const isLate =
        Number(/q-sign-time=(\d+)/.exec(recorded.headers.authorization ?? '')?.[1]) < time.nowMs / 1000
      const step = isLate ? refuse : xml(200, '<VersioningConfiguration/>')
      step(response, recorded, request)
    })
    await Promise.all([1, 2, 3, 4].map(() => cos.getBucketVersioning({ Bucket: BUCKET })))
    expect(server.requests.length).toBe(8)
  })

  it('is not what is wrong when the clocks agree, or when setting it did not help', async () => {
    const near = new Date(time.nowMs + 10_000).toUTCString()
    server.script(errorXml(403, 'AccessDenied', 'Request has expired', { headers: { date: near } }))
    await expect(cos.listBuckets()).rejects.toMatchObject({ code: 'AccessDenied' })
    expect(server.requests.length).toBe(1)
    let ahead = 0
    server.script((response, recorded, request) => {
      ahead += HOUR_MS
      const date = new Date(time.nowMs + ahead).toUTCString()
      errorXml(403, 'RequestTimeTooSkewed', 'x', { headers: { date } })(response, recorded, request)
    })
    await expect(cos.listBuckets()).rejects.toMatchObject({ code: 'RequestTimeTooSkewed' })
    expect(server.requests.length).toBe(3)
  })
})

describe('the budget of all retries of a client', () => {
  it('ends retries while every call fails, and fills again with successes', async () => {
    const failing = async () => {
      server.script(...Array.from({ length: 4 }, () => reply(503)))
      server.requests.length = 0
      const failure = await head().catch((error: unknown) => error)
      return { tries: server.requests.length, failure }
    }
    for (let call = 0; call < 33; call++) expect((await failing()).tries).toBe(4)
    // 99 retries of 100 are spent: this call has one more, and the next has none.
    expect((await failing()).tries).toBe(2)
    const last = await failing()
    expect(last.tries).toBe(1)
    expect(last.failure).toBeInstanceOf(CosServiceError)
    expect(last.failure).toMatchObject({ statusCode: 503, message: expect.stringMatching(/not tried again/) })
    server.script(...Array.from({ length: 5 }, () => ok))
    for (let call = 0; call < 5; call++) await head()
    expect((await failing()).tries).toBe(2)
  })
})
