import {
  createServer,
  type IncomingHttpHeaders,
  type RequestOptions,
  type Server,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from './fault-proxy.js'
import type { ProxyFault } from './faults.js'

const CONTENT = Buffer.from('0123456789'.repeat(1000))

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  body: Buffer
  isWhole: boolean
}

interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const seen: Seen[] = []
let server: Server
let proxy: FaultProxy

/** Replies to GET with the range that is asked for, in chunks for `?chunks`; to all else with what it got. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const record: Seen = { method, url, headers, body: Buffer.alloc(0), isWhole: false }
    seen.push(record)
    try {
      for await (const chunk of request) record.body = Buffer.concat([record.body, chunk])
      record.isWhole = true
    } catch {
      return
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
    const part = range ? CONTENT.subarray(Number(range[1]), Number(range[2]) + 1) : CONTENT
    const body = method === 'GET' ? part : record.body
    const length = url.endsWith('chunks') ? {} : { 'content-length': body.length }
    response.writeHead(range ? 206 : 200, {
      ...length,
      'x-cos-hash-crc64ecma': '42',
      ...(range ? { 'content-range': `bytes ${range[1]}-${range[2]}/${CONTENT.length}` } : {}),
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())
beforeEach(async () => {
  seen.length = 0
  proxy = await startFaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(() => proxy.close())

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly signal?: AbortSignal
}

/** Rejects unless the reply is whole. */
function ask({ method = 'GET', path = '/b/k', headers = {}, body, signal }: Asked = {}): Promise<Heard> {
  const [hostname, port] = proxy.endpoint.split(':')
  return new Promise((resolve, reject) => {
    const hasLength = body && headers['transfer-encoding'] === undefined
    const length = hasLength ? { 'content-length': String(body.length) } : {}
    const options: RequestOptions = { method, path, headers: { ...headers, ...length }, agent: false }
    const request = send({ ...options, hostname, port, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = []
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode = 0 } = response
        resolve({ status: statusCode, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function meet(...faults: ProxyFault[]): void {
  const left = [...faults]
  proxy.follow(() => left.shift() ?? { kind: 'pass' })
}

const put = { method: 'PUT', body: CONTENT }

/** The bytes that differ. */
function differences(a: Buffer, b: Buffer): number[] {
  expect(a.length).toBe(b.length)
  return [...a.keys()].filter((at) => a[at] !== b[at])
}

describe('a proxy without faults', () => {
  it('passes everything on as it is', async () => {
    const reply = await ask({
      ...put,
      headers: { 'X-Some': 'thing', host: 'elsewhere' },
      path: '/b/k%2F?versionId=%20',
    })
    expect(seen).toMatchObject([
      { url: '/b/k%2F?versionId=%20', headers: { 'x-some': 'thing', host: 'elsewhere' } },
    ])
    expect(reply.body.equals(CONTENT)).toBe(true)
    expect(reply.headers['x-cos-hash-crc64ecma']).toBe('42')
    expect(proxy.records).toMatchObject([{ ordinal: 1, operation: 'put', served: 1, answered: true }])
  })

  it('passes on chunks, and replies in chunks', async () => {
    const headers = { 'transfer-encoding': 'chunked' }
    const { body } = await ask({ method: 'PUT', path: '/b/k?chunks', headers })
    expect(body.length).toBe(0)
    expect(seen[0]?.headers['transfer-encoding']).toBe('chunked')
    expect((await ask({ path: '/b/k?chunks' })).body.equals(CONTENT)).toBe(true)
  })

  it('lets go of the server when the client leaves', async () => {
    const leave = new AbortController()
    meet({ kind: 'stall', where: 'reply' })
    const asked = ask({ signal: leave.signal })
    await expect.poll(() => proxy.records[0]?.served).toBe(1)
    leave.abort()
    await expect(asked).rejects.toThrow()
    await expect.poll(() => proxy.records[0]?.ended).toBe(true)
    await expect.poll(() => proxy.connections()).toBe(0)
  })
})

describe('faults on the way to the server', () => {
  it('resetBefore: the server sees nothing', async () => {
    meet({ kind: 'resetBefore' })
    await expect(ask(put)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(seen).toEqual([])
    expect(proxy.records).toMatchObject([{ served: 0, answered: false }])
  })

  it.each<[string, Asked]>([
    ['with a length', put],
    ['in chunks', { ...put, headers: { 'transfer-encoding': 'chunked' } }],
  ])('cutRequest: the server never takes the body for whole, %s', async (_, asked) => {
    meet({ kind: 'cutRequest', share: 0.5 })
    await expect(ask(asked)).rejects.toThrow()
    expect(proxy.records).toMatchObject([{ served: 0, answered: false }])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(seen.filter(({ isWhole }) => isWhole)).toEqual([])
  })

  it('flip: the server gets one other bit', async () => {
    meet({ kind: 'flip', way: 'request', share: 0.5 })
    await ask(put)
    expect(differences(seen[0]?.body ?? Buffer.alloc(0), CONTENT)).toEqual([5000])
  })

  it('twice: the server gets it twice, the client one reply', async () => {
    meet({ kind: 'twice' })
    expect((await ask(put)).body.equals(CONTENT)).toBe(true)
    expect(seen.map(({ body }) => body.equals(CONTENT))).toEqual([true, true])
    expect(proxy.records).toMatchObject([{ served: 2, answered: true }])
  })

  it.each(['request', 'reply'] as const)('drip: it all arrives, but the %s takes its time', async (way) => {
    meet({ kind: 'drip', way, pauseMs: 10 })
    const before = performance.now()
    expect((await ask(put)).body.equals(CONTENT)).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(60)
  })
})

describe('faults on the way back', () => {
  it('loseReply: the server did it, the client hears nothing', async () => {
    meet({ kind: 'loseReply' })
    await expect(ask(put)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(seen).toMatchObject([{ isWhole: true }])
    expect(proxy.records).toMatchObject([{ served: 1, answered: false }])
  })

  it.each(['/b/k', '/b/k?chunks'])('cutReply: what comes from %s does not look whole', async (path) => {
    for (const framing of ['length', 'chunked'] as const) {
      meet({ kind: 'cutReply', share: 0.5, framing })
      await expect(ask({ path })).rejects.toMatchObject({ code: 'ECONNRESET' })
    }
    expect(proxy.records.some(({ answered }) => answered)).toBe(false)
  })

  it('cutReply: what is forged looks whole', async () => {
    meet({ kind: 'cutReply', share: 0.25, framing: 'forged' })
    const { body, headers } = await ask()
    expect(headers['content-length']).toBe('2500')
    expect(body.equals(CONTENT.subarray(0, 2500))).toBe(true)
  })

  it.each([
    ['request', 0],
    ['reply', 1],
    ['body', 1],
  ] as const)('stall: nothing more comes (%s)', async (where, served) => {
    meet({ kind: 'stall', where })
    await expectStall({}, served)
  })

  it.each(['HEAD', 'PUT'])('stall: nothing comes of %s, which has no body to stop in', async (method) => {
    meet({ kind: 'stall', where: 'body' })
    await expectStall({ method }, 1)
  })

  async function expectStall(asked: Asked, served: number): Promise<void> {
    const leave = new AbortController()
    const reply = ask({ ...asked, signal: leave.signal })
    await expect.poll(() => proxy.records[0]?.served).toBe(served)
    await new Promise((resolve) => setTimeout(resolve, 20))
    leave.abort()
    await expect(reply).rejects.toMatchObject({ name: 'AbortError' })
    expect(proxy.records).toMatchObject([{ served, answered: false }])
  }

  it('flip: the client gets one other bit', async () => {
    meet({ kind: 'flip', way: 'reply', share: 0.9 })
    expect(differences((await ask()).body, CONTENT)).toEqual([9000])
  })

  it('sum: the checksum is wrong or gone, and the rest right', async () => {
    meet({ kind: 'sum', change: 'wrong' }, { kind: 'sum', change: 'missing' })
    const [wrong, missing] = [await ask(), await ask()]
    expect(wrong.headers['x-cos-hash-crc64ecma']).toMatch(/^\d{19}$/)
    expect(missing.headers['x-cos-hash-crc64ecma']).toBeUndefined()
    expect([wrong, missing].map(({ body }) => body.equals(CONTENT))).toEqual([true, true])
  })

  it('otherRange: the reply to another range of the same object, else the right one', async () => {
    const [first, second] = [{ range: 'bytes=0-9' }, { range: 'bytes=15-19' }]
    meet({ kind: 'pass' }, { kind: 'otherRange' }, { kind: 'otherRange' }, { kind: 'otherRange' })
    await ask({ headers: first })
    const other = await ask({ headers: second })
    expect(other.body.toString()).toBe('0123456789')
    expect(other.headers['content-range']).toBe('bytes 0-9/10000')
    expect((await ask({ headers: first })).body.toString()).toBe('0123456789')
    expect((await ask({ path: '/b/l', headers: second })).body.toString()).toBe('56789')
  })
})

describe('answers that the proxy makes up', () => {
  const slowDown = { kind: 'answer', status: 503, code: 'SlowDown', retryAfterS: 7 } as const

  it.each([
    ['early', 0],
    ['instead', 0],
    ['afterwards', 1],
  ] as const)('come %s', async (when, served) => {
    meet({ ...slowDown, when })
    const { status, headers, body } = await ask(put)
    expect([status, headers['retry-after']]).toEqual([503, '7'])
    expect(body.toString()).toContain('<Code>SlowDown</Code>')
    expect(proxy.records).toMatchObject([{ served, answered: true }])
  })

  it('may have no document, and none for HEAD', async () => {
    meet(
      { ...slowDown, code: undefined, retryAfterS: undefined, when: 'instead' },
      { ...slowDown, when: 'early' },
    )
    const { status, headers, body } = await ask()
    expect([status, headers['retry-after'], body.length]).toEqual([503, undefined, 0])
    expect(await ask({ method: 'HEAD' })).toMatchObject({ status: 503 })
  })
})
