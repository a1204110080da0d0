// Objects that one request brings.
import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DownloadFileInput, DownloadFileOptions } from '../index.js'
import { DownloadStage, holds, MIB, namesIn } from '../testing/download-stage.js'
import { cutAfter, type ObjectVersion, objectVersion, serve } from '../testing/scripted-object.js'
import { BUCKET } from '../testing/scripted-server.js'

let at: DownloadStage
let small: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  small = await objectVersion('small', randomBytes(100_000))
})
const gets = () => at.server.requests.filter(({ method }) => method === 'GET')
const ranges = () => gets().map(({ headers }) => headers.range)

describe('a small object', () => {
  it('takes one request, and is told with what the server says of it', async () => {
    serve(at.server, () => small)
    const output = await at.download()
    expect(output).toMatchObject({
      size: 100_000,
      bytesResumed: 0,
      verified: true,
      ETag: '"small"',
      statusCode: 200,
    })
    expect(output).not.toHaveProperty('Body')
    expect(at.server.requests.map(({ method }) => method)).toEqual(['GET'])
    expect(await holds(at.path, small)).toBe(true)
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it('may be empty', async () => {
    const empty = await objectVersion('empty', new Uint8Array())
    serve(at.server, () => empty)
    expect(await at.download()).toMatchObject({ size: 0, verified: true })
    expect(await holds(at.path, empty)).toBe(true)
    serve(at.server, () => empty)
    await rm(at.path)
    // Known to be empty, it is not asked for.
    expect(await at.cos.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: at.path })).toMatchObject({
      size: 0,
    })
  })

  it('is one part up to 20 MB unless PartSize says less', async () => {
    const content = new Uint8Array(20 * MIB).fill(7)
    const twenty = await objectVersion('twenty', content)
    serve(at.server, () => twenty)
    await at.download({ PartSize: undefined })
    expect(ranges()).toEqual([undefined])
    serve(at.server, () => twenty)
    await at.download({ PartSize: 8 })
    expect(ranges()).toEqual([undefined, 'bytes=8388608-16777215', 'bytes=16777216-20971519'])
    expect(await holds(at.path, twenty)).toBe(true)
  })

  it('is fetched again, once, when wrong bytes arrived', async () => {
    const damaged = { ...small, content: Uint8Array.from(small.content, (byte) => byte ^ 1) }
    await writeFile(at.path, 'old')
    serve(at.server, () => damaged)
    await expect(at.download()).rejects.toMatchObject({ kind: 'checksum' })
    expect(at.server.requests.length).toBe(2)
    expect(await readFile(at.path, 'utf8')).toBe('old')
    expect(await namesIn(at.folder)).toEqual(['file'])
    serve(at.server, () => (at.server.requests.length === 1 ? damaged : small))
    expect(await at.download()).toMatchObject({ verified: true })
    expect(await holds(at.path, small)).toBe(true)
  })

  it.each<[string, Partial<DownloadFileInput>, DownloadFileOptions]>([
    ['EnableCRC', { EnableCRC: 'false' }, {}],
    ['crcCheck', { EnableCRC: true }, { crcCheck: false }],
  ])('is taken as it comes when %s says so', async (_, input, options) => {
    const { content } = await objectVersion('x', randomBytes(10))
    serve(at.server, () => ({ ...small, content }))
    expect(await at.download(input, options)).toMatchObject({ verified: false, size: 10 })
  })

  it('is not called verified when the server told no checksum', async () => {
    const { etag, 'last-modified': modified } = small.headers
    serve(at.server, () => ({ ...small, headers: { etag: etag ?? '', 'last-modified': modified ?? '' } }))
    expect(await at.download()).toMatchObject({ verified: false })
  })

  it('goes on at its last byte, pinned, when its connection breaks', async () => {
    const versioned = { ...small, headers: { ...small.headers, 'x-cos-version-id': 'v7' } }
    serve(
      at.server,
      () => versioned,
      (_, count) => (count === 1 ? cutAfter(versioned, 60_000) : undefined),
    )
    await at.download({ IfNoneMatch: '"elsewhere"', TrafficLimit: 819_200 })
    const [first, second] = at.server.requests
    expect(first?.headers).toMatchObject({ 'if-none-match': '"elsewhere"' })
    expect(second?.headers).toMatchObject({
      range: 'bytes=60000-',
      'if-match': '"small"',
      'x-cos-traffic-limit': '819200',
    })
    expect(second?.headers).not.toHaveProperty('if-none-match')
    expect(second?.url).toContain('versionId=v7')
    expect(await holds(at.path, small)).toBe(true)
  })

  it('outlasts a network that breaks more often than a single call may fail', async () => {
    serve(
      at.server,
      () => small,
      (_, count) => (count <= 8 ? cutAfter(small, 5000) : undefined),
    )
    expect(await at.download()).toMatchObject({ verified: true })
    expect(ranges().slice(0, 3)).toEqual([undefined, 'bytes=5000-', 'bytes=10000-'])
    expect(await holds(at.path, small)).toBe(true)
    serve(
      at.server,
      () => small,
      () => cutAfter(small, 0),
    )
    await expect(at.download()).rejects.toMatchObject({ kind: 'network' })
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it('leaves an existing file alone when a condition says so', async () => {
    await writeFile(at.path, 'old')
    serve(at.server, () => small)
    await expect(at.download({ IfNoneMatch: small.etag })).rejects.toMatchObject({
      code: 'NotModified',
      statusCode: 304,
    })
    await expect(at.download({ IfMatch: '"x"' })).rejects.toMatchObject({ code: 'PreconditionFailed' })
    expect(await readFile(at.path, 'utf8')).toBe('old')
  })

  it('is refused without a length', async () => {
    serve(
      at.server,
      () => undefined,
      () => (response) => {
        response.writeHead(200, small.headers)
        response.write('a')
        response.end()
      },
    )
    await expect(at.download()).rejects.toMatchObject({
      kind: 'body',
      message: expect.stringMatching(/how long/),
    })
  })
})
