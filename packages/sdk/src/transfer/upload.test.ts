import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient, TransferProgress, UploadInput, UploadOptions } from '../index.js'
import { FakeBucket } from '../testing/fake-bucket.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../testing/scripted-server.js'

const MIB = 1024 * 1024
const BYTES = randomBytes(20 * MIB + 1)

let server: ScriptedServer
let bucket: FakeBucket
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => {
  bucket = new FakeBucket()
  server.requests.length = 0
  server.script(bucket.step)
  cos = clientOf(server)
})
afterEach(() => cos.close())

const upload = (Body: UploadInput['Body'], input: Partial<UploadInput> = {}, options: UploadOptions = {}) =>
  cos.upload({ Bucket: BUCKET, Key: 'k', Body, PartSize: 1, ...input }, options)
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('It succeeded.'),
    (error: unknown) => error,
  )
const isStored = (bytes: Uint8Array) => bucket.objects.get('k')?.body.equals(bytes) === true
function* chunksOf(bytes: Uint8Array, size = 100_000): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const stream = (bytes: Uint8Array) => Readable.from(chunksOf(bytes))

describe('a stream', () => {
  it.each([
    ['nothing', 0],
    ['a byte', 1],
    ['one part', MIB],
  ])('of %s is one request', async (_, size) => {
    const bytes = BYTES.subarray(0, size)
    const done = await upload(stream(bytes), { ACL: 'public-read' })
    expect(bucket.calls).toEqual(['put'])
    expect(server.requests[0]?.headers).toMatchObject({
      'content-length': String(size),
      'x-cos-acl': 'public-read',
    })
    expect(isStored(bytes)).toBe(true)
    expect(done).toMatchObject({ Crc64: (await loadCrc64()).of(bytes), UploadId: undefined })
  })

  it.each([MIB + 1, 3 * MIB, 5 * MIB + 12_345])('of %d bytes goes in parts', async (size) => {
    const bytes = BYTES.subarray(0, size)
    const told: TransferProgress[] = []
    const done = await upload(
      stream(bytes),
      { Metadata: { a: 'b' }, EnableMD5: true },
      { onProgress: (progress) => told.push(progress) },
    )
    const count = Math.ceil(size / MIB)
    expect(bucket.sentParts()).toEqual(Array.from({ length: count }, (_, index) => index + 1))
    expect(isStored(bytes)).toBe(true)
    expect(server.requests[0]?.headers['x-cos-meta-a']).toBe('b')
    expect(server.requests[1]?.headers['content-md5']).toBeDefined()
    expect(done).toMatchObject({ Crc64: (await loadCrc64()).of(bytes), UploadId: 'upload-1' })
    expect(told.at(-1)).toMatchObject({ bytesDone: size, bytesTotal: size })
  })

  it.each<[string, (bytes: Uint8Array) => UploadInput['Body']]>([
    ['an array', (bytes) => [...chunksOf(bytes)]],
    ['an iterable', (bytes) => chunksOf(bytes)],
    ['a web stream', (bytes) => Readable.toWeb(stream(bytes)) as ReadableStream<Uint8Array>],
    [
      'a source that uses its memory again',
      async function* (bytes) {
        const memory = new Uint8Array(70_000)
        for (const chunk of chunksOf(bytes, memory.length)) {
          memory.set(chunk)
          yield memory.subarray(0, chunk.length)
        }
      },
    ],
  ])('may be %s', async (_, bodyOf) => {
    const bytes = BYTES.subarray(0, 3 * MIB + 5)
    await upload(bodyOf(bytes))
    expect(isStored(bytes)).toBe(true)
  })

  it('of text is text', async () => {
    async function* texts() {
      yield 'grüße '
      yield ''
      yield '中文'
    }
    await upload(texts())
    expect(isStored(Buffer.from('grüße 中文'))).toBe(true)
  })

  it('survives parts that fail: they are still there', async () => {
    const bytes = BYTES.subarray(0, 4 * MIB)
    const faults = new Map<string, Step>([
      ['part 1', reset],
      ['part 3', errorXml(503, 'ServiceUnavailable')],
    ])
    bucket.fault = (call) => {
      const fault = faults.get(call)
      faults.delete(call)
      return fault
    }
    await upload(stream(bytes))
    expect(bucket.sentParts()).toEqual([1, 1, 2, 3, 3, 4])
    expect(isStored(bytes)).toBe(true)
  })

  it('is read no further than there are parts to hold it', async () => {
    let read = 0
    async function* source() {
      for (const chunk of chunksOf(BYTES)) {
        read += chunk.length
        yield chunk
      }
    }
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    bucket.fault = async (call) => {
      if (call.startsWith('part')) await held
      return undefined
    }
    const call = upload(source(), { MAXThread: 3 })
    await expect.poll(() => bucket.count('part')).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(read).toBeLessThanOrEqual(3 * MIB + 100_000)
    release()
    await call
    expect(isStored(BYTES)).toBe(true)
  })

  it('that fails ends the upload, and what was sent is given up', async () => {
    const broken = new Error('the disk is gone')
    async function* source() {
      yield BYTES.subarray(0, 2 * MIB)
      throw broken
    }
    expect(await failure(upload(source()))).toMatchObject({ kind: 'body', cause: broken })
    expect([bucket.uploads.size, bucket.count('complete')]).toEqual([0, 0])
    async function* small() {
      yield 'x'
      throw broken
    }
    expect(await failure(upload(small()))).toMatchObject({ kind: 'body', cause: broken })
    expect(bucket.objects.size).toBe(0)
  })

  it('is destroyed when the upload fails', async () => {
    bucket.fault = (call) => (call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined)
    const body = stream(BYTES)
    const closed = once(body, 'close')
    expect(await failure(upload(body))).toMatchObject({ code: 'AccessDenied', partNumber: 2 })
    await closed
    expect(bucket.uploads.size).toBe(0)
    bucket.fault = (call) => (call === 'create' ? errorXml(403, 'AccessDenied') : undefined)
    const another = stream(BYTES)
    expect(await failure(upload(another))).toMatchObject({ code: 'AccessDenied' })
    expect(another.destroyed).toBe(true)
  })

  it('that never gives anything can be aborted', async () => {
    for (const first of [[], [BYTES.subarray(0, 3 * MIB)]]) {
      const body = new Readable({ read: () => undefined })
      for (const chunk of first) body.push(chunk)
      const controller = new AbortController()
      const call = failure(upload(body, {}, { signal: controller.signal }))
      await new Promise((resolve) => setTimeout(resolve, 100))
      controller.abort()
      expect(await call).toMatchObject({ kind: 'aborted' })
      expect(body.destroyed).toBe(true)
      await expect.poll(() => bucket.uploads.size).toBe(0)
    }
  })

  it('must have the length that was told', async () => {
    for (const size of [3 * MIB - 1, 3 * MIB + 1, 5]) {
      const call = upload(stream(BYTES.subarray(0, 3 * MIB)), { ContentLength: size })
      expect(await failure(call)).toMatchObject({ kind: 'body' })
    }
    expect([bucket.objects.size, bucket.uploads.size]).toEqual([0, 0])
    await upload(stream(BYTES.subarray(0, 3 * MIB)), { ContentLength: 3 * MIB })
    expect(isStored(BYTES.subarray(0, 3 * MIB))).toBe(true)
  })

  it('must have the MD5 that was told', async () => {
    const bytes = BYTES.subarray(0, 3 * MIB)
    const ContentMD5 = createHash('md5').update(bytes).digest('base64')
    await upload(stream(bytes), { ContentMD5 })
    expect(isStored(bytes)).toBe(true)
    bucket.objects.clear()
    const other = stream(BYTES.subarray(1, 3 * MIB + 1))
    expect(await failure(upload(other, { ContentMD5 }))).toMatchObject({ kind: 'checksum' })
    expect([bucket.objects.size, bucket.uploads.size]).toEqual([0, 0])
  })

  it('must be something to read', async () => {
    expect(await failure(upload(5 as never))).toMatchObject({ kind: 'validation' })
    expect(await failure(upload(stream(BYTES), { PartSize: 0 }))).toMatchObject({ kind: 'validation' })
    expect(await failure(upload(Readable.from([{}])))).toMatchObject({ kind: 'body' })
    expect(bucket.calls).toEqual([])
  })
})

