import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type BodyInput,
  type CosClient,
  CosClientError,
  CosServiceError,
  nodePlatform,
  type Platform,
} from './index.js'
import {
  BUCKET,
  clientOf,
  early,
  errorXml,
  fakeTime,
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from './testing/scripted-server.js'

let server: ScriptedServer
let cos: CosClient
let folder: string
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-sdk-'))
})
afterAll(async () => {
  await cos.close()
  await server.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  server.requests.length = 0
})

/** As COS does: the checksum of what arrived. */
const store: Step = async (response, { body }) => {
  const { of } = await loadCrc64()
  response.writeHead(200, { etag: '"e"', 'x-cos-hash-crc64ecma': of(body).toString() })
  response.end()
}
const put = (Body: BodyInput, more: { ContentLength?: number; EnableMD5?: boolean } = {}) =>
  cos.putObject({ Bucket: BUCKET, Key: 'k', Body, ...more })
const sent = () => {
  const [first] = server.requests
  if (!first) throw new Error('Nothing was sent.')
  return first
}

async function* generate(...chunks: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const chunk of chunks) {
    await new Promise(setImmediate)
    yield chunk
  }
}

const text = 'hällo'
const bytes = Buffer.from(text)

describe('bodies of known length', () => {
  it.each<[string, () => BodyInput]>([
    ['text', () => text],
    ['a Buffer', () => bytes],
    ['a Uint8Array that is a window', () => new Uint8Array(Buffer.concat([bytes, bytes])).subarray(6)],
    ['an ArrayBuffer', () => new Uint8Array(bytes).buffer],
    ['a DataView', () => new DataView(new Uint8Array(bytes).buffer)],
    ['a Blob', () => new Blob([bytes])],
    ['an array of chunks', () => [text.slice(0, 2), Buffer.from(text.slice(2))]],
  ])('go with Content-Length: %s', async (_, make) => {
    server.script(store)
    await put(make())
    expect(sent().body).toEqual(bytes)
    expect(sent().headers['content-length']).toBe('6')
    expect(sent().headers['transfer-encoding']).toBeUndefined()
  })

  it('may be empty', async () => {
    server.script(store)
    for (const body of ['', new Uint8Array(), new Blob([]), []]) await put(body)
    for (const request of server.requests) expect(request.headers['content-length']).toBe('0')
  })

  it('may be large', async () => {
    server.script(store)
    const large = randomBytes(3_000_001)
    await put(large)
    expect(sent().body.equals(large)).toBe(true)
    expect(sent().headers['content-length']).toBe('3000001')
  })
})

describe('streams', () => {
  it.each<[string, () => BodyInput]>([
    ['a Node stream', () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)])],
    ['a web stream', () => new Blob([bytes]).stream() as ReadableStream<Uint8Array>],
    ['an async iterable', () => generate('hä', Buffer.from('llo'))],
    ['an iterable', () => new Set(['hä', 'llo'])],
  ])('of unknown length go in chunks: %s', async (_, make) => {
    server.script(store)
    await put(make())
    expect(sent().body).toEqual(bytes)
    expect(sent().headers['transfer-encoding']).toBe('chunked')
    expect(sent().headers['content-length']).toBeUndefined()
  })

  it('go with their length where it is given', async () => {
    server.script(store)
    await put(generate(text), { ContentLength: 6 })
    expect(sent().headers).toMatchObject({ 'content-length': '6' })
    expect(sent().headers['transfer-encoding']).toBeUndefined()
  })

  it('fail when they do not keep to their length', async () => {
    server.script(store)
    await expect(put(generate('a', 'b'), { ContentLength: 6 })).rejects.toThrow(/6 bytes, but has only 2/)
    await expect(put(generate(text, 'b'), { ContentLength: 6 })).rejects.toThrow(/6 bytes, but has more/)
    await expect(put('abc', { ContentLength: 6 })).rejects.toMatchObject({ kind: 'validation' })
  })

  it('that fail, fail the call with their error as cause', async () => {
    server.script(store)
    const broken = new Error('disk on fire')
    async function* failing() {
      yield 'a'
      throw broken
    }
    await expect(put(failing())).rejects.toMatchObject({ kind: 'body', cause: broken })
    await expect(put(Readable.from(failing()))).rejects.toMatchObject({ kind: 'body', cause: broken })
    const missing = createReadStream(join(folder, 'missing'))
    await expect(put(missing)).rejects.toMatchObject({ kind: 'body', cause: { code: 'ENOENT' } })
    expect(server.requests.length).toBeLessThanOrEqual(2)
  })

  it('must give bytes or text', async () => {
    server.script(store)
    const numbers = [1, 2] as unknown as Iterable<string>
    await expect(put(numbers)).rejects.toMatchObject({ kind: 'body' })
    await expect(put(7 as unknown as string)).rejects.toMatchObject({ kind: 'validation' })
    await expect(put(undefined as unknown as string)).rejects.toMatchObject({ kind: 'validation' })
  })

  it('are not sent again once they were read from, and the error says so', async () => {
    const once = () => cos.putObject({ Bucket: BUCKET, Key: 'once', Body: generate('a') })
    server.script(errorXml(503, 'SlowDown'))
    const error = await once().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(CosServiceError)
    expect(error).toMatchObject({
      code: 'SlowDown',
      message: expect.stringMatching(/not tried again.*stream/),
    })
    expect((error as CosServiceError).getErrorMsg()).toBe('Something.')
    server.script(reset)
    const broken = await once().catch((cause: unknown) => cause)
    expect(broken).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/not tried again.*stream/),
    })
    expect((broken as Error).cause).toBeInstanceOf(CosClientError)
    expect(server.requests.filter(({ url }) => url.endsWith('/once')).length).toBe(2)
  })

  it('are sent again while nothing was read from them, and closed when they never were', async () => {
    const lost = new CosClientError('network', 'Nobody there.', { requestSent: false })
    let failures = 2
    const time = fakeTime()
    const platform: Platform = {
      ...time.platform,
      transport(options) {
        const transport = time.platform.transport(options)
        return {
          ...transport,
          send: (request) => (failures-- > 0 ? Promise.reject(lost) : transport.send(request)),
        }
      },
    }
    const client = clientOf(server, {}, { ...time, platform })
    server.script(store)
    await client.putObject({ Bucket: BUCKET, Key: 'k', Body: generate('a', 'b') })
    expect(sent().body.toString()).toBe('ab')
    failures = 9
    const stream = Readable.from(['a'])
    await expect(client.putObject({ Bucket: BUCKET, Key: 'k', Body: stream })).rejects.toBe(lost)
    expect(stream.destroyed).toBe(true)
    await client.close()
  })

  it('are let go when the call ends without them', async () => {
    let closed = false
    async function* endless() {
      try {
        for (;;) {
          yield new Uint8Array(65_536)
          await new Promise(setImmediate)
        }
      } finally {
        closed = true
      }
    }
    server.script(early(errorXml(403, 'AccessDenied')))
    await expect(put(endless())).rejects.toMatchObject({ code: 'AccessDenied' })
    await expect.poll(() => closed).toBe(true)
  })
})

