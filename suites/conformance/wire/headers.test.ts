// The head of each kind of reply.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import type { Reply } from '../raw.js'
import { RawConnection, signedHead } from './sockets.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const BODY = 'The quick brown fox'
const ETAG = `"${createHash('md5').update(BODY).digest('hex')}"`
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

beforeAll(async () => {
  await at.put('fox', BODY, { 'content-type': 'text/plain', 'x-cos-meta-a': 'b' })
})

const object = (method: string, headers: Record<string, string> = {}) =>
  at.signed({ method, target: `/${BUCKET}/fox`, headers })

function expectRequestId({ headers }: Reply): void {
  const id = Buffer.from(String(headers['x-cos-request-id']), 'base64').toString()
  expect(id).toMatch(/^[0-9a-f]+_[0-9a-f]+_[0-9a-f]+_[0-9a-f]+$/)
}

describe('every reply', () => {
  it.each([
    ['GET', '/', 200],
    ['GET', `/${BUCKET}`, 200],
    ['HEAD', `/${BUCKET}`, 200],
    ['GET', `/${BUCKET}/fox`, 200],
    ['HEAD', `/${BUCKET}/fox`, 200],
    ['DELETE', `/${BUCKET}/none`, 204],
    ['GET', `/${BUCKET}/none`, 404],
    ['HEAD', `/${BUCKET}/none`, 404],
    ['GET', `/${BUCKET}?live`, 501],
    ['PATCH', `/${BUCKET}`, 405],
  ])('%s %s names the server, the request and the time', async (method, target, status) => {
    const reply = await at.signed({ method, target })
    expect(reply.status).toBe(status)
    expectRequestId(reply)
    expect(reply.headers.server).toBe('tencent-cos')
    expect(reply.headers.date).toMatch(HTTP_DATE)
    expect(reply.headers.connection).toMatch(/^(keep-alive|close)$/)
    expect(reply.headers['x-cos-trace-id'] !== undefined).toBe(status >= 400)
    const names = reply.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).toEqual([...new Set(names)])
  })

  it('has an id of its own', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => object('HEAD')))
    expect(new Set(ids.map((reply) => reply.headers['x-cos-request-id'])).size).toBe(20)
  })
})

describe('an object', () => {
  const expected = {
    etag: ETAG,
    'content-type': 'text/plain',
    'content-length': String(BODY.length),
    'accept-ranges': 'bytes',
    'last-modified': expect.stringMatching(HTTP_DATE),
    'x-cos-hash-crc64ecma': crc64(BODY),
    'x-cos-meta-a': 'b',
    'x-cos-object-type': 'normal',
  }

  it('is told alike by GET and HEAD', async () => {
    const [got, head] = [await object('GET'), await object('HEAD')]
    expect(got.headers).toMatchObject(expected)
    expect(head.headers).toMatchObject(expected)
    expect(got.text).toBe(BODY)
    expect(head.body.length).toBe(0)
  })

  it('has its headers in the letters of COS, which the Python SDK keeps', async () => {
    const { rawHeaders } = await object('GET', { range: 'bytes=0-0' })
    const names = rawHeaders.filter((_, index) => index % 2 === 0)
    const expectedNames = [
      'ETag',
      'Last-Modified',
      'Content-Type',
      'Content-Length',
      'Content-Range',
      'Accept-Ranges',
    ]
    expect(names).toEqual(expect.arrayContaining(expectedNames))
    expect(names).toEqual(
      expect.arrayContaining(['x-cos-hash-crc64ecma', 'x-cos-request-id', 'x-cos-meta-a']),
    )
  })

  it('has the checksum of the whole on a part', async () => {
    const reply = await object('GET', { range: 'bytes=4-8' })
    expect(reply.status).toBe(206)
    expect(reply.text).toBe('quick')
    expect(reply.headers).toMatchObject({
      ...expected,
      'content-length': '5',
      'content-range': `bytes 4-8/${BODY.length}`,
    })
  })

  it('is told by PUT', async () => {
    const reply = await at.put('put', 'x')
    expect(reply.headers).toMatchObject({
      etag: '"9dd4e461268c8034f5c8564e155c67a6"',
      'x-cos-hash-crc64ecma': crc64('x'),
      'x-cos-storage-class': 'STANDARD',
      'content-length': '0',
    })
    expect(reply.body.length).toBe(0)
    expect(reply.headers['x-cos-version-id']).toBeUndefined()
  })

  it('keeps header text beyond ASCII byte by byte', async () => {
    const disposition = Buffer.from('attachment; filename="中文.txt"').toString('latin1')
    const meta = Buffer.from('值 😀').toString('latin1')
    const headers = { 'content-length': '1', 'content-disposition': disposition, 'x-cos-meta-name': meta }
    const connection = await RawConnection.open(at.server.endpoint)
    const head = signedHead(at.server, { method: 'PUT', target: `/${BUCKET}/utf8`, headers })
    connection.write(Buffer.from(`${head}x`, 'latin1'))
    expect((await connection.reply())?.status).toBe(200)
    connection.destroy()
    for (const method of ['GET', 'HEAD']) {
      const reply = await at.signed({ method, target: `/${BUCKET}/utf8` })
      expect(reply.status).toBe(200)
      expect(reply.headers['content-disposition']).toBe(disposition)
      expect(reply.headers['x-cos-meta-name']).toBe(meta)
    }
  })
})

