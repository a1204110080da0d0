import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient, DownloadFileInput, DownloadFileOptions, TransferProgress } from '../index.js'
import {
  cutAfter,
  type ObjectVersion,
  objectVersion,
  replyOf,
  serve,
  stuckAfter,
} from '../testing/scripted-object.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  reply,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../testing/scripted-server.js'

const MIB = 1024 * 1024
let server: ScriptedServer
let cos: CosClient
let folder: string
let path: string
/** 3.5 parts of 1 MiB. */
let large: ObjectVersion
/** As large, other content. */
let other: ObjectVersion
let small: ObjectVersion

beforeAll(async () => {
  server = await startScriptedServer()
  large = await objectVersion('large', randomBytes(3.5 * MIB))
  other = await objectVersion('other', randomBytes(3.5 * MIB))
  small = await objectVersion('small', randomBytes(100_000))
})
afterAll(() => server.close())
beforeEach(async () => {
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-download-'))
  path = join(folder, 'file')
  return async () => {
    await cos.close()
    await rm(folder, { recursive: true })
  }
})

/** In parts of 1 MiB, with nothing kept for another run. */
const download = (input: Partial<DownloadFileInput> = {}, options: DownloadFileOptions = {}) =>
  cos.downloadFile(
    { Bucket: BUCKET, Key: 'k', DestFilePath: path, PartSize: 1, ...input },
    { checkpoint: false, ...options },
  )

const downloaded = async ({ content }: ObjectVersion) => Buffer.compare(await readFile(path), content) === 0
const gets = () => server.requests.filter(({ method }) => method === 'GET')
const ranges = () => gets().map(({ headers }) => headers.range)

