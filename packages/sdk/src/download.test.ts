import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CosClient, ObjectBody } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  type Headers,
  reply,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from './testing/scripted-server.js'

const content = randomBytes(2_000_000)
const input = { Bucket: BUCKET, Key: 'k' }
let crc: string
let server: ScriptedServer
let cos: CosClient
let folder: string
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-sdk-'))
  crc = (await loadCrc64()).of(content).toString()
})
afterAll(async () => {
  await cos.close()
  await server.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  server.requests.length = 0
})

const whole = (headers: Headers = {}): Step => reply(200, { ...wholeHeaders(), ...headers }, content)
const wholeHeaders = (): Headers => ({
  etag: '"e1"',
  'content-length': content.length,
  'x-cos-hash-crc64ecma': crc,
  'x-cos-version-id': 'v7',
  'last-modified': 'Wed, 28 Oct 2020 20:30:00 GMT',
})

/** Answers with the whole object, and tells on which connection. */
function scriptWhole(): () => Socket | null {
  let socket: Socket | null = null
  server.script((response, recorded, request) => {
    socket = response.socket
    whole()(response, recorded, request)
  })
  return () => socket
}

/** Breaks off once the first `sent` bytes of `bytes` have left. */
function broken(status: number, headers: Headers, bytes: Uint8Array, sent: number): Step {
  return (response) => {
    response.writeHead(status, headers)
    response.write(bytes.subarray(0, sent), () => setTimeout(() => response.socket?.destroy(), 20))
  }
}

/** Answers the range that is asked for, broken off after `sent` bytes if that is given. */
function ranged(sent?: number): Step {
  return (response, recorded, request) => {
    const { headers } = recorded
    const [, first = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? []
    const end = last === '' ? content.length - 1 : Number(last)
    const bytes = content.subarray(Number(first), end + 1)
    const head = {
      etag: '"e1"',
      'content-length': bytes.length,
      'content-range': `bytes ${first}-${end}/${content.length}`,
      'x-cos-hash-crc64ecma': crc,
    }
    const step = sent === undefined ? reply(206, head, bytes) : broken(206, head, bytes, sent)
    step(response, recorded, request)
  }
}

describe('a body', () => {
  it('comes with typed members', async () => {
    server.script(whole({ 'x-cos-meta-a': 'b', 'content-type': 'a/b' }))
    const got = await cos.getObject(input)
    expect(got.Body).toBeInstanceOf(ObjectBody)
    expect(got).toMatchObject({
      ETag: '"e1"',
      ContentLength: content.length,
      ContentType: 'a/b',
      LastModified: new Date('2020-10-28T20:30:00Z'),
      Metadata: { a: 'b' },
      statusCode: 200,
    })
    expect(content.equals(await got.Body.bytes())).toBe(true)
    expect(got.Body.bodyUsed).toBe(true)
  })

  it('is text, JSON, chunks, or a stream of either kind', async () => {
    server.script(reply(200, { etag: '"e"' }, '{"a":"ü"}'))
    const body = async () => (await cos.getObject(input)).Body
    expect(await (await body()).text()).toBe('{"a":"ü"}')
    expect(await (await body()).json()).toEqual({ a: 'ü' })
    let chunks = ''
    for await (const chunk of await body()) chunks += Buffer.from(chunk).toString()
    expect(chunks).toBe('{"a":"ü"}')
    expect(await new Response((await body()).stream()).json()).toEqual({ a: 'ü' })
    const raw: Buffer[] = []
    for await (const chunk of (await body()).getRawStream()) raw.push(chunk)
    expect(Buffer.concat(raw).toString()).toBe('{"a":"ü"}')
  })

  it('may be empty', async () => {
    server.script(reply(200, { etag: '"e"', 'content-length': 0, 'x-cos-hash-crc64ecma': '0' }))
    expect(await (await cos.getObject(input)).Body.text()).toBe('')
  })

  it('is read once', async () => {
    server.script(reply(200, { etag: '"e"' }, 'x'))
    const { Body } = await cos.getObject(input)
    await Body.text()
    await expect(Body.text()).rejects.toMatchObject({ kind: 'body', message: expect.stringMatching(/once/) })
    expect(() => Body.stream()).toThrow(/once/)
    expect(() => Body.getRawStream()).toThrow(/once/)
  })

  it('gives its connection up when it is cancelled, left or destroyed', async () => {
    const connection = scriptWhole()
    const endings: ((body: ObjectBody) => unknown)[] = [
      (body) => body.cancel(),
      async (body) => {
        for await (const _ of body) break
      },
      (body) => body.stream().cancel(),
      (body) => body.getRawStream().destroy(),
    ]
    for (const end of endings) {
      const { Body } = await cos.getObject(input)
      await end(Body)
      await expect.poll(() => connection()?.destroyed).toBe(true)
    }
    const { Body } = await cos.getObject(input)
    const reading = Body.bytes()
    Body.cancel()
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' })
  })

  it('waits for its reader', async () => {
    let written = 0
    server.script((response) => {
      response.writeHead(200, { etag: '"e"' })
      const more = () => {
        while (written < 64_000_000 && response.write(content)) written += content.length
      }
      response.on('drain', more)
      more()
    })
    const { Body } = await cos.getObject(input)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(written).toBeLessThan(64_000_000)
    Body.cancel()
  })
})

describe('a body in a file', () => {
  it('is whole, or not there', async () => {
    const path = join(folder, 'out.bin')
    server.script(whole())
    await (await cos.getObject(input)).Body.getStreamToFile(path)
    expect((await readFile(path)).equals(content)).toBe(true)
    await writeFile(path, 'before')
    server.script(whole({ 'x-cos-hash-crc64ecma': '1' }))
    const failing = (await cos.getObject(input)).Body.getStreamToFile(path)
    await expect(failing).rejects.toMatchObject({ kind: 'checksum' })
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['out.bin'])
  })

  it('fails where it can not be written, and gives the connection up', async () => {
    const connection = scriptWhole()
    const { Body } = await cos.getObject(input)
    const failing = Body.getStreamToFile(join(folder, 'no', 'such', 'folder'))
    await expect(failing).rejects.toMatchObject({ kind: 'file', cause: { code: 'ENOENT' } })
    await expect.poll(() => connection()?.destroyed).toBe(true)
  })
})

