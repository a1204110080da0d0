// What the next run makes of what one left that did not finish.
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rm, rmdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DownloadFileInput, nodePlatform, type TransferProgress } from '../index.js'
import { DownloadStage, holds, MIB, nameOf, namesIn } from '../testing/download-stage.js'
import { answer, type ObjectVersion, objectVersion, serve } from '../testing/scripted-object.js'
import { BUCKET, clientOf, fakeTime, reply } from '../testing/scripted-server.js'

let at: DownloadStage
/** 5.5 parts of 1 MiB. */
let large: ObjectVersion
let other: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(5.5 * MIB))
  other = await objectVersion('other', randomBytes(5.5 * MIB))
})

/** One run that fetched so many parts of `large`, and then failed. */
async function leftBehind(parts: number, input: Partial<DownloadFileInput> = {}): Promise<void> {
  expect(await at.leftBehind(large, parts, input)).toMatchObject({ code: 'AccessDenied' })
}

const asked = () => at.server.requests.map(({ method, headers }) => `${method} ${headers.range ?? 'all'}`)
const temporary = () => nameOf(at.folder, '.part')
const record = () => nameOf(at.records, '.json')

async function damage(offset: number): Promise<void> {
  const file = await open(await temporary(), 'r+')
  await file.write(Buffer.from('damage'), 0, 6, offset)
  await file.close()
}

async function linkTemporary(): Promise<void> {
  const at = await temporary()
  await rm(at)
  await symlink('/dev/null', at)
}

async function isDone(version: ObjectVersion): Promise<void> {
  expect(await holds(at.path, version)).toBe(true)
  expect(await namesIn(at.folder)).toEqual(['file'])
  expect(await namesIn(at.records)).toEqual([])
}