describe('a small object', () => {
  it('takes one request, and is told with what the server says of it', async () => {
    serve(server, () => small)
    const output = await download()
    expect(output).toMatchObject({
      size: 100_000,
      bytesResumed: 0,
      verified: true,
      ETag: '"small"',
      statusCode: 200,
    })
    expect(output).not.toHaveProperty('Body')
    expect(server.requests.map(({ method }) => method)).toEqual(['GET'])
    expect(await downloaded(small)).toBe(true)
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('may be empty', async () => {
    const empty = await objectVersion('empty', new Uint8Array())
    serve(server, () => empty)
    expect(await download()).toMatchObject({ size: 0, verified: true })
    expect(await downloaded(empty)).toBe(true)
    serve(server, () => empty)
    await rm(path)
    // Known to be empty, it is not asked for.
    expect(await cos.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: path })).toMatchObject({
      size: 0,
    })
  })

  it('is one part up to 20 MB unless PartSize says less', async () => {
    const content = new Uint8Array(20 * MIB).fill(7)
    const twenty = await objectVersion('twenty', content)
    serve(server, () => twenty)
    await download({ PartSize: undefined })
    expect(ranges()).toEqual([undefined])
    serve(server, () => twenty)
    await download({ PartSize: 8 })
    expect(ranges()).toEqual([undefined, 'bytes=8388608-16777215', 'bytes=16777216-20971519'])
    expect(await downloaded(twenty)).toBe(true)
  })

  it('is fetched again, once, when wrong bytes arrived', async () => {
    const damaged = { ...small, content: Uint8Array.from(small.content, (byte) => byte ^ 1) }
    await writeFile(path, 'old')
    serve(server, () => damaged)
    await expect(download()).rejects.toMatchObject({ kind: 'checksum' })
    expect(server.requests.length).toBe(2)
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file'])
    serve(server, () => (server.requests.length === 1 ? damaged : small))
    expect(await download()).toMatchObject({ verified: true })
    expect(await downloaded(small)).toBe(true)
  })

  it.each<[string, Partial<DownloadFileInput>, DownloadFileOptions]>([
    ['EnableCRC', { EnableCRC: 'false' }, {}],
    ['crcCheck', { EnableCRC: true }, { crcCheck: false }],
  ])('is taken as it comes when %s says so', async (_, input, options) => {
    const { content } = await objectVersion('x', randomBytes(10))
    serve(server, () => ({ ...small, content }))
    expect(await download(input, options)).toMatchObject({ verified: false, size: 10 })
  })

  it('is not called verified when the server told no checksum', async () => {
    const { etag, 'last-modified': modified } = small.headers
    serve(server, () => ({ ...small, headers: { etag: etag ?? '', 'last-modified': modified ?? '' } }))
    expect(await download()).toMatchObject({ verified: false })
  })

  it('goes on at its last byte, pinned, when its connection breaks', async () => {
    const versioned = { ...small, headers: { ...small.headers, 'x-cos-version-id': 'v7' } }
    serve(
      server,
      () => versioned,
      (_, count) => (count === 1 ? cutAfter(versioned, 60_000) : undefined),
    )
    await download({ IfNoneMatch: '"elsewhere"', TrafficLimit: 819_200 })
    const [first, second] = server.requests
    expect(first?.headers).toMatchObject({ 'if-none-match': '"elsewhere"' })
    expect(second?.headers).toMatchObject({
      range: 'bytes=60000-',
      'if-match': '"small"',
      'x-cos-traffic-limit': '819200',
    })
    expect(second?.headers).not.toHaveProperty('if-none-match')
    expect(second?.url).toContain('versionId=v7')
    expect(await downloaded(small)).toBe(true)
  })

  it('outlasts a network that breaks more often than a single call may fail', async () => {
    serve(
      server,
      () => small,
      (_, count) => (count <= 8 ? cutAfter(small, 5000) : undefined),
    )
    expect(await download()).toMatchObject({ verified: true })
    expect(ranges().slice(0, 3)).toEqual([undefined, 'bytes=5000-', 'bytes=10000-'])
    expect(await downloaded(small)).toBe(true)
    serve(
      server,
      () => small,
      () => cutAfter(small, 0),
    )
    await expect(download()).rejects.toMatchObject({ kind: 'network' })
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('leaves an existing file alone when a condition says so', async () => {
    await writeFile(path, 'old')
    serve(server, () => small)
    await expect(download({ IfNoneMatch: small.etag })).rejects.toMatchObject({
      code: 'NotModified',
      statusCode: 304,
    })
    await expect(download({ IfMatch: '"x"' })).rejects.toMatchObject({ code: 'PreconditionFailed' })
    expect(await readFile(path, 'utf8')).toBe('old')
  })

  it('is refused without a length', async () => {
    serve(
      server,
      () => undefined,
      () => (response) => {
        response.writeHead(200, small.headers)
        response.write('a')
        response.end()
      },
    )
    await expect(download()).rejects.toMatchObject({
      kind: 'body',
      message: expect.stringMatching(/how long/),
    })
  })
})

describe('a large object', () => {
  it('comes in parts that are pinned to what the first reply told', async () => {
    const versioned = { ...large, headers: { ...large.headers, 'x-cos-version-id': 'v1' } }
    serve(server, () => versioned)
    await download({ IfModifiedSince: new Date(0), ResponseContentType: 'a/b', TrafficLimit: 819_200 })
    expect(ranges().sort()).toEqual([
      'bytes=1048576-2097151',
      'bytes=2097152-3145727',
      'bytes=3145728-3670015',
      undefined,
    ])
    const [first, ...rest] = server.requests
    expect(first?.headers).toHaveProperty('if-modified-since')
    expect(first?.url).toContain('response-content-type')
    for (const { headers, url } of rest) {
      expect(headers).toMatchObject({ 'if-match': '"large"', 'x-cos-traffic-limit': '819200' })
      expect(headers).not.toHaveProperty('if-modified-since')
      expect(url).toContain('versionId=v1')
    }
    expect(await downloaded(large)).toBe(true)
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('keeps to MAXThread', async () => {
    let [now, most] = [0, 0]
    serve(
      server,
      () => large,
      (_, count) => (response, recorded) => {
        // The first reply is left when its part is there; its end is not seen.
        if (count > 1) now++
        most = Math.max(most, now)
        setTimeout(() => {
          if (count > 1) now--
          const { status, head, bytes } = replyOf(large, recorded)
          response.writeHead(status, head)
          response.end(bytes)
        }, 20)
      },
    )
    await download({ MAXThread: '2' })
    expect(most).toBe(2)
    expect(await downloaded(large)).toBe(true)
  })

  it('is asked for by HEAD when a list told that it is large', async () => {
    const { downloadFile } = await import('./download-file.js')
    const { createContext } = await import('../context.js')
    const { platform } = await import('../platform-node.js')
    const context = createContext({ Endpoint: server.host, Scheme: 'http' }, platform)
    serve(server, () => large)
    const input = { Bucket: BUCKET, Key: 'k', DestFilePath: path, PartSize: 1 }
    await downloadFile(context, input, { checkpoint: false }, { size: large.content.length })
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET', 'GET', 'GET'])
    expect(ranges()).not.toContain(undefined)
    expect(await downloaded(large)).toBe(true)
    await context.transport.close()
  })

  it('tries a part again, from its last byte on', async () => {
    let cut = 0
    serve(
      server,
      () => large,
      ({ headers }) => {
        if (headers.range === 'bytes=2097152-3145727') return cutAfter(large, 300_000)
        if (headers.range === 'bytes=1048576-2097151' && ++cut === 1) return errorXml(503, 'SlowDown')
        return undefined
      },
    )
    const told: TransferProgress[] = []
    const consumed: number[] = []
    await download(
      { progress_callback: (bytes, total) => consumed.push(bytes, total) },
      { onProgress: (progress) => told.push(progress) },
    )
    expect(ranges()).toContain(`bytes=${2097152 + 300_000}-3145727`)
    expect(await downloaded(large)).toBe(true)
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
      server,
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
    const failure = await download().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'AccessDenied', partNumber: 2, cause: { code: 'AccessDenied' } })
    expect(await readdir(folder)).toEqual([])
    await expect.poll(() => open).toBe(0)
  })

  it('is refused when the server answers with other ranges', async () => {
    const whole = { ...large.headers, 'content-length': large.content.length }
    serve(
      server,
      () => large,
      () => reply(200, whole, large.content),
    )
    await expect(download()).rejects.toMatchObject({ kind: 'body', message: expect.stringMatching(/range/) })
    expect(await readdir(folder)).toEqual([])
  })

  it('is verified as a whole', async () => {
    const crc = { 'x-cos-hash-crc64ecma': '1' }
    serve(server, () => ({ ...large, headers: { ...large.headers, ...crc } }))
    await writeFile(path, 'old')
    await expect(download()).rejects.toMatchObject({
      kind: 'checksum',
      message: expect.stringMatching(/is 1\./),
    })
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file'])
  })
})

describe('an object that is replaced on the way', () => {
  const replacedAfter = (requests: number, next: () => ObjectVersion | undefined) =>
    serve(server, () => (server.requests.length <= requests ? large : next()))

  it('is fetched as what replaced it', async () => {
    replacedAfter(2, () => other)
    const told: number[] = []
    const output = await download({}, { onProgress: ({ bytesDone }) => told.push(bytesDone) })
    expect(output).toMatchObject({ ETag: '"other"', verified: true })
    expect(await downloaded(other)).toBe(true)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('fails by name when it is replaced again', async () => {
    await writeFile(path, 'old')
    serve(server, () => (server.requests.length % 2 === 1 ? large : other))
    await expect(download({ MAXThread: 1 })).rejects.toMatchObject({ kind: 'changed' })
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file'])
  })

  it.each<Partial<DownloadFileInput>>([
    { VersionId: 'v1' },
    { IfMatch: '"large"' },
  ])('fails at once when the caller named it: %o', async (input) => {
    replacedAfter(2, () => other)
    await expect(download(input)).rejects.toMatchObject({ kind: 'changed' })
    expect(server.requests.filter(({ headers }) => headers.range === undefined).length).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('fails by name when it is deleted', async () => {
    replacedAfter(2, () => undefined)
    await expect(download()).rejects.toMatchObject({ kind: 'changed', cause: { code: 'NoSuchKey' } })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('an abort', () => {
  const reason = new Error('the user left')
  const openFiles = async () => {
    const names = await readdir('/proc/self/fd')
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
    return targets.filter((target) => target.startsWith(folder))
  }

  it.each<[string, () => ObjectVersion]>([
    ['small', () => small],
    ['large', () => large],
  ])('of a %s object settles at once and leaves no file, handle or connection', async (_, version) => {
    serve(server, version, () => stuckAfter(version(), 50_000))
    const controller = new AbortController()
    const failure = download({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => readdir(folder)).toHaveLength(1)
    controller.abort(reason)
    expect(await failure).toMatchObject({ kind: 'aborted', cause: reason })
    expect(await readdir(folder)).toEqual([])
    expect(await openFiles()).toEqual([])
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('comes before anything is sent or made', async () => {
    serve(server, () => small)
    await expect(download({}, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      kind: 'aborted',
    })
    expect(server.requests).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })

  it('ends a call that waits for its first reply', async () => {
    serve(
      server,
      () => small,
      () => () => undefined,
    )
    const controller = new AbortController()
    const failure = download({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort(reason)
    expect(await failure).toMatchObject({ kind: 'aborted', cause: reason })
  })

  it('of the client ends a download too', async () => {
    serve(
      server,
      () => large,
      () => stuckAfter(large, 50_000),
    )
    const failure = download().catch((error: unknown) => error)
    await expect.poll(() => readdir(folder)).toHaveLength(1)
    await cos.close()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a destination', () => {
  beforeEach(() => serve(server, () => small))

  it('is replaced, with its permissions', async () => {
    await writeFile(path, 'old')
    await chmod(path, 0o640)
    await download()
    expect(await downloaded(small)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o640)
  })

  it('may be a link, whose target is replaced', async () => {
    await writeFile(join(folder, 'target'), 'old')
    await symlink('target', path)
    await download()
    expect(await readlink(path)).toBe('target')
    expect(Buffer.compare(await readFile(join(folder, 'target')), small.content)).toBe(0)
  })

  it.each<[string, (at: string) => unknown, RegExp]>([
    ['a folder', (at) => mkdir(at), /is a folder/],
    ['a pipe', (at) => execFileSync('mkfifo', [at]), /no regular file/],
    ['a link to nothing', (at) => symlink('nowhere', at), /leads nowhere/],
  ])('that is %s is refused before anything is sent', async (_, make, message) => {
    await make(path)
    await expect(download()).rejects.toMatchObject({ kind: 'file', message: expect.stringMatching(message) })
    expect(server.requests).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['in a folder that is not there', 'missing/file', /make the folder first/],
    ['below a file', 'a-file/file', /can not be looked at/],
    ['that names a folder', 'missing/', /names a folder/],
  ])('%s is refused before anything is sent', async (_, name, message) => {
    await writeFile(join(folder, 'a-file'), '')
    const call = download({ DestFilePath: `${folder}/${name}` })
    await expect(call).rejects.toMatchObject({ kind: 'file', message: expect.stringMatching(message) })
    expect(server.requests).toEqual([])
  })

  it('that became a folder meanwhile stays one', async () => {
    serve(
      server,
      () => small,
      () => (response) => {
        response.writeHead(200, { ...small.headers, 'content-length': small.content.length })
        void mkdir(path).then(() => response.end(small.content))
      },
    )
    await expect(download()).rejects.toMatchObject({ kind: 'file', cause: { code: 'EISDIR' } })
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('may have a name that is as long as names get', async () => {
    path = join(folder, '長'.repeat(85))
    await download()
    expect(await downloaded(small)).toBe(true)
  })
})

describe('an input', () => {
  it.each<[string, Record<string, unknown>]>([
    ['Range', { Range: 'bytes=0-1' }],
    ['PartSize', { PartSize: 0 }],
    ['PartSize', { PartSize: 'x' }],
    ['MAXThread', { MAXThread: 0 }],
    ['DestFilePath', { DestFilePath: '' }],
    ['DestFilePath', { DestFilePath: 'a\0b' }],
    ['Key', { Key: '' }],
  ])('with a wrong %s is refused', async (_, wrong) => {
    serve(server, () => small)
    await expect(download(wrong)).rejects.toMatchObject({ kind: 'validation' })
    expect(server.requests).toEqual([])
  })

  it('whose callback throws ends the download with what it threw', async () => {
    serve(server, () => large)
    const wrong = new Error('no such display')
    const onProgress = () => {
      throw wrong
    }
    const time = fakeTime()
    const passing = { ...time, platform: { ...time.platform, now: () => (time.nowMs += 1000) } }
    const hasty = clientOf(server, {}, passing)
    const call = hasty.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: path }, { onProgress })
    await expect(call).rejects.toBe(wrong)
    expect(await readdir(folder)).toEqual([])
    await hasty.close()
  })
})
