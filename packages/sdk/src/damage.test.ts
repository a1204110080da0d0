import { Readable } from 'node:stream'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CosClient, CosClientError } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  type FakeTime,
  fakeTime,
  reply,
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

const stored: Step = async (response, { body }) => {
  const { of } = await loadCrc64()
  response.writeHead(200, { etag: '"e"', 'x-cos-hash-crc64ecma': of(body).toString() })
  response.end()
}
/** What a server says that got other bytes than were sent. */
const storedOther = reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' })
const put = (Body: string | Readable, EnableMD5 = false) => cos.putObject({ ...input, Body, EnableMD5 })

describe('content that was damaged on its way to the server', () => {
  it('is sent again', async () => {
    server.script(storedOther, storedOther, stored)
    await put('hello')
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['hello', 'hello', 'hello'])
    expect(time.pauses).toEqual([100, 200])
    const part = { ...input, UploadId: 'u', PartNumber: 1, Body: 'hello' }
    server.script(storedOther, stored)
    expect(await cos.uploadPart(part)).toMatchObject({ ETag: '"e"' })
  })

  it('is given up after so many tries', async () => {
    server.script(storedOther)
    await expect(put('hello')).rejects.toMatchObject({ kind: 'checksum' })
    expect(server.requests.length).toBe(4)
  })

  it('is not sent again when its source is a stream that was read', async () => {
    server.script(storedOther, stored)
    await expect(put(Readable.from(['hello']))).rejects.toMatchObject({
      kind: 'checksum',
      message: expect.stringMatching(/not tried again/),
    })
    expect(server.requests.length).toBe(1)
  })

  it('is told of, whatever else failed later on', async () => {
    server.script(storedOther, errorXml(403, 'AccessDenied'))
    await expect(put('hello')).rejects.toMatchObject({
      kind: 'checksum',
      message: expect.stringMatching(/the server stored 1\. Sending it again failed/),
      cause: { code: 'AccessDenied' },
    })
    const leave = new AbortController()
    server.script(storedOther, () => leave.abort())
    const aborted = cos.putObject({ ...input, Body: 'hello' }, { signal: leave.signal })
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted' })
  })

  it.each(['BadDigest', 'IncompleteBody'])('is sent again after %s', async (code) => {
    server.script(errorXml(400, code), stored)
    await put('hello', true)
    expect(server.requests.length).toBe(2)
  })

  it('is not sent again when the digest is the caller’s, who may have it wrong', async () => {
    server.script(errorXml(400, 'BadDigest'), stored)
    const given = cos.putObject({ ...input, Body: 'hello', ContentMD5: 'XUFAKrxLKna5cZ2REBfFkg==' })
    await expect(given).rejects.toMatchObject({ code: 'BadDigest' })
    expect(server.requests.length).toBe(1)
  })
})

describe('a reply that was damaged on its way back', () => {
  const content = Buffer.from('0123456789')
  const part = (first: number, last: number, more: Record<string, number> = {}): Step =>
    reply(
      206,
      { etag: '"e"', 'content-range': `bytes ${first}-${last}/10`, ...more },
      content.subarray(first, last + 1),
    )

  it.each<[string, Step]>([
    ['half a document', reply(200, {}, '<VersioningConfiguration><Sta')],
    ['another document', xml(200, '<Other/>')],
    ['a page of a proxy', reply(200, { 'content-type': 'text/html' }, '<!DOCTYPE html><p>Log in!')],
  ])('is asked for again: %s', async (_, garbled) => {
    server.script(
      garbled,
      xml(200, '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
    )
    expect((await cos.getBucketVersioning({ Bucket: BUCKET })).Status).toBe('Enabled')
    server.script(garbled)
    const failing = cos.getBucketVersioning({ Bucket: BUCKET })
    await expect(failing).rejects.toMatchObject({ kind: 'body' })
    await expect(failing).rejects.toBeInstanceOf(CosClientError)
  })

  it('is asked for again when it lacks the document that it must have', async () => {
    const result = '<Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>"e"</ETag>'
    const complete = xml(200, `<CompleteMultipartUploadResult>${result}</CompleteMultipartUploadResult>`)
    server.script(reply(200), complete)
    const MultipartUpload = { Part: [{ PartNumber: 1, ETag: '"e"' }] }
    const completed = await cos.completeMultipartUpload({ ...input, UploadId: 'u', MultipartUpload })
    expect(completed.ETag).toBe('"e"')
  })

  it('is not asked for again where that would do something twice', async () => {
    server.script(reply(200))
    await expect(cos.createMultipartUpload(input)).rejects.toMatchObject({ kind: 'body', requestSent: true })
    expect(server.requests.length).toBe(1)
  })

  it.each([
    'bytes=2-5',
    'bytes=2-',
  ])('is asked for again when it is of another range than %s', async (Range) => {
    server.script(part(4, 5), part(2, 5))
    const { Body } = await cos.getObject({ ...input, Range })
    expect(await Body.text()).toBe('2345')
    expect(server.requests.length).toBe(2)
    server.script(part(2, 9))
    const longer = cos.getObject({ ...input, Range: 'bytes=2-5' })
    await expect(longer).rejects.toMatchObject({ kind: 'body', message: expect.stringMatching(/bytes 2-9/) })
  })

  it('may end before the range does, where the object does', async () => {
    server.script(part(2, 9))
    expect(await (await cos.getObject({ ...input, Range: 'bytes=2-99' })).Body.text()).toBe('23456789')
    expect(await (await cos.getObject({ ...input, Range: 'bytes=-8' })).Body.text()).toBe('23456789')
  })

  it('is taken up again when it is shorter than its range, although it looks whole', async () => {
    const cut: Step = reply(206, { etag: '"e"', 'content-range': 'bytes 2-5/10', 'content-length': 2 }, '23')
    server.script(cut, part(4, 5))
    const { Body } = await cos.getObject({ ...input, Range: 'bytes=2-5' })
    expect(await Body.text()).toBe('2345')
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=2-5', 'bytes=4-5'])
  })
})
