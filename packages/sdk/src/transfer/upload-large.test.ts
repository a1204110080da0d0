// Files that go up in parts, and what can go wrong with one.
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCrc64 } from '@coset/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { CosClientError, type TransferProgress } from '../index.js'
import { clientOf, errorXml, fakeTime, reply, reset, type Step } from '../testing/scripted-server.js'
import { FIVE, failureOf, LARGE, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('a large file', () => {
  beforeEach(() => at.put(LARGE))

  it('goes in parts, with what belongs to the object at their beginning', async () => {
    const done = await at.upload({
      StorageClass: 'STANDARD_IA',
      Metadata: { a: 'b' },
      Tagging: 'x=y',
      CacheControl: 'no-cache',
      TrafficLimit: '819200',
      EnableMD5: true,
    })
    expect([at.bucket.calls[0], at.bucket.calls.at(-1)]).toEqual(['create', 'complete'])
    expect(at.bucket.sentParts()).toEqual(FIVE)
    expect(at.isStored(LARGE)).toBe(true)
    const [create, ...parts] = at.server.requests.slice(0, 6).map(({ headers }) => headers)
    expect(create).toMatchObject({
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-meta-a': 'b',
      'x-cos-tagging': 'x=y',
      'cache-control': 'no-cache',
    })
    expect(create?.['x-cos-traffic-limit']).toBeUndefined()
    for (const part of parts) {
      expect(part['x-cos-traffic-limit']).toBe('819200')
      expect(part['content-md5']).toBeDefined()
      expect(part['x-cos-meta-a']).toBeUndefined()
    }
    const { of } = await loadCrc64()
    expect(done).toMatchObject({ Crc64: of(LARGE), UploadId: 'upload-1', bytesResumed: 0, statusCode: 200 })
    expect([await at.records(), await at.locks()]).toEqual([[], []])
  })

  it('tells how far it is, never backwards, however often a part is sent', async () => {
    const time = fakeTime()
    const client = clientOf(at.server, {}, time)
    const told: TransferProgress[] = []
    const pairs: (readonly [number, number])[] = []
    const faults = new Map<string, Step>([
      ['part 2', reset],
      ['part 4', reply(500)],
    ])
    at.bucket.fault = (call) => {
      time.nowMs += 150
      const fault = faults.get(call)
      faults.delete(call)
      return fault
    }
    const onProgress = (progress: TransferProgress) => void told.push(progress)
    const progress_callback = (done: number, total: number) => void pairs.push([done, total])
    await at.upload({ progress_callback }, { onProgress }, client)
    const done = told.map(({ bytesDone }) => bytesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.length).toBeGreaterThan(3)
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length, bytesTotal: LARGE.length, bytesResumed: 0 })
    expect(pairs).toEqual(done.map((bytes) => [bytes, LARGE.length]))
    expect(at.bucket.sentParts()).toEqual([1, 2, 2, 3, 4, 4, 5])
    await client.close()
  })

  it('sends a part again that arrived as something else, and gives up at some point', async () => {
    const damaged = reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' })
    let times = 2
    at.bucket.fault = (call) => (call === 'part 3' && times-- > 0 ? damaged : undefined)
    await at.upload()
    expect(at.bucket.sentParts()).toEqual([1, 2, 3, 3, 3, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
    at.bucket.calls.length = 0
    at.bucket.fault = (call) => (call === 'part 3' ? damaged : undefined)
    expect(await failureOf(at.upload())).toMatchObject({ kind: 'checksum', partNumber: 3 })
    expect(at.bucket.count('part')).toBeLessThanOrEqual(14)
  })

  it('stops at the first part that fails for good, tells which, and keeps what was sent', async () => {
    const ended: string[] = []
    at.bucket.fault = async (call) => {
      if (call === 'part 2') {
        await expect.poll(() => at.bucket.count('part')).toBe(5)
        return errorXml(403, 'AccessDenied', 'No.')
      }
      const hang: Step = (response) => void response.on('close', () => ended.push(call))
      return ['part 3', 'part 4', 'part 5'].includes(call) ? hang : undefined
    }
    const error = await failureOf(at.upload())
    expect(error).toMatchObject({ name: 'CosServiceError', code: 'AccessDenied', partNumber: 2 })
    expect(error).toHaveProperty('cause.code', 'AccessDenied')
    await expect.poll(() => ended.sort()).toEqual(['part 3', 'part 4', 'part 5'])
    expect(at.bucket.count('abort')).toBe(0)
    expect(await at.records()).toHaveLength(1)
    expect(await at.locks()).toEqual([])
  })

  it('is given up at the at.server when it fails, if that is wanted', async () => {
    at.bucket.fault = (call) => (call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined)
    await failureOf(at.upload({}, { abortOnFailure: true }))
    expect([at.bucket.uploads.size, await at.records()]).toEqual([0, []])
    await failureOf(at.upload({}, { checkpoint: false }))
    expect(at.bucket.uploads.size).toBe(0)
    await failureOf(at.upload({}, { checkpoint: false, abortOnFailure: false }))
    expect(at.bucket.uploads.size).toBe(1)
  })

  it('is of one content, or fails: what the at.server joined is compared', async () => {
    at.bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      const content = '<Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>"e-5"</ETag>'
      const document = `<CompleteMultipartUploadResult>${content}</CompleteMultipartUploadResult>`
      return reply(200, { 'x-cos-hash-crc64ecma': '1' }, document)
    }
    expect(await failureOf(at.upload())).toMatchObject({ kind: 'checksum' })
    expect((await at.upload({ Key: 'unchecked' }, { crcCheck: false })).ETag).toBe('"e-5"')
  })

  it('asks for the checksum that completing did not tell', async () => {
    at.bucket.lost = (call) => {
      if (call === 'complete') at.bucket.tellsSums = true
      return undefined
    }
    at.bucket.fault = (call) => {
      at.bucket.tellsSums = call !== 'complete'
      return undefined
    }
    await at.upload()
    expect(at.bucket.calls.slice(-2)).toEqual(['complete', 'head'])
    const object = at.bucket.objects.get('k')
    at.bucket.lost = (call) => {
      if (call === 'complete' && object) at.bucket.objects.set('k', { ...object, body: Buffer.from('other') })
      return undefined
    }
    expect(await failureOf(at.upload())).toMatchObject({ kind: 'checksum' })
  })

  it('begins again when the reply to its beginning is lost', async () => {
    let lost = 2
    at.bucket.lost = (call) => (call === 'create' && lost-- > 0 ? reset : undefined)
    await at.upload()
    expect(at.bucket.count('create')).toBe(3)
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('takes the object for its own whose completion was not answered', async () => {
    let lost = 1
    at.bucket.lost = (call) => (call === 'complete' && lost-- > 0 ? reset : undefined)
    const done = await at.upload()
    expect(at.bucket.calls.slice(-3)).toEqual(['complete', 'complete', 'head'])
    expect(done).toMatchObject({ ETag: `"${at.bucket.objects.get('k')?.etag}"` })
    expect(at.bucket.sentParts()).toEqual(FIVE)
  })

  it.each([
    ['its MD5', { ContentMD5: createHash('md5').update('other').digest('base64') }, 'checksum'],
    ['its length', { ContentLength: 5 }, 'validation'],
    ['a size for parts', { PartSize: 0.5 }, 'validation'],
    ['a number of threads', { MAXThread: 0 }, 'validation'],
    ['a path', { LocalFilePath: '/nowhere/at/all' }, 'file'],
    ['a file', { LocalFilePath: tmpdir() }, 'file'],
    ['a key', { Key: '' }, 'validation'],
  ])('is not sent when %s is wrong', async (_, input, kind) => {
    expect(await failureOf(at.upload(input))).toMatchObject({ name: 'CosClientError', kind })
    expect(at.bucket.calls).toEqual([])
  })

  it('passes when its MD5 and length are right', async () => {
    const ContentMD5 = createHash('md5').update(LARGE).digest('base64')
    await at.upload({ ContentMD5, ContentLength: `${LARGE.length}` })
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('needs a place for its record, or none', async () => {
    await writeFile(join(at.folder, 'state'), 'no folder')
    expect(await failureOf(at.upload())).toMatchObject({ kind: 'file' })
    expect(at.bucket.calls).toEqual([])
    await at.upload({}, { checkpoint: false })
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('is given up when its record can not be written', async () => {
    const full = new CosClientError('file', 'The disk is full.')
    const checkpoint = {
      saved: undefined,
      save: () => Promise.reject(full),
      clear: async () => undefined,
      release: async () => undefined,
    }
    const store = { has: async () => false, open: async () => checkpoint }
    const client = clientOf(
      at.server,
      {},
      { ...fakeTime(), platform: { ...fakeTime().platform, checkpoints: () => store } },
    )
    expect(await failureOf(at.upload({}, {}, client))).toBe(full)
    await client.close()
    expect([at.bucket.calls, at.bucket.uploads.size]).toEqual([['create', 'abort'], 0])
  })

  it('tells its failure soon, though the upload can not be given up yet', async () => {
    let release: () => void = () => undefined
    at.bucket.fault = (call) => {
      if (call === 'abort') return (response) => (release = () => response.writeHead(204).end())
      return call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined
    }
    expect(await failureOf(at.upload({}, { checkpoint: false }))).toMatchObject({ code: 'AccessDenied' })
    release()
    await at.cos.close()
    expect(at.bucket.count('abort')).toBe(1)
  })

  it('is uploaded by one call at a time', async () => {
    const outcomes = await Promise.allSettled([at.upload(), at.upload()])
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(reasons).toEqual([expect.objectContaining({ kind: 'locked' })])
    expect(at.isStored(LARGE)).toBe(true)
  })
})
