// The transport of browsers, by Node's own fetch before a scripted server; suites/browser runs it in Chromium.
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { browserPlatform, CosClient, CosClientError, type CosClientOptions } from './browser.js'
import {
  BUCKET,
  early,
  type Recorded,
  reply,
  type ScriptedServer,
  SECRET_ID,
  SECRET_KEY,
  startScriptedServer,
  xml,
} from './testing/scripted-server.js'

let server: ScriptedServer
const clients: CosClient[] = []
beforeEach(async () => {
  server = await startScriptedServer()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await server.close()
})

function client(options: CosClientOptions = {}): CosClient {
  const keys = { SecretId: SECRET_ID, SecretKey: SECRET_KEY }
  const made = new CosClient(
    { Endpoint: server.host, Scheme: 'http', Retries: 0, ...keys, ...options },
    browserPlatform(),
  )
  clients.push(made)
  return made
}

async function failure(promise: Promise<unknown>): Promise<CosClientError> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof CosClientError) return error
  throw new Error(`No CosClientError, but ${error}.`)
}

function sent(): Recorded {
  const last = server.requests.at(-1)
  if (last) return last
  throw new Error('Nothing was sent.')
}

const at = { Bucket: BUCKET, Key: 'k' }
const hang = early(() => undefined)

describe('a request', () => {
  it('has the path and the query that were signed, whatever the key is made of', async () => {
    server.script(reply(200))
    await client().headObject({ Bucket: BUCKET, Key: 'a/../b/./c//d e%+?#中' })
    expect(sent().url).toBe(`/${BUCKET}/a%2F..%2Fb%2F.%2Fc//d%20e%25%2B%3F%23%E4%B8%AD`)
  })

  it('is refused where the URL would lead elsewhere', async () => {
    const error = await failure(client().getObject({ Bucket: BUCKET, Key: '..' }))
    expect([error.kind, error.requestSent]).toEqual(['validation', false])
    expect(server.requests).toEqual([])
  })

  it('has a length for every body, and no headers that are the browser’s own', async () => {
    server.script(reply(200, { etag: '"e"' }))
    const bodies = {
      text: 'abc',
      bytes: Uint8Array.of(1, 2, 3),
      blob: new Blob(['abc']),
      stream: new Blob(['abc']).stream(),
      large: new Uint8Array(1_000_000),
    }
    for (const [name, Body] of Object.entries(bodies)) {
      await client().putObject({ ...at, Body, Metadata: { name: '中' } })
      const length = name === 'large' ? 1_000_000 : 3
      expect([name, sent().headers['content-length'], sent().body.length]).toEqual([
        name,
        String(length),
        length,
      ])
      expect(sent().headers['user-agent']).not.toContain('coset')
      expect(Buffer.from(sent().headers['x-cos-meta-name'] ?? '', 'latin1').toString()).toBe('中')
    }
  })

  it('has the MD5 that was asked for', async () => {
    server.script(reply(200, { etag: '"e"' }))
    await client().putObject({ ...at, Body: new Blob(['abc']), EnableMD5: true })
    expect(sent().headers['content-md5']).toBe('kAFQmDzST7DWlj99KOF/cg==')
  })

  it('fails when another CRC-64 was stored than was sent', async () => {
    server.script(reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' }))
    for (const Body of ['abc', new Blob(['abc']), new Blob(['abc']).stream()]) {
      expect((await failure(client().putObject({ ...at, Body }))).kind).toBe('checksum')
    }
  })

  it('goes out of a stream once it is known whole, and not when its source fails', async () => {
    const source = new ReadableStream({
      pull: (controller) => controller.error(new Error('the source')),
    })
    const error = await failure(client().putObject({ ...at, Body: source }))
    expect(error.kind).toBe('body')
    expect(server.requests).toEqual([])
  })
})

describe('a reply', () => {
  it('is read as it comes, and checked', async () => {
    server.script(reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '11177612005948864433' }, 'hello'))
    const { Body } = await client().getObject(at)
    expect(await Body.text()).toBe('hello')
    server.script(reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' }, 'hello'))
    expect((await failure((await client().getObject(at)).Body.text())).kind).toBe('checksum')
  })

  it('is not checked against the length and sum of what was stored, when an encoding was undone', async () => {
    const headers = { etag: '"e"', 'content-encoding': 'gzip', 'x-cos-hash-crc64ecma': '1' }
    server.script(reply(200, headers, gzipSync('hello'.repeat(1000))))
    expect(await (await client().getObject(at)).Body.text()).toHaveLength(5000)
  })

  it('that is a redirect is no success', async () => {
    server.script(reply(302, { location: 'http://example.com/' }))
    await expect(client().getObject(at)).rejects.toMatchObject({ statusCode: 302 })
  })

  it('may be given up, and holds no connection then', async () => {
    server.script((response) => {
      response.writeHead(200, { 'content-length': 100_000_000 })
      response.write(Buffer.alloc(100_000))
    })
    const { Body } = await client().getObject(at)
    for await (const chunk of Body) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('that breaks off is taken up where it ended', async () => {
    const broken = early((response) => {
      response.writeHead(200, { 'content-length': 10, etag: '"e"' })
      response.write('hello', () => response.socket?.resetAndDestroy())
    })
    server.script(broken, reply(206, { 'content-range': 'bytes 5-9/10', etag: '"e"' }, 'world'))
    const { Body } = await client({ Retries: 1 }).getObject(at)
    expect(await Body.text()).toBe('helloworld')
    expect(sent().headers.range).toBe('bytes=5-')
  })
})

describe('errors tell', () => {
  it('that nobody knows why a request failed', async () => {
    const { host } = server
    await server.close()
    const error = await failure(client({ Endpoint: host }).getObject(at))
    expect([error.kind, error.requestSent]).toEqual(['network', true])
    expect(error.message).toContain(host)
  })

  it('that the server keeps silent, before its reply and within', async () => {
    server.script(hang)
    const quick = client({ ConnectTimeoutMs: 50, IdleTimeoutMs: 50 })
    expect((await failure(quick.getObject(at))).kind).toBe('timeout')
    server.script((response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('hello')
    })
    const { Body } = await quick.getObject(at)
    expect((await failure(Body.text())).kind).toBe('timeout')
  })

  it('that a signal fired, at once, whatever was under way', async () => {
    server.script(hang)
    const cos = client()
    const controller = new AbortController()
    const { signal } = controller
    const stuck = new ReadableStream({ pull: () => new Promise(() => undefined) })
    const calls = [
      cos.getObject(at, { signal }),
      cos.putObject({ ...at, Body: new Blob(['x']) }, { signal }),
      cos.putObject({ ...at, Body: stuck }, { signal }),
      // More than are sent at a time.
      ...Array.from({ length: 10 }, () => cos.headObject(at, { signal })),
    ]
    const kinds = Promise.all(calls.map(async (call) => (await failure(call)).kind))
    await expect.poll(() => server.requests.length).toBeGreaterThan(4)
    const startMs = performance.now()
    controller.abort()
    expect(new Set(await kinds)).toEqual(new Set(['aborted']))
    expect(performance.now() - startMs).toBeLessThan(100)
    await expect.poll(() => server.sockets.size).toBe(0)
    server.script(reply(200))
    await cos.headObject(at)
  })

  it('that the client was closed', async () => {
    server.script(hang)
    const cos = client()
    const call = failure(cos.getObject(at))
    await expect.poll(() => server.requests.length).toBe(1)
    await cos.close()
    expect((await call).kind).toBe('aborted')
    expect((await failure(cos.getObject(at))).kind).toBe('aborted')
  })

  it('which header a rule must expose, when parts can not be joined', async () => {
    server.script(
      xml(
        200,
        `<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>`,
      ),
      reply(200),
    )
    const error = await failure(
      client().upload({ ...at, Body: new Blob([new Uint8Array(21 * 1024 * 1024)]) }),
    )
    expect(error.message).toMatch(/ETag.*ExposeHeader/)
    expect(error.partNumber).toBeGreaterThan(0)
  })
})

it('sends six requests at a time, as browsers would', async () => {
  let open = 0
  let most = 0
  server.script(async (response) => {
    most = Math.max(most, ++open)
    await new Promise((resolve) => setTimeout(resolve, 20))
    open--
    response.end()
  })
  const cos = client()
  await Promise.all(Array.from({ length: 30 }, () => cos.headObject(at)))
  expect(most).toBe(6)
})
