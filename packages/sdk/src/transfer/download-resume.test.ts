// What a run that did not finish leaves, and what the next one makes of it.
import { randomBytes } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  rmdir,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type CosClient,
  type DownloadFileInput,
  type DownloadFileOptions,
  nodePlatform,
  type TransferProgress,
} from '../index.js'
import {
  answer,
  type Interference,
  type ObjectVersion,
  objectVersion,
  serve,
  stuckAfter,
} from '../testing/scripted-object.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  type ScriptedServer,
  startScriptedServer,
} from '../testing/scripted-server.js'

const MIB = 1024 * 1024
let server: ScriptedServer
let cos: CosClient
let folder: string
let path: string
/** Where records are kept. */
let records: string
/** 5.5 parts of 1 MiB. */
let large: ObjectVersion
let other: ObjectVersion

beforeAll(async () => {
  server = await startScriptedServer()
  large = await objectVersion('large', randomBytes(5.5 * MIB))
  other = await objectVersion('other', randomBytes(5.5 * MIB))
})
afterAll(() => server.close())
beforeEach(async () => {
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-resume-'))
  path = join(folder, 'file')
  records = await mkdtemp(join(tmpdir(), 'coset-records-'))
  return async () => {
    await cos.close()
    await rm(folder, { recursive: true })
    await rm(records, { recursive: true })
  }
})

const download = (input: Partial<DownloadFileInput> = {}, options: DownloadFileOptions = {}) =>
  cos.downloadFile(
    { Bucket: BUCKET, Key: 'k', DestFilePath: path, PartSize: 1, MAXThread: 1, ...input },
    { checkpoint: { folder: records }, ...options },
  )

/** Refuses all that is asked for after so many requests. */
const refuseAfter =
  (requests: number): Interference =>
  (_, count) =>
    count > requests ? errorXml(403, 'AccessDenied') : undefined

async function linkTemporary(): Promise<void> {
  const at = await temporary()
  await rm(at)
  await symlink('/dev/null', at)
}

/** One run that fetched so many parts of `large`, and then failed. */
async function leftBehind(parts: number, input: Partial<DownloadFileInput> = {}): Promise<void> {
  serve(server, () => large, refuseAfter(parts))
  await expect(download(input)).rejects.toMatchObject({ code: 'AccessDenied' })
  serve(server, () => large)
}

const downloaded = async ({ content }: ObjectVersion) => Buffer.compare(await readFile(path), content) === 0
const asked = () => server.requests.map(({ method, headers }) => `${method} ${headers.range ?? 'all'}`)
const namesIn = async (where: string) => (await readdir(where)).sort()
const temporary = async () =>
  join(folder, (await namesIn(folder)).find((name) => name.endsWith('.part')) ?? '')
const record = async () =>
  join(records, (await namesIn(records)).find((name) => name.endsWith('.json')) ?? '')

async function isDone(version: ObjectVersion): Promise<void> {
  expect(await downloaded(version)).toBe(true)
  expect(await namesIn(folder)).toEqual(['file'])
  expect(await namesIn(records)).toEqual([])
}

