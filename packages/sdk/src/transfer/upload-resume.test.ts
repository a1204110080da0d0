// What the next run makes of what one left that did not finish.
import { randomBytes } from 'node:crypto'
import { readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { TransferProgress, UploadFileInput } from '../index.js'
import { errorXml, reply } from '../testing/scripted-server.js'
import { FIVE, failureOf, LARGE, MIB, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('an upload that was interrupted', () => {
  beforeEach(() => at.put(LARGE))

  it('goes on with what is missing', async () => {
    await at.interruptAfter(2)
    expect(await at.records()).toHaveLength(1)
    const told: TransferProgress[] = []
    const done = await at.upload({}, { onProgress: (progress) => told.push(progress) })
    expect(at.bucket.sentParts()).toEqual([3, 4, 5])
    expect(at.bucket.count('create')).toBe(0)
    expect(at.isStored(LARGE)).toBe(true)
    expect(done.bytesResumed).toBe(10 * MIB)
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length, bytesResumed: 10 * MIB })
    expect([await at.records(), await at.locks()]).toEqual([[], []])
  })

  it('keeps the size of its parts', async () => {
    await at.interruptAfter(2)
    await at.upload({ PartSize: 9 })
    expect(at.bucket.sentParts()).toEqual([3, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('compares parts that its record does not know, and sends again what is not its own', async () => {
    await at.interruptAfter(3)
    const [name = ''] = await at.records()
    const path = join(at.folder, 'state', name)
    const record = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...record, parts: record.parts.slice(0, 1) }))
    const [only] = at.bucket.uploads.values()
    only?.parts.set(3, randomBytes(5 * MIB))
    await at.upload()
    expect(at.bucket.sentParts()).toEqual([3, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('sends a part again that the at.server has in another size, or no more', async () => {
    await at.interruptAfter(3)
    const [only] = at.bucket.uploads.values()
    only?.parts.set(1, Buffer.from('short'))
    only?.parts.delete(2)
    await at.upload()
    expect(at.bucket.sentParts()).toEqual([1, 2, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
  })

  it.each<[string, () => Promise<Partial<UploadFileInput>>]>([
    [
      'another content',
      async () => {
        await at.put(randomBytes(LARGE.length))
        return {}
      },
    ],
    [
      'the same content with other times',
      async () => {
        await utimes(at.file, 1, 1)
        return {}
      },
    ],
    ['other attributes', async () => ({ Metadata: { a: 'c' } })],
  ])('starts afresh for %s, and gives up what was sent', async (_, change) => {
    await at.interruptAfter(2)
    const input = await change()
    await at.upload(input)
    expect(at.bucket.sentParts()).toEqual(FIVE)
    expect(at.isStored(await readFile(at.file))).toBe(true)
    await expect.poll(() => at.bucket.uploads.size).toBe(0)
  })

  it.each([
    ['is of another version', (record: object) => JSON.stringify({ ...record, version: 2 })],
    ['is damaged', (record: object) => JSON.stringify(record).slice(0, -9)],
    ['has other types', (record: object) => JSON.stringify({ ...record, parts: [['1']] })],
    ['is no record', () => '[]'],
  ])('starts afresh when the record %s', async (_, write) => {
    await at.interruptAfter(2)
    const [name = ''] = await at.records()
    const path = join(at.folder, 'state', name)
    await writeFile(path, write(JSON.parse(await readFile(path, 'utf8'))))
    await at.upload()
    expect(at.bucket.sentParts()).toEqual(FIVE)
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('starts afresh where parts may not be listed', async () => {
    await at.interruptAfter(2)
    at.bucket.fault = (call) => (call === 'parts' ? errorXml(403, 'AccessDenied') : undefined)
    await at.upload()
    expect(at.bucket.sentParts()).toEqual(FIVE)
    await expect.poll(() => at.bucket.uploads.size).toBe(0)
  })

  it('stays as it is when the at.server can not be asked', async () => {
    await at.interruptAfter(2)
    at.bucket.fault = (call) => (call === 'parts' ? reply(503) : undefined)
    expect(await failureOf(at.upload())).toMatchObject({ statusCode: 503 })
    at.bucket.fault = () => undefined
    at.bucket.calls.length = 0
    await at.upload()
    expect(at.bucket.sentParts()).toEqual([3, 4, 5])
  })

  it('is not sent again when it was completed', async () => {
    // The reply to its completion never came.
    const controller = new AbortController()
    at.bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      setTimeout(() => controller.abort(), 10)
      return () => undefined
    }
    expect(await failureOf(at.upload({}, { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    at.bucket.lost = () => undefined
    at.bucket.calls.length = 0
    const told: TransferProgress[] = []
    const done = await at.upload({}, { onProgress: (progress) => told.push(progress) })
    expect(at.bucket.calls).toEqual(['parts', 'head'])
    expect(done).toMatchObject({ bytesResumed: LARGE.length, ETag: `"${at.bucket.objects.get('k')?.etag}"` })
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length })
    expect(await at.records()).toEqual([])
  })

  it.each([
    ['of other content', { body: Buffer.from('other') }],
    ['that was there before', { modifiedMs: Date.now() - 5000 }],
  ])('is sent again when it was completed, but the object is one %s', async (_, change) => {
    const controller = new AbortController()
    at.bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      setTimeout(() => controller.abort(), 10)
      return () => undefined
    }
    await failureOf(at.upload({}, { signal: controller.signal }))
    at.bucket.lost = () => undefined
    at.bucket.calls.length = 0
    const object = at.bucket.objects.get('k')
    if (object) at.bucket.objects.set('k', { ...object, ...change })
    await at.upload()
    expect(at.bucket.sentParts()).toEqual(FIVE)
    expect(at.isStored(LARGE)).toBe(true)
  })
})

it('keeps nothing of the attributes, and nothing that others may read', async () => {
  await at.put(LARGE)
  await at.interruptAfter(2, { Metadata: { secret: 'very-secret-indeed' } })
  const [name = ''] = await at.records()
  const text = await readFile(join(at.folder, 'state', name), 'utf8')
  expect(text).not.toContain('very-secret-indeed')
  expect(JSON.parse(text)).toMatchObject({ version: 1, uploadId: 'upload-1', partBytes: 5 * MIB })
  expect((await stat(join(at.folder, 'state', name))).mode & 0o077).toBe(0)
})
