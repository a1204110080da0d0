import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCrc64 } from '@coset/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient, DirectoryFileEvent, DirectoryProgress } from '../../index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  type Recorded,
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
  xml,
} from '../../testing/scripted-server.js'

let server: ScriptedServer
let cos: CosClient
let local: string
beforeEach(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
  local = await mkdtemp(join(tmpdir(), 'coset-directories-'))
})
afterEach(async () => {
  await cos.close()
  await server.close()
  await rm(local, { recursive: true, force: true })
})

const write = async (...names: readonly string[]) => {
  for (const name of names) await writeFile(join(local, name), name)
}
const upload = (options: Parameters<CosClient['uploadDirectory']>[1] = {}) =>
  cos.uploadDirectory({ Bucket: BUCKET, LocalDirPath: local, Prefix: 'p' }, options)
const download = (options: Parameters<CosClient['downloadDirectory']>[1] = {}) =>
  cos.downloadDirectory({ Bucket: BUCKET, LocalDirPath: local, Prefix: 'p' }, options)

interface Listed {
  readonly key: string
  readonly size?: number
  readonly etag?: string
}

function list(objects: readonly Listed[], next?: string): Step {
  const contents = objects.map(
    ({ key, size = 1, etag = '0'.repeat(32) }) =>
      `<Contents><Key>${key}</Key><LastModified>2015-10-21T07:28:00.000Z</LastModified><ETag>"${etag}"</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )
  const more = next === undefined ? '' : `<NextMarker>${next}</NextMarker>`
  const head = `<Name>b</Name><MaxKeys>1000</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>${more}`
  return xml(200, `<ListBucketResult>${head}${contents.join('')}</ListBucketResult>`)
}

const stored = reply(200, { etag: '"e"' })
const keyOf = ({ url }: Recorded) =>
  decodeURIComponent(new URL(url, 'http://h').pathname.split('/').slice(2).join('/'))
/** Answers lists with what it is given, and everything else by the method. */
const bucket = (listed: Step, others: Step): void =>
  server.script((response, recorded, request) =>
    (keyOf(recorded) === '' ? listed : others)(response, recorded, request),
  )
const sent = () => server.requests.filter(({ method }) => method === 'PUT').map(keyOf)

describe('uploadDirectory', () => {
  it('sends what the list does not have, with one request each', async () => {
    await write('a', 'b', 'c')
    const md5OfB = '92eb5ffee6ae2fec3ad71c777531578f'
    bucket(list([{ key: 'p/a' }, { key: 'p/b', etag: md5OfB }]), stored)
    const result = await upload()
    expect(sent().sort()).toEqual(['p/a', 'p/c'])
    expect(result.skipped).toEqual([{ Key: 'p/b', path: join(local, 'b'), bytes: 1, reason: 'equal' }])
    expect(result.succeeded).toEqual([
      { Key: 'p/a', path: join(local, 'a'), bytes: 1 },
      { Key: 'p/c', path: join(local, 'c'), bytes: 1 },
    ])
    expect(server.requests).toHaveLength(3)
  })

  it('asks for the CRC-64 where the ETag is no MD5', async () => {
    await write('a', 'b')
    const listed = list([
      { key: 'p/a', etag: 'x-1' },
      { key: 'p/b', etag: 'x-1' },
    ])
    const crc64 = (await loadCrc64()).of(new TextEncoder().encode('a')).toString()
    const head = { 'content-length': 1, etag: '"x-1"', 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' }
    bucket(listed, (...all) =>
      (all[1].method === 'HEAD' ? reply(200, { ...head, 'x-cos-hash-crc64ecma': crc64 }) : stored)(...all),
    )
    expect((await upload()).skipped.map(({ Key }) => Key)).toEqual(['p/a'])
    expect(sent()).toEqual(['p/b'])
  })

  it('does not list where all is replaced', async () => {
    await write('a')
    server.script(stored)
    await upload({ overwrite: 'always' })
    expect(server.requests.map(({ method }) => method)).toEqual(['PUT'])
  })

  it('never overwrites what came after the list', async () => {
    await write('a')
    bucket(list([]), errorXml(409, 'FileAlreadyExists'))
    expect((await upload({ overwrite: 'never' })).skipped).toMatchObject([{ Key: 'p/a', reason: 'exists' }])
    expect(server.requests.at(-1)?.headers['x-cos-forbid-overwrite']).toBe('true')
  })

  it('survives an outage that outlasts what calls may retry', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `f${index}`)
    await write(...names)
    // More than the hundred that the calls of a client may spend on retries.
    let left = 250
    bucket(list([]), (...all) => (left-- > 0 ? reset : stored)(...all))
    const result = await upload()
    expect(result.failed).toEqual([])
    expect(result.succeeded).toHaveLength(60)
  })

  it('survives an outage while it lists', async () => {
    await write('a')
    server.script(reset, reset, reset, reset, reset, reset, list([]), stored)
    expect((await upload()).succeeded).toHaveLength(1)
  })

  it('settles at once when it is aborted, whatever it waits for', async () => {
    await write('a')
    const controller = new AbortController()
    const headersOf = () => {
      setTimeout(() => controller.abort(), 0)
      return {}
    }
    bucket(list([]), () => undefined)
    const running = upload({ signal: controller.signal, headersOf })
    await expect(running).rejects.toMatchObject({ kind: 'aborted', result: { succeeded: [], failed: [] } })
  })

  it('stops when the network stays away, and says what failed', async () => {
    await write(...Array.from({ length: 300 }, (_, index) => `f${index}`))
    bucket(list([]), reset)
    const error = await upload().catch((reason) => reason)
    expect(error).toMatchObject({
      kind: 'network',
      message: /100 files in a row/,
      result: { stoppedEarly: true },
    })
    expect(error.result.failed.length).toBeGreaterThanOrEqual(100)
    expect(error.result.failed.length).toBeLessThan(300)
  })

  it('says what to do when it may not list', async () => {
    await write('a')
    bucket(errorXml(403, 'AccessDenied'), stored)
    await expect(upload()).rejects.toMatchObject({ code: 'AccessDenied', message: /overwrite: 'always'/ })
  })

  it('tells how far it is, files and bytes, and what happens to each', async () => {
    await write('a', 'b', 'c', 'refused')
    const time = fakeTime()
    const clock = clientOf(
      server,
      {},
      { ...time, platform: { ...time.platform, now: () => (time.nowMs += 60) } },
    )
    bucket(list([{ key: 'p/b', etag: '92eb5ffee6ae2fec3ad71c777531578f' }]), (...all) =>
      (keyOf(all[1]) === 'p/refused' ? errorXml(409, 'FileAlreadyExists') : stored)(...all),
    )
    const told: DirectoryProgress[] = []
    const events: DirectoryFileEvent[] = []
    const input = { Bucket: BUCKET, LocalDirPath: local, Prefix: 'p' }
    await clock.uploadDirectory(input, {
      onProgress: (progress) => void told.push(progress),
      onFile: (event) => void events.push(event),
    })
    await clock.close()
    expect(told.at(-1)).toMatchObject({
      filesDone: 4,
      filesTotal: 4,
      filesSkipped: 1,
      filesFailed: 1,
      bytesDone: 3,
      bytesTotal: 10,
      current: [],
    })
    const bytes = told.map(({ bytesDone }) => bytesDone)
    expect(bytes).toEqual([...bytes].sort((one, other) => one - other))
    const of = (key: string) => events.filter(({ file }) => file.Key === key).map(({ type }) => type)
    expect([...new Set(of('p/a'))]).toEqual(['started', 'progress', 'done'])
    expect(of('p/b')).toEqual(['started', 'skipped'])
    expect(of('p/refused').at(-1)).toBe('failed')
  })

  it('refuses nonsense before anything is sent', async () => {
    const input = { Bucket: BUCKET, LocalDirPath: local }
    const refused = [
      cos.uploadDirectory({ ...input, Bucket: '' }),
      cos.uploadDirectory({ ...input, LocalDirPath: '' }),
      cos.uploadDirectory({ ...input, PartSize: 0 }),
      cos.uploadDirectory({ ...input, MAXThread: 0 }),
      cos.uploadDirectory({ ...input, Prefix: 1 as never }),
      cos.uploadDirectory({ ...input, Prefix: '/data' }),
      upload({ overwrite: 'newer' as never }),
      upload({ compare: 'time' as never }),
      upload({ symlinks: 'copy' as never }),
      upload({ concurrency: 0 }),
      upload({ include: '' }),
      cos.downloadDirectory({ ...input, LocalDirPath: 'a\0b' }),
      download({ overwrite: 'newer' as never }),
      download({ concurrency: 1.5 }),
    ]
    for (const each of refused) await expect(each).rejects.toMatchObject({ kind: 'validation' })
    expect(server.requests).toEqual([])
  })

  it('stops when the client is closed', async () => {
    await write('a')
    server.script(() => undefined)
    const running = expect(upload()).rejects.toMatchObject({
      kind: 'aborted',
      result: { stoppedEarly: true },
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await cos.close()
    await running
  })
})

describe('downloadDirectory', () => {
  const object = (content: string): Step =>
    reply(
      200,
      { 'content-length': content.length, etag: '"e"', 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' },
      content,
    )

  it('takes each object by one request, and goes through all pages', async () => {
    let page = 0
    const pages = [list([{ key: 'p/', size: 0 }, { key: 'p/a' }], 'p/a'), list([{ key: 'p/d/b' }])]
    bucket((...all) => pages[page++]?.(...all), object('x'))
    const result = await download()
    expect(result.succeeded.map(({ path }) => path)).toEqual([join(local, 'a'), join(local, 'd', 'b')])
    expect(server.requests).toHaveLength(4)
    expect(await readdir(local, { recursive: true })).toEqual(
      expect.arrayContaining(['a', 'd', join('d', 'b')]),
    )
  })

  it('fails by name what is gone since it was listed, and keeps the rest', async () => {
    bucket(list([{ key: 'p/a' }, { key: 'p/b' }]), (...all) =>
      (keyOf(all[1]) === 'p/a' ? errorXml(404, 'NoSuchKey') : object('x'))(...all),
    )
    const result = await download()
    expect(result).toMatchObject({
      failed: [{ Key: 'p/a', error: { code: 'NoSuchKey' } }],
      success_all: false,
    })
    expect(await readdir(local)).toEqual(['b'])
  })

  it('leaves nothing half when it is aborted', async () => {
    const controller = new AbortController()
    const half: Step = (response) => {
      response.writeHead(200, {
        'content-length': 100_000,
        etag: '"e"',
        'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT',
      })
      response.write(Buffer.alloc(50_000))
      setTimeout(() => controller.abort(), 50)
    }
    await mkdir(join(local, 'kept'))
    bucket(list([{ key: 'p/a', size: 100_000 }]), half)
    const running = download({ signal: controller.signal, checkpoint: false })
    await expect(running).rejects.toMatchObject({ kind: 'aborted', result: { succeeded: [] } })
    await expect.poll(() => readdir(local)).toEqual(['kept'])
  })
})