describe('content that is there whole', () => {
  it.each<[string, UploadInput['Body'], Uint8Array]>([
    ['text', '中文', Buffer.from('中文')],
    ['bytes', BYTES.subarray(7, 20), BYTES.subarray(7, 20)],
    ['a view', new DataView(new Uint8Array([1, 2, 3]).buffer, 1), new Uint8Array([2, 3])],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer, new Uint8Array([1, 2, 3])],
    ['a Blob', new Blob(['ab', 'cd']), Buffer.from('abcd')],
  ])('may be %s', async (_, body, bytes) => {
    await upload(body)
    expect(bucket.calls).toEqual(['put'])
    expect(isStored(bytes)).toBe(true)
  })

  it.each<[string, UploadInput['Body']]>([
    ['bytes', BYTES],
    ['a Blob', new Blob([BYTES])],
  ])('goes in parts when it is large: %s', async (_, body) => {
    await upload(body, { PartSize: 6 })
    expect(bucket.sentParts()).toEqual([1, 2, 3, 4])
    expect(isStored(BYTES)).toBe(true)
  })

  it('is given up when it fails', async () => {
    bucket.fault = (call) => (call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined)
    expect(await failure(upload(BYTES, { PartSize: 6 }))).toMatchObject({ partNumber: 2 })
    expect(bucket.uploads.size).toBe(0)
  })

  it('must have the length and MD5 that were told', async () => {
    expect(await failure(upload('abc', { ContentLength: 4 }))).toMatchObject({ kind: 'validation' })
    const ContentMD5 = createHash('md5').update('x').digest('base64')
    expect(await failure(upload(BYTES, { ContentMD5 }))).toMatchObject({ kind: 'checksum' })
    expect(bucket.calls).toEqual([])
  })
})