describe('a run after one that failed', () => {
  it('fetches what is missing, and no more', async () => {
    await writeFile(path, 'old')
    await leftBehind(3)
    expect(await readFile(path, 'utf8')).toBe('old')
    const told: TransferProgress[] = []
    const output = await download({}, { onProgress: (progress) => told.push(progress) })
    expect(output).toMatchObject({ bytesResumed: 3 * MIB, size: 5.5 * MIB, verified: true })
    expect(asked()).toEqual([
      'HEAD all',
      'GET bytes=3145728-4194303',
      'GET bytes=4194304-5242879',
      'GET bytes=5242880-5767167',
    ])
    for (const { headers } of server.requests.slice(1)) expect(headers['if-match']).toBe('"large"')
    expect(told.at(-1)).toMatchObject({ bytesDone: 5.5 * MIB, bytesTotal: 5.5 * MIB, bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('keeps its part size, whatever is asked for then', async () => {
    await leftBehind(3)
    await download({ PartSize: 2 })
    expect(asked()).toContain('GET bytes=3145728-4194303')
    await isDone(large)
  })

  it('holds to the conditions of its caller', async () => {
    await leftBehind(3)
    await expect(download({ IfNoneMatch: '"large"' })).rejects.toMatchObject({ code: 'NotModified' })
    expect(asked()).toEqual(['HEAD all'])
    expect(await namesIn(folder)).toHaveLength(1)
    await download({ IfNoneMatch: '"x"' })
    await isDone(large)
  })

  it('fetches a part again that the disk did not keep', async () => {
    await leftBehind(3)
    const file = await open(await temporary(), 'r+')
    await file.write(Buffer.from('damage'), 0, 6, MIB + 100)
    await file.close()
    expect(await download()).toMatchObject({ verified: true })
    expect(asked()).toContain('GET bytes=1048576-2097151')
    expect(asked()).not.toContain('GET bytes=0-1048575')
    await isDone(large)
  })

  it('reads nothing again where checksums are not wanted, and checks what such a run left where they are', async () => {
    await leftBehind(3, { EnableCRC: false })
    expect(await download({ EnableCRC: true })).toMatchObject({ verified: true, bytesResumed: 3 * MIB })
    await isDone(large)
    await rm(path)
    await leftBehind(3)
    expect(await download({ EnableCRC: false })).toMatchObject({ verified: false, bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('goes on when the object was written again with the same content', async () => {
    await leftBehind(3)
    const headers = {
      ...large.headers,
      'last-modified': 'Thu, 29 Oct 2020 20:30:00 GMT',
      'x-cos-version-id': 'v2',
    }
    serve(server, () => ({ ...large, headers }))
    expect(await download()).toMatchObject({ bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['the temporary file is gone', async () => rm(await temporary())],
    ['the temporary file is shorter', async () => truncate(await temporary(), 100)],
    ['a link stands for the temporary file', async () => linkTemporary()],
  ])('starts afresh when %s', async (_, change) => {
    await leftBehind(3)
    await change()
    expect(await download()).toMatchObject({ bytesResumed: 0, verified: true })
    await isDone(large)
  })

  it('starts afresh when another object is there', async () => {
    await leftBehind(3)
    serve(server, () => other)
    expect(await download()).toMatchObject({ bytesResumed: 0, ETag: '"other"' })
    await isDone(other)
  })

  it.each([
    '{"version":1,"kind":"download"',
    '{"version":2}',
    '[]',
    '',
  ])('starts afresh when the record is %j, and deletes no file that it does not know', async (text) => {
    await leftBehind(3)
    const unknown = await temporary()
    await writeFile(await record(), text)
    expect(await download()).toMatchObject({ bytesResumed: 0 })
    expect(await downloaded(large)).toBe(true)
    expect(await namesIn(records)).toEqual([])
    await rm(unknown)
    await isDone(large)
  })

  it('does not follow a record to a file that is not its own', async () => {
    await leftBehind(3)
    const victim = join(folder, 'victim')
    await writeFile(victim, new Uint8Array(5.5 * MIB))
    const saved = JSON.parse(await readFile(await record(), 'utf8'))
    await writeFile(await record(), JSON.stringify({ ...saved, temporaryFile: victim }))
    await download()
    expect((await readFile(victim)).every((byte) => byte === 0)).toBe(true)
    expect(await downloaded(large)).toBe(true)
  })

  it('fetches nothing when all was done but the word of it', async () => {
    const deaf = (id: readonly string[]) =>
      nodePlatform
        .checkpoints(records)
        .open(id)
        .then((checkpoint) => ({ ...checkpoint, clear: async () => {} }))
    const checkpoints = () => ({ ...nodePlatform.checkpoints(records), open: deaf })
    const killed = clientOf(server, {}, { ...fakeTime(), platform: { ...nodePlatform, checkpoints } })
    serve(server, () => large)
    await killed.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: path, PartSize: 1 })
    await killed.close()
    expect(await namesIn(records)).toHaveLength(1)
    serve(server, () => large)
    expect(await download()).toMatchObject({ bytesResumed: 5.5 * MIB, verified: true })
    expect(asked()).toEqual(['HEAD all'])
    await isDone(large)
  })

  it('finishes what lacked only its name', async () => {
    serve(
      server,
      () => large,
      (_, count) => {
        if (count < 6) return undefined
        return async (...request) => {
          await mkdir(path)
          answer(large)(...request)
        }
      },
    )
    await expect(download()).rejects.toMatchObject({ kind: 'file', cause: { code: 'EISDIR' } })
    await rmdir(path)
    serve(server, () => large)
    expect(await download()).toMatchObject({ bytesResumed: 5.5 * MIB })
    expect(asked()).toEqual(['HEAD all'])
    await isDone(large)
  })
})

describe('a run that fails', () => {
  it('leaves nothing when nothing of it can be gone on with', async () => {
    serve(
      server,
      () => large,
      (_, count) => (count > 1 ? errorXml(403, 'AccessDenied') : stuckAfter(large, 10)),
    )
    await expect(download({ MAXThread: 2 })).rejects.toMatchObject({ code: 'AccessDenied' })
    expect(await namesIn(folder)).toEqual([])
    expect(await namesIn(records)).toEqual([])
  })

  it('leaves nothing when the object was deleted', async () => {
    serve(server, () => (server.requests.length <= 3 ? large : undefined))
    await expect(download()).rejects.toMatchObject({ kind: 'changed' })
    expect(await namesIn(folder)).toEqual([])
    expect(await namesIn(records)).toEqual([])
  })

  it('leaves what is done when it is aborted, and the next call goes on at once', async () => {
    serve(
      server,
      () => large,
      (_, count) => (count > 3 ? stuckAfter(large, 1000) : undefined),
    )
    const controller = new AbortController()
    const failure = download({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => server.requests.length).toBe(4)
    controller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    await expect.poll(() => server.sockets.size).toBe(0)
    serve(server, () => large)
    expect(await download()).toMatchObject({ bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('that nobody comes back for is swept away after 30 days', async () => {
    await leftBehind(3)
    const old = new Date(Date.now() - 31 * 24 * 3600_000)
    await utimes(await record(), old, old)
    await download({ DestFilePath: join(folder, 'another') })
    expect(await namesIn(folder)).toEqual(['another'])
    expect(await namesIn(records)).toEqual([])
  })
})

describe('two calls at a time', () => {
  it('of one object to one file: the second is told that it is locked', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    serve(
      server,
      () => large,
      (_, count) => (count === 2 ? (...request) => gate.then(() => answer(large)(...request)) : undefined),
    )
    const first = download()
    await expect.poll(() => server.requests.length).toBe(2)
    await expect(download()).rejects.toMatchObject({ kind: 'locked' })
    release()
    await first
    await isDone(large)
  })

  it('that begin together: whoever comes too late lets its connection go', async () => {
    serve(server, () => large)
    const ends = await Promise.allSettled([download(), download()])
    const refused = ends.filter(({ status }) => status === 'rejected')
    for (const end of refused) expect(end).toMatchObject({ reason: { kind: 'locked' } })
    expect(refused.length).toBeLessThan(2)
    await isDone(large)
    await cos.close()
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('to different files go on side by side', async () => {
    serve(server, () => large)
    await Promise.all([download(), download({ DestFilePath: join(folder, 'second') })])
    expect(await namesIn(folder)).toEqual(['file', 'second'])
    expect(await namesIn(records)).toEqual([])
  })

  it('without checkpoints both end well', async () => {
    serve(server, () => large)
    await Promise.all([download({}, { checkpoint: false }), download({}, { checkpoint: false })])
    await isDone(large)
  })
})