describe('checks of uploads', () => {
  it('fail when the server stored something else', async () => {
    server.script(reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' }))
    for (const body of [text, generate(text), randomBytes(300_000)]) {
      await expect(put(body)).rejects.toMatchObject({ kind: 'checksum' })
    }
    await cos.putObject({ Bucket: BUCKET, Key: 'k', Body: text }, { crcCheck: false })
    const careless = clientOf(server, { CrcCheck: false })
    await careless.putObject({ Bucket: BUCKET, Key: 'k', Body: text })
    await careless.close()
  })

  it('pass where the server tells no checksum', async () => {
    server.script(reply(200, { etag: '"e"' }))
    await put(text)
  })

  it('send Content-MD5 on demand, for what can be read twice', async () => {
    server.script(store)
    await put(new Blob(['hello']), { EnableMD5: true })
    expect(sent().headers['content-md5']).toBe('XUFAKrxLKna5cZ2REBfFkg==')
    await expect(put(generate('a'), { EnableMD5: true })).rejects.toMatchObject({ kind: 'validation' })
  })
})

describe('local files', () => {
  const putFile = (LocalFilePath: string, client = cos) =>
    client.putObjectFromLocalFile({ Bucket: BUCKET, Key: 'k', LocalFilePath, ContentType: 'text/x' })

  it('are streamed with their length, again where needed', async () => {
    const path = join(folder, 'a.bin')
    const content = randomBytes(700_000)
    await writeFile(path, content)
    server.script(errorXml(500, 'InternalError'), store)
    expect((await putFile(path)).ETag).toBe('"e"')
    expect(server.requests.map(({ body }) => body.equals(content))).toEqual([true, true])
    expect(sent().headers).toMatchObject({ 'content-length': '700000', 'content-type': 'text/x' })
    const empty = join(folder, 'empty')
    await writeFile(empty, '')
    await putFile(empty)
  })

  it('must be there, and files', async () => {
    await expect(putFile(join(folder, 'missing'))).rejects.toMatchObject({ kind: 'file' })
    await expect(putFile(folder)).rejects.toMatchObject({ kind: 'file' })
    expect(server.requests).toEqual([])
  })

  it('that change their size meanwhile fail the call', async () => {
    const path = join(folder, 'growing')
    await writeFile(path, randomBytes(100_000))
    const file = await nodePlatform.files.open(path)
    await appendFile(path, 'more')
    const read = async () => {
      for await (const _ of file.open());
    }
    await expect(read()).rejects.toMatchObject({ kind: 'changed' })
    await writeFile(path, 'less')
    await expect(read()).rejects.toThrow(/changed its size/)
    // Grows between the look at it and the last of its bytes: the server never gets a whole body.
    server.script(store)
    const platform = {
      ...nodePlatform,
      files: {
        ...nodePlatform.files,
        async open(name: string) {
          const found = await nodePlatform.files.open(name)
          await appendFile(name, 'more')
          return found
        },
      },
    }
    const client = clientOf(server, {}, { ...fakeTime(), platform })
    await expect(putFile(path, client)).rejects.toMatchObject({ kind: 'changed' })
    await client.close()
  })
})
