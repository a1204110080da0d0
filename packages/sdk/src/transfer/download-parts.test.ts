// Objects that come in parts, and those that are replaced meanwhile.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DownloadFileInput, TransferProgress } from '../index.js'
import { DownloadStage, holds, MIB, namesIn } from '../testing/download-stage.js'
import {
  cutAfter,
  type ObjectVersion,
  objectVersion,
  replyOf,
  serve,
  stuckAfter,
} from '../testing/scripted-object.js'
import { BUCKET, errorXml, reply, type Step } from '../testing/scripted-server.js'

let at: DownloadStage
let large: ObjectVersion
let other: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(3.5 * MIB))
  other = await objectVersion('other', randomBytes(3.5 * MIB))
})
const gets = () => at.server.requests.filter(({ method }) => method === 'GET')
const ranges = () => gets().map(({ headers }) => headers.range)

describe('a large object', () => {
  it('comes in parts that are pinned to what the first reply told', async () => {
    const versioned = { ...large, headers: { ...large.headers, 'x-cos-version-id': 'v1' } }
    serve(at.server, () => versioned)
    await at.download({ IfModifiedSince: new Date(0), ResponseContentType: 'a/b', TrafficLimit: 819_200 })
    expect(ranges().sort()).toEqual([
      'bytes=1048576-2097151',
      'bytes=2097152-3145727',
      'bytes=3145728-3670015',
      undefined,
    ])
    const [first, ...rest] = at.server.requests
    expect(first?.headers).toHaveProperty('if-modified-since')
    expect(first?.url).toContain('response-content-type')
    for (const { headers, url } of rest) {
      expect(headers).toMatchObject({ 'if-match': '"large"', 'x-cos-traffic-limit': '819200' })
      expect(headers).not.toHaveProperty('if-modified-since')
      expect(url).toContain('versionId=v1')
    }
    expect(await holds(at.path, large)).toBe(true)
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it('keeps to MAXThread', async () => {
    let [open, most] = [0, 0]
    serve(
      at.server,
      () => large,
      // The first reply is left when its part is there; its end is not seen.
      (_, count) => (count === 1 ? undefined : held),
    )
    const held: Step = async (response, recorded) => {
      most = Math.max(most, ++open)
      await expect.poll(() => most).toBe(2)
      // Long enough for one more to come, if more came.
      await new Promise((resolve) => setTimeout(resolve, 20))
      open--
      const { status, head, bytes } = replyOf(large, recorded)
      response.writeHead(status, head)
      response.end(bytes)
    }
    await at.download({ MAXThread: '2' })
    expect(most).toBe(2)
    expect(await holds(at.path, large)).toBe(true)
  })

  it('is asked for by HEAD when a list told that it is large', async () => {
    const { downloadFile } = await import('./download-file.js')
    const { createContext } = await import('../context.js')
    const { platform } = await import('../platform-node.js')
    const context = createContext({ Endpoint: at.server.host, Scheme: 'http' }, platform)
    serve(at.server, () => large)
    const input = { Bucket: BUCKET, Key: 'k', DestFilePath: at.path, PartSize: 1 }
    await downloadFile(context, input, { checkpoint: false }, { size: large.content.length })
    expect(at.server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET', 'GET', 'GET'])
    expect(ranges()).not.toContain(undefined)
    expect(await holds(at.path, large)).toBe(true)
    await context.transport.close()
  })

  it('tries a part again, from its last byte on', async () => {
    let cut = 0
    serve(
      at.server,
      () => large,
      ({ headers }) => {
        if (headers.range === 'bytes=2097152-3145727') return cutAfter(large, 300_000)
        if (headers.range === 'bytes=1048576-2097151' && ++cut === 1) return errorXml(503, 'SlowDown')
        return undefined
      },
    )
    const told: TransferProgress[] = []
    const consumed: number[] = []
    await at.download(
      { progress_callback: (bytes, total) => consumed.push(bytes, total) },
      { onProgress: (progress) => told.push(progress) },
    )
    expect(ranges()).toContain(`bytes=${2097152 + 300_000}-3145727`)
    expect(await holds(at.path, large)).toBe(true)
    expect(told.at(-1)).toMatchObject({ bytesDone: 3.5 * MIB, bytesTotal: 3.5 * MIB, bytesResumed: 0 })
    expect(consumed.slice(-2)).toEqual([3.5 * MIB, 3.5 * MIB])
  })

  it('stops at the first part that fails for good, and tells which', async () => {
    let open = 0
    const hanging: Step = (response, ...request) => {
      open++
      response.on('close', () => open--)
      stuckAfter(large, 10)(response, ...request)
    }
    serve(
      at.server,
      () => large,
      ({ headers }) => {
        if (headers.range === undefined) return undefined
        if (headers.range !== 'bytes=1048576-2097151') return hanging
        return async (...request) => {
          await expect.poll(() => open).toBe(2)
          errorXml(403, 'AccessDenied')(...request)
        }
      },
    )
    const failure = await at.download().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'AccessDenied', partNumber: 2, cause: { code: 'AccessDenied' } })
    expect(await namesIn(at.folder)).toEqual([])
    await expect.poll(() => open).toBe(0)
  })

  it('is refused when the server answers with other ranges', async () => {
    const whole = { ...large.headers, 'content-length': large.content.length }
    serve(
      at.server,
      () => large,
      () => reply(200, whole, large.content),
    )
    await expect(at.download()).rejects.toMatchObject({
      kind: 'body',
      message: expect.stringMatching(/range/),
    })
    expect(await namesIn(at.folder)).toEqual([])
  })

  it('is verified as a whole', async () => {
    const crc = { 'x-cos-hash-crc64ecma': '1' }
    serve(at.server, () => ({ ...large, headers: { ...large.headers, ...crc } }))
    await writeFile(at.path, 'old')
    await expect(at.download()).rejects.toMatchObject({
      kind: 'checksum',
      message: expect.stringMatching(/is 1\./),
    })
    expect(await readFile(at.path, 'utf8')).toBe('old')
    expect(await namesIn(at.folder)).toEqual(['file'])
  })
})

describe('an object that is replaced on the way', () => {
  const replacedAfter = (requests: number, next: () => ObjectVersion | undefined) =>
    serve(at.server, () => (at.server.requests.length <= requests ? large : next()))

  it('is fetched as what replaced it', async () => {
    replacedAfter(2, () => other)
    const told: number[] = []
    const output = await at.download({}, { onProgress: ({ bytesDone }) => told.push(bytesDone) })
    expect(output).toMatchObject({ ETag: '"other"', verified: true })
    expect(await holds(at.path, other)).toBe(true)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it('fails by name when it is replaced again', async () => {
    await writeFile(at.path, 'old')
    serve(at.server, () => (at.server.requests.length % 2 === 1 ? large : other))
    await expect(at.download({ MAXThread: 1 })).rejects.toMatchObject({ kind: 'changed' })
    expect(await readFile(at.path, 'utf8')).toBe('old')
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it.each<Partial<DownloadFileInput>>([
    { VersionId: 'v1' },
    { IfMatch: '"large"' },
  ])('fails at once when the caller named it: %o', async (input) => {
    replacedAfter(2, () => other)
    await expect(at.download(input)).rejects.toMatchObject({ kind: 'changed' })
    expect(at.server.requests.filter(({ headers }) => headers.range === undefined).length).toBe(1)
    expect(await namesIn(at.folder)).toEqual([])
  })

  it('fails by name when it is deleted', async () => {
    replacedAfter(2, () => undefined)
    await expect(at.download()).rejects.toMatchObject({ kind: 'changed', cause: { code: 'NoSuchKey' } })
    expect(await namesIn(at.folder)).toEqual([])
  })
})