describe('checks of downloads', () => {
  it('fail for bytes that are not those stored, unless switched off', async () => {
    server.script(whole({ 'x-cos-hash-crc64ecma': '1' }))
    await expect((await cos.getObject(input)).Body.bytes()).rejects.toMatchObject({ kind: 'checksum' })
    const { Body } = await cos.getObject(input, { crcCheck: false })
    expect((await Body.bytes()).length).toBe(content.length)
  })

  it('leave ranges alone, as their checksum is that of the whole', async () => {
    server.script(ranged())
    const got = await cos.getObject({ ...input, Range: 'bytes=5-9' })
    expect(got).toMatchObject({ ContentRange: 'bytes 5-9/2000000', statusCode: 206, ContentLength: 5 })
    expect(content.subarray(5, 10).equals(await got.Body.bytes())).toBe(true)
  })

  it('see the bytes as they are stored, whatever their encoding', async () => {
    const stored = (await loadCrc64()).of(Buffer.from('not really gzip')).toString()
    server.script(
      reply(
        200,
        { etag: '"e"', 'content-encoding': 'gzip', 'x-cos-hash-crc64ecma': stored },
        'not really gzip',
      ),
    )
    expect(await (await cos.getObject(input)).Body.text()).toBe('not really gzip')
  })
})

describe('a broken body', () => {
  it('is taken up again where it ended, for the very same object', async () => {
    server.script(broken(200, wholeHeaders(), content, 700_000), ranged(500_000), ranged())
    const { Body } = await cos.getObject({ ...input, IfModifiedSince: new Date(0) })
    expect(content.equals(await Body.bytes())).toBe(true)
    const [, second, third] = server.requests
    expect(second?.headers).toMatchObject({ range: 'bytes=700000-', 'if-match': '"e1"' })
    expect(second?.headers['if-modified-since']).toBeUndefined()
    expect(second?.url).toContain('versionId=v7')
    expect(third?.headers.range).toBe('bytes=1200000-')
  })

  it('is taken up within its range', async () => {
    server.script(ranged(50), ranged())
    const { Body } = await cos.getObject({ ...input, Range: 'bytes=100-299' })
    expect(content.subarray(100, 300).equals(await Body.bytes())).toBe(true)
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=150-299')
  })

  it('fails when the object has changed', async () => {
    server.script(broken(200, wholeHeaders(), content, 1000), errorXml(412, 'PreconditionFailed'))
    const reading = (await cos.getObject(input)).Body.bytes()
    await expect(reading).rejects.toMatchObject({
      kind: 'changed',
      message: expect.stringMatching(/changed/),
    })
  })

  it('fails when the server answers with something else', async () => {
    server.script(broken(200, wholeHeaders(), content, 1000), whole())
    await expect((await cos.getObject(input)).Body.bytes()).rejects.toThrow(/1000 of 2000000/)
  })

  it('fails after so many tries, and without an ETag at once', async () => {
    server.script(broken(200, wholeHeaders(), content, 10), ranged(10))
    await expect((await cos.getObject(input)).Body.bytes()).rejects.toMatchObject({
      kind: 'network',
      message: 'The body ended after 40 of 2000000 bytes.',
    })
    expect(server.requests.length).toBe(4)
    server.requests.length = 0
    const { etag: _, ...headers } = wholeHeaders()
    server.script(broken(200, headers, content, 10))
    await expect((await cos.getObject(input)).Body.bytes()).rejects.toThrow('ended after 10 of')
    expect(server.requests.length).toBe(1)
  })
})