describe('304', () => {
  it.each(['GET', 'HEAD'])('of %s has validators and no body', async (method) => {
    const reply = await object(method, { 'if-none-match': ETAG })
    expect(reply.status).toBe(304)
    expect(reply.body.length).toBe(0)
    expect(reply.headers).toMatchObject({
      etag: ETAG,
      'content-type': 'text/plain',
      'x-cos-hash-crc64ecma': crc64(BODY),
    })
    expectRequestId(reply)
  })
})

describe('412 and 416', () => {
  it('of GET have a document', async () => {
    const failed = await object('GET', { 'if-match': '"other"' })
    expect([failed.status, failed.code, failed.element('Message')]).toEqual([
      412,
      'PreconditionFailed',
      'Precondition not match.',
    ])
    const beyond = await object('GET', { range: 'bytes=100-' })
    expect([beyond.status, beyond.code]).toEqual([416, 'InvalidRange'])
    expect(beyond.headers['content-range']).toBe(`bytes */${BODY.length}`)
  })

  it('of HEAD have none', async () => {
    const failed = await object('HEAD', { 'if-match': '"other"' })
    expect([failed.status, failed.headers['content-length']]).toEqual([412, '0'])
    const beyond = await object('HEAD', { range: 'bytes=100-' })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${BODY.length}`])
  })
})

describe('a delete marker', () => {
  const bucket = 'marked-1250000000'
  let marker = ''
  beforeAll(async () => {
    await at.createBucket(bucket)
    await at.setVersioning(bucket, 'Enabled')
    const put = await at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'x' })
    expect(put.headers['x-cos-version-id']).toMatch(/^[A-Za-z0-9+/]{26,28}$/)
    const deleted = await at.signed({ method: 'DELETE', target: `/${bucket}/k` })
    expect([deleted.status, deleted.headers['x-cos-delete-marker']]).toEqual([204, 'true'])
    marker = String(deleted.headers['x-cos-version-id'])
  })

  it.each(['GET', 'HEAD'])('answers %s of the key with 404 and itself', async (method) => {
    const reply = await at.signed({ method, target: `/${bucket}/k` })
    expect(reply.status).toBe(404)
    expect(reply.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': marker })
    if (method === 'GET') expect(reply.code).toBe('NoSuchKey')
  })

  it.each(['GET', 'HEAD'])('answers %s of itself with 405', async (method) => {
    const reply = await at.signed({ method, target: `/${bucket}/k?versionId=${encodeURIComponent(marker)}` })
    expect(reply.status).toBe(405)
    expect(reply.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': marker })
  })

  it('has an id that tells its time, newest first', () => {
    const order = BigInt(Buffer.from(marker, 'base64').toString())
    const ms = Number((2n ** 64n - 1n - order) / 1000n)
    expect(Math.abs(ms - Date.now())).toBeLessThan(60_000)
  })
})

describe('an archived object', () => {
  it('is told with its class and not given', async () => {
    await at.put('cold', 'x', { 'x-cos-storage-class': 'ARCHIVE' })
    const reply = await at.get('cold')
    expect([reply.status, reply.code]).toEqual([403, 'InvalidObjectState'])
    expect(reply.headers['x-cos-storage-class']).toBe('ARCHIVE')
    expect(reply.element('Message')).toBe('The operation is not valid for the object storage class.')
    const head = await at.signed({ method: 'HEAD', target: `/${BUCKET}/cold` })
    expect([head.status, head.headers['x-cos-storage-class']]).toEqual([200, 'ARCHIVE'])
  })
})