describe('a run after one that failed', () => {
  it('fetches what is missing, and no more', async () => {
    await writeFile(at.path, 'old')
    await leftBehind(3)
    expect(await readFile(at.path, 'utf8')).toBe('old')
    const told: TransferProgress[] = []
    const output = await at.recorded({}, { onProgress: (progress) => told.push(progress) })
    expect(output).toMatchObject({ bytesResumed: 3 * MIB, size: 5.5 * MIB, verified: true })
    expect(asked()).toEqual([
      'HEAD all',
      'GET bytes=3145728-4194303',
      'GET bytes=4194304-5242879',
      'GET bytes=5242880-5767167',
    ])
    for (const { headers } of at.server.requests.slice(1)) expect(headers['if-match']).toBe('"large"')
    expect(told.at(-1)).toMatchObject({ bytesDone: 5.5 * MIB, bytesTotal: 5.5 * MIB, bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('does not trust what may not have reached the disk, though it is told to compare nothing', async () => {
    await leftBehind(3)
    const { done, written } = JSON.parse(await readFile(await record(), 'utf8')) as Record<string, unknown[]>
    expect([done?.length, written?.length]).toEqual([0, 3])
    await damage(MIB + 5)
    await at.recorded({ EnableCRC: false })
    expect(asked()).toContain('GET bytes=1048576-2097151')
    expect(asked()).not.toContain('GET bytes=0-1048575')
    await isDone(large)
  })

  it('trusts what it synced', async () => {
    await leftBehind(3)
    const path = await record()
    const { done, written, ...rest } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, JSON.stringify({ ...rest, done: written, written: [] }))
    await damage(MIB + 5)
    await at.recorded({ EnableCRC: false })
    expect(asked()).not.toContain('GET bytes=1048576-2097151')
    expect(await holds(at.path, large)).toBe(false)
  })

  it('keeps its part size, whatever is asked for then', async () => {
    await leftBehind(3)
    await at.recorded({ PartSize: 2 })
    expect(asked()).toContain('GET bytes=3145728-4194303')
    await isDone(large)
  })

  it('holds to the conditions of its caller', async () => {
    await leftBehind(3)
    await expect(at.recorded({ IfNoneMatch: '"large"' })).rejects.toMatchObject({ code: 'NotModified' })
    expect(asked()).toEqual(['HEAD all'])
    expect(await namesIn(at.folder)).toHaveLength(1)
    await at.recorded({ IfNoneMatch: '"x"' })
    await isDone(large)
  })

  it('asks by GET where HEAD is forbidden', async () => {
    await leftBehind(3)
    serve(
      at.server,
      () => large,
      ({ method }) => (method === 'HEAD' ? reply(403) : undefined),
    )
    expect(await at.recorded()).toMatchObject({ bytesResumed: 3 * MIB })
    const gets = asked().filter((line) => line !== 'HEAD all')
    expect(gets.slice(0, 2)).toEqual(['GET all', 'GET bytes=3145728-4194303'])
    await isDone(large)
    await expect.poll(() => at.server.sockets.size).toBeLessThan(3)
  })

  it('fetches the first part again by a request of its own', async () => {
    await leftBehind(3)
    await damage(10)
    serve(
      at.server,
      () => large,
      ({ method }) => (method === 'HEAD' ? reply(403) : undefined),
    )
    expect(await at.recorded()).toMatchObject({ verified: true })
    expect(asked()).toContain('GET bytes=0-1048575')
    await isDone(large)
  })

  it('fetches a part again that the disk did not keep', async () => {
    await leftBehind(3)
    await damage(MIB + 100)
    expect(await at.recorded()).toMatchObject({ verified: true })
    expect(asked()).toContain('GET bytes=1048576-2097151')
    expect(asked()).not.toContain('GET bytes=0-1048575')
    await isDone(large)
  })

  it('reads nothing again where checksums are not wanted, and checks what such a run left where they are', async () => {
    await leftBehind(3, { EnableCRC: false })
    expect(await at.recorded({ EnableCRC: true })).toMatchObject({ verified: true, bytesResumed: 3 * MIB })
    await isDone(large)
    await rm(at.path)
    await leftBehind(3)
    expect(await at.recorded({ EnableCRC: false })).toMatchObject({ verified: false, bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('goes on when the object was written again with the same content', async () => {
    await leftBehind(3)
    const headers = {
      ...large.headers,
      'last-modified': 'Thu, 29 Oct 2020 20:30:00 GMT',
      'x-cos-version-id': 'v2',
    }
    serve(at.server, () => ({ ...large, headers }))
    expect(await at.recorded()).toMatchObject({ bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['the temporary file is gone', async () => rm(await temporary())],
    ['the temporary file is shorter', async () => truncate(await temporary(), 100)],
    ['a link stands for the temporary file', async () => linkTemporary()],
  ])('starts afresh when %s', async (_, change) => {
    await leftBehind(3)
    await change()
    expect(await at.recorded()).toMatchObject({ bytesResumed: 0, verified: true })
    await isDone(large)
  })

  it('starts afresh when another object is there', async () => {
    await leftBehind(3)
    serve(at.server, () => other)
    expect(await at.recorded()).toMatchObject({ bytesResumed: 0, ETag: '"other"' })
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
    expect(await at.recorded()).toMatchObject({ bytesResumed: 0 })
    expect(await holds(at.path, large)).toBe(true)
    expect(await namesIn(at.records)).toEqual([])
    await rm(unknown)
    await isDone(large)
  })

  it('does not follow a record to a file that is not its own', async () => {
    await leftBehind(3)
    const victim = join(at.folder, 'victim')
    await writeFile(victim, new Uint8Array(5.5 * MIB))
    const saved = JSON.parse(await readFile(await record(), 'utf8'))
    await writeFile(await record(), JSON.stringify({ ...saved, temporaryFile: victim }))
    await at.recorded()
    expect((await readFile(victim)).every((byte) => byte === 0)).toBe(true)
    expect(await holds(at.path, large)).toBe(true)
  })

  it('fetches nothing when all was done but the word of it', async () => {
    const deaf = (id: readonly string[]) =>
      nodePlatform
        .checkpoints(at.records)
        .open(id)
        .then((checkpoint) => ({ ...checkpoint, clear: async () => {} }))
    const checkpoints = () => ({ ...nodePlatform.checkpoints(at.records), open: deaf })
    const killed = clientOf(at.server, {}, { ...fakeTime(), platform: { ...nodePlatform, checkpoints } })
    serve(at.server, () => large)
    await killed.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: at.path, PartSize: 1 })
    await killed.close()
    expect(await namesIn(at.records)).toHaveLength(1)
    serve(at.server, () => large)
    expect(await at.recorded()).toMatchObject({ bytesResumed: 5.5 * MIB, verified: true })
    expect(asked()).toEqual(['HEAD all'])
    await isDone(large)
  })

  it('finishes what lacked only its name', async () => {
    serve(
      at.server,
      () => large,
      (_, count) => {
        if (count < 6) return undefined
        return async (...request) => {
          await mkdir(at.path)
          answer(large)(...request)
        }
      },
    )
    await expect(at.recorded()).rejects.toMatchObject({ kind: 'file', cause: { code: 'EISDIR' } })
    await rmdir(at.path)
    serve(at.server, () => large)
    expect(await at.recorded()).toMatchObject({ bytesResumed: 5.5 * MIB })
    expect(asked()).toEqual(['HEAD all'])
    await isDone(large)
  })
})
