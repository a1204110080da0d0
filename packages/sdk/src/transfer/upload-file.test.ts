import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type CosClient,
  CosClientError,
  type TransferProgress,
  type UploadFileInput,
  type UploadFileOptions,
} from '../index.js'
import { FakeBucket } from '../testing/fake-bucket.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../testing/scripted-server.js'

const MIB = 1024 * 1024
/** Five parts of 5 MB, the last of them of one byte. */
const LARGE = randomBytes(20 * MIB + 1)
const FIVE = [1, 2, 3, 4, 5]

let server: ScriptedServer
let bucket: FakeBucket
let cos: CosClient
let folder: string
let file: string
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  bucket = new FakeBucket()
  server.requests.length = 0
  server.script(bucket.step)
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-upload-file-'))
  file = join(folder, 'file')
})
afterEach(async () => {
  await cos.close()
  await rm(folder, { recursive: true })
})

const put = (bytes: Uint8Array) => writeFile(file, bytes)
const upload = (input: Partial<UploadFileInput> = {}, options: UploadFileOptions = {}, client = cos) =>
  client.uploadFile(
    { Bucket: BUCKET, Key: 'k', LocalFilePath: file, PartSize: 5, ...input },
    { checkpoint: { folder: join(folder, 'state') }, ...options },
  )
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('It succeeded.'),
    (error: unknown) => error,
  )
const stored = () => bucket.objects.get('k')?.body
/** No diff of 20 MB in case it differs. */
const isStored = (bytes: Uint8Array) => stored()?.equals(bytes) === true
const records = async () =>
  (await readdir(join(folder, 'state')).catch(() => [])).filter((name) => name.endsWith('.json'))
const locks = async () =>
  (await readdir(join(folder, 'state')).catch(() => [])).filter((name) => name.endsWith('.lock'))
/** Ends the call once so many parts are stored, as a crash would, with those that were under way. */
async function interruptedAfter(parts: number, input: Partial<UploadFileInput> = {}): Promise<void> {
  const controller = new AbortController()
  let seen = 0
  bucket.fault = (call) => {
    if (!call.startsWith('part ') || ++seen <= parts) return undefined
    setTimeout(() => controller.abort(), 20)
    return () => undefined
  }
  expect(await failure(upload({ MAXThread: 1, ...input }, { signal: controller.signal }))).toMatchObject({
    kind: 'aborted',
  })
  bucket.fault = () => undefined
  bucket.calls.length = 0
  await expect.poll(locks).toEqual([])
}

describe('a small file', () => {
  it.each([0, 1, 300_000, 20 * MIB])('of %d bytes is one request, and leaves no record', async (size) => {
    await put(LARGE.subarray(0, size))
    const done = await upload({ Metadata: { a: 'b' }, ACL: 'public-read', TrafficLimit: 819_200 })
    expect(bucket.calls).toEqual(['put'])
    expect(isStored(LARGE.subarray(0, size))).toBe(true)
    expect(server.requests[0]?.headers).toMatchObject({
      'x-cos-meta-a': 'b',
      'x-cos-acl': 'public-read',
      'x-cos-traffic-limit': '819200',
      'content-length': String(size),
    })
    const { of } = await loadCrc64()
    expect(done).toMatchObject({
      statusCode: 200,
      ETag: `"${bucket.objects.get('k')?.etag}"`,
      Crc64: of(LARGE.subarray(0, size)),
      Location: `http://${server.host}/${BUCKET}/k`,
      UploadId: undefined,
      bytesResumed: 0,
    })
    expect(await records()).toEqual([])
  })

  it.each([300, 300_000])('of %d bytes is digested when asked to', async (size) => {
    const bytes = LARGE.subarray(0, size)
    await put(bytes)
    const ContentMD5 = createHash('md5').update(bytes).digest('base64')
    await upload({ EnableMD5: true })
    expect(server.requests[0]?.headers['content-md5']).toBe(ContentMD5)
    await upload({ ContentMD5 })
    expect(server.requests[1]?.headers['content-md5']).toBe(ContentMD5)
  })

  it('is sent again when the connection breaks, and when it arrives as something else', async () => {
    await put(LARGE.subarray(0, 300_000))
    const faults = [reset, reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' }), reply(503)]
    bucket.fault = () => faults.shift()
    await upload()
    expect(bucket.calls).toEqual(['put', 'put', 'put', 'put'])
    expect(isStored(LARGE.subarray(0, 300_000))).toBe(true)
  })

  it('is not stored when it changes while it is sent', async () => {
    await put(LARGE.subarray(0, 10 * MIB))
    const time = fakeTime()
    // Each chunk is told, and each time the file is another.
    const client = clientOf(
      server,
      {},
      { ...time, platform: { ...time.platform, now: () => (time.nowMs += 1000) } },
    )
    let edits = 0
    const onProgress = () => writeFileSync(file, randomBytes(5 * MIB + ++edits))
    expect(await failure(upload({}, { onProgress }, client))).toMatchObject({ kind: 'changed' })
    expect([stored(), edits > 1]).toEqual([undefined, true])
    await client.close()
  })
})

describe('a large file', () => {
  beforeEach(() => put(LARGE))

  it('goes in parts, with what belongs to the object at their beginning', async () => {
    const done = await upload({
      StorageClass: 'STANDARD_IA',
      Metadata: { a: 'b' },
      Tagging: 'x=y',
      CacheControl: 'no-cache',
      TrafficLimit: '819200',
      EnableMD5: true,
    })
    expect([bucket.calls[0], bucket.calls.at(-1)]).toEqual(['create', 'complete'])
    expect(bucket.sentParts()).toEqual(FIVE)
    expect(isStored(LARGE)).toBe(true)
    const [create, ...parts] = server.requests.slice(0, 6).map(({ headers }) => headers)
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
    expect([await records(), await locks()]).toEqual([[], []])
  })

  it('tells how far it is, never backwards, however often a part is sent', async () => {
    const time = fakeTime()
    const client = clientOf(server, {}, time)
    const told: TransferProgress[] = []
    const pairs: (readonly [number, number])[] = []
    const faults = new Map<string, Step>([
      ['part 2', reset],
      ['part 4', reply(500)],
    ])
    bucket.fault = (call) => {
      time.nowMs += 150
      const fault = faults.get(call)
      faults.delete(call)
      return fault
    }
    const onProgress = (progress: TransferProgress) => void told.push(progress)
    const progress_callback = (done: number, total: number) => void pairs.push([done, total])
    await upload({ progress_callback }, { onProgress }, client)
    const done = told.map(({ bytesDone }) => bytesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.length).toBeGreaterThan(3)
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length, bytesTotal: LARGE.length, bytesResumed: 0 })
    expect(pairs).toEqual(done.map((bytes) => [bytes, LARGE.length]))
    expect(bucket.sentParts()).toEqual([1, 2, 2, 3, 4, 4, 5])
    await client.close()
  })

  it('sends a part again that arrived as something else, and gives up at some point', async () => {
    const damaged = reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' })
    let times = 2
    bucket.fault = (call) => (call === 'part 3' && times-- > 0 ? damaged : undefined)
    await upload()
    expect(bucket.sentParts()).toEqual([1, 2, 3, 3, 3, 4, 5])
    expect(isStored(LARGE)).toBe(true)
    bucket.calls.length = 0
    bucket.fault = (call) => (call === 'part 3' ? damaged : undefined)
    expect(await failure(upload())).toMatchObject({ kind: 'checksum', partNumber: 3 })
    expect(bucket.count('part')).toBeLessThanOrEqual(14)
  })

  it('stops at the first part that fails for good, tells which, and keeps what was sent', async () => {
    const ended: string[] = []
    bucket.fault = async (call) => {
      if (call === 'part 2') {
        await expect.poll(() => bucket.count('part')).toBe(5)
        return errorXml(403, 'AccessDenied', 'No.')
      }
      const hang: Step = (response) => void response.on('close', () => ended.push(call))
      return ['part 3', 'part 4', 'part 5'].includes(call) ? hang : undefined
    }
    const error = await failure(upload())
    expect(error).toMatchObject({ name: 'CosServiceError', code: 'AccessDenied', partNumber: 2 })
    expect(error).toHaveProperty('cause.code', 'AccessDenied')
    await expect.poll(() => ended.sort()).toEqual(['part 3', 'part 4', 'part 5'])
    expect(bucket.count('abort')).toBe(0)
    expect(await records()).toHaveLength(1)
    expect(await locks()).toEqual([])
  })

  it('is given up at the server when it fails, if that is wanted', async () => {
    bucket.fault = (call) => (call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined)
    await failure(upload({}, { abortOnFailure: true }))
    expect([bucket.uploads.size, await records()]).toEqual([0, []])
    await failure(upload({}, { checkpoint: false }))
    expect(bucket.uploads.size).toBe(0)
    await failure(upload({}, { checkpoint: false, abortOnFailure: false }))
    expect(bucket.uploads.size).toBe(1)
  })

  it('is of one content, or fails: what the server joined is compared', async () => {
    bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      const content = '<Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>"e-5"</ETag>'
      const document = `<CompleteMultipartUploadResult>${content}</CompleteMultipartUploadResult>`
      return reply(200, { 'x-cos-hash-crc64ecma': '1' }, document)
    }
    expect(await failure(upload())).toMatchObject({ kind: 'checksum' })
    expect((await upload({ Key: 'unchecked' }, { crcCheck: false })).ETag).toBe('"e-5"')
  })

  it('asks for the checksum that completing did not tell', async () => {
    bucket.lost = (call) => {
      if (call === 'complete') bucket.tellsSums = true
      return undefined
    }
    bucket.fault = (call) => {
      bucket.tellsSums = call !== 'complete'
      return undefined
    }
    await upload()
    expect(bucket.calls.slice(-2)).toEqual(['complete', 'head'])
    const object = bucket.objects.get('k')
    bucket.lost = (call) => {
      if (call === 'complete' && object) bucket.objects.set('k', { ...object, body: Buffer.from('other') })
      return undefined
    }
    expect(await failure(upload())).toMatchObject({ kind: 'checksum' })
  })

  it('begins again when the reply to its beginning is lost', async () => {
    let lost = 2
    bucket.lost = (call) => (call === 'create' && lost-- > 0 ? reset : undefined)
    await upload()
    expect(bucket.count('create')).toBe(3)
    expect(isStored(LARGE)).toBe(true)
  })

  it('takes the object for its own whose completion was not answered', async () => {
    let lost = 1
    bucket.lost = (call) => (call === 'complete' && lost-- > 0 ? reset : undefined)
    const done = await upload()
    expect(bucket.calls.slice(-3)).toEqual(['complete', 'complete', 'head'])
    expect(done).toMatchObject({ ETag: `"${bucket.objects.get('k')?.etag}"` })
    expect(bucket.sentParts()).toEqual(FIVE)
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
    expect(await failure(upload(input))).toMatchObject({ name: 'CosClientError', kind })
    expect(bucket.calls).toEqual([])
  })

  it('passes when its MD5 and length are right', async () => {
    const ContentMD5 = createHash('md5').update(LARGE).digest('base64')
    await upload({ ContentMD5, ContentLength: `${LARGE.length}` })
    expect(isStored(LARGE)).toBe(true)
  })

  it('needs a place for its record, or none', async () => {
    await writeFile(join(folder, 'state'), 'no folder')
    expect(await failure(upload())).toMatchObject({ kind: 'file' })
    expect(bucket.calls).toEqual([])
    await upload({}, { checkpoint: false })
    expect(isStored(LARGE)).toBe(true)
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
      server,
      {},
      { ...fakeTime(), platform: { ...fakeTime().platform, checkpoints: () => store } },
    )
    expect(await failure(upload({}, {}, client))).toBe(full)
    await client.close()
    expect([bucket.calls, bucket.uploads.size]).toEqual([['create', 'abort'], 0])
  })

  it('tells its failure soon, though the upload can not be given up yet', async () => {
    let release: () => void = () => undefined
    bucket.fault = (call) => {
      if (call === 'abort') return (response) => (release = () => response.writeHead(204).end())
      return call === 'part 2' ? errorXml(403, 'AccessDenied') : undefined
    }
    expect(await failure(upload({}, { checkpoint: false }))).toMatchObject({ code: 'AccessDenied' })
    release()
    await cos.close()
    expect(bucket.count('abort')).toBe(1)
  })

  it('is uploaded by one call at a time', async () => {
    const outcomes = await Promise.allSettled([upload(), upload()])
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(reasons).toEqual([expect.objectContaining({ kind: 'locked' })])
    expect(isStored(LARGE)).toBe(true)
  })
})

describe('an upload that was interrupted', () => {
  beforeEach(() => put(LARGE))

  it('goes on with what is missing', async () => {
    await interruptedAfter(2)
    expect(await records()).toHaveLength(1)
    const told: TransferProgress[] = []
    const done = await upload({}, { onProgress: (progress) => told.push(progress) })
    expect(bucket.sentParts()).toEqual([3, 4, 5])
    expect(bucket.count('create')).toBe(0)
    expect(isStored(LARGE)).toBe(true)
    expect(done.bytesResumed).toBe(10 * MIB)
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length, bytesResumed: 10 * MIB })
    expect([await records(), await locks()]).toEqual([[], []])
  })

  it('keeps the size of its parts', async () => {
    await interruptedAfter(2)
    await upload({ PartSize: 9 })
    expect(bucket.sentParts()).toEqual([3, 4, 5])
    expect(isStored(LARGE)).toBe(true)
  })

  it('compares parts that its record does not know, and sends again what is not its own', async () => {
    await interruptedAfter(3)
    const [name = ''] = await records()
    const path = join(folder, 'state', name)
    const record = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...record, parts: record.parts.slice(0, 1) }))
    const [only] = bucket.uploads.values()
    only?.parts.set(3, randomBytes(5 * MIB))
    await upload()
    expect(bucket.sentParts()).toEqual([3, 4, 5])
    expect(isStored(LARGE)).toBe(true)
  })

  it('sends a part again that the server has in another size, or no more', async () => {
    await interruptedAfter(3)
    const [only] = bucket.uploads.values()
    only?.parts.set(1, Buffer.from('short'))
    only?.parts.delete(2)
    await upload()
    expect(bucket.sentParts()).toEqual([1, 2, 4, 5])
    expect(isStored(LARGE)).toBe(true)
  })

  it.each<[string, () => Promise<Partial<UploadFileInput>>]>([
    [
      'another content',
      async () => {
        await put(randomBytes(LARGE.length))
        return {}
      },
    ],
    [
      'the same content with other times',
      async () => {
        await utimes(file, 1, 1)
        return {}
      },
    ],
    ['other attributes', async () => ({ Metadata: { a: 'c' } })],
  ])('starts afresh for %s, and gives up what was sent', async (_, change) => {
    await interruptedAfter(2)
    const input = await change()
    await upload(input)
    expect(bucket.sentParts()).toEqual(FIVE)
    expect(isStored(await readFile(file))).toBe(true)
    await expect.poll(() => bucket.uploads.size).toBe(0)
  })

  it.each([
    ['is of another version', (record: object) => JSON.stringify({ ...record, version: 2 })],
    ['is damaged', (record: object) => JSON.stringify(record).slice(0, -9)],
    ['has other types', (record: object) => JSON.stringify({ ...record, parts: [['1']] })],
    ['is no record', () => '[]'],
  ])('starts afresh when the record %s', async (_, write) => {
    await interruptedAfter(2)
    const [name = ''] = await records()
    const path = join(folder, 'state', name)
    await writeFile(path, write(JSON.parse(await readFile(path, 'utf8'))))
    await upload()
    expect(bucket.sentParts()).toEqual(FIVE)
    expect(isStored(LARGE)).toBe(true)
  })

  it('starts afresh where parts may not be listed', async () => {
    await interruptedAfter(2)
    bucket.fault = (call) => (call === 'parts' ? errorXml(403, 'AccessDenied') : undefined)
    await upload()
    expect(bucket.sentParts()).toEqual(FIVE)
    await expect.poll(() => bucket.uploads.size).toBe(0)
  })

  it('stays as it is when the server can not be asked', async () => {
    await interruptedAfter(2)
    bucket.fault = (call) => (call === 'parts' ? reply(503) : undefined)
    expect(await failure(upload())).toMatchObject({ statusCode: 503 })
    bucket.fault = () => undefined
    bucket.calls.length = 0
    await upload()
    expect(bucket.sentParts()).toEqual([3, 4, 5])
  })

  it('is not sent again when it was completed', async () => {
    // The reply to its completion never came.
    const controller = new AbortController()
    bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      setTimeout(() => controller.abort(), 10)
      return () => undefined
    }
    expect(await failure(upload({}, { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    bucket.lost = () => undefined
    bucket.calls.length = 0
    const told: TransferProgress[] = []
    const done = await upload({}, { onProgress: (progress) => told.push(progress) })
    expect(bucket.calls).toEqual(['parts', 'head'])
    expect(done).toMatchObject({ bytesResumed: LARGE.length, ETag: `"${bucket.objects.get('k')?.etag}"` })
    expect(told.at(-1)).toMatchObject({ bytesDone: LARGE.length })
    expect(await records()).toEqual([])
  })

  it.each([
    ['of other content', { body: Buffer.from('other') }],
    ['that was there before', { modifiedMs: Date.now() - 5000 }],
  ])('is sent again when it was completed, but the object is one %s', async (_, change) => {
    const controller = new AbortController()
    bucket.lost = (call) => {
      if (call !== 'complete') return undefined
      setTimeout(() => controller.abort(), 10)
      return () => undefined
    }
    await failure(upload({}, { signal: controller.signal }))
    bucket.lost = () => undefined
    bucket.calls.length = 0
    const object = bucket.objects.get('k')
    if (object) bucket.objects.set('k', { ...object, ...change })
    await upload()
    expect(bucket.sentParts()).toEqual(FIVE)
    expect(isStored(LARGE)).toBe(true)
  })
})

describe('an upload that somebody else gives up', () => {
  beforeEach(() => put(LARGE))

  it('starts afresh once', async () => {
    let ended = false
    bucket.fault = (call) => {
      if (call === 'part 4' && !ended) {
        ended = true
        bucket.uploads.clear()
      }
      return undefined
    }
    await upload({ MAXThread: 1 })
    expect(bucket.sentParts()).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5])
    expect(isStored(LARGE)).toBe(true)
  })

  it('fails the second time', async () => {
    bucket.fault = (call) => {
      if (call === 'part 4') bucket.uploads.clear()
      return undefined
    }
    expect(await failure(upload({ MAXThread: 1 }))).toMatchObject({ code: 'NoSuchUpload', partNumber: 4 })
    expect(await records()).toEqual([])
  })

  it('sends a part again that was replaced before the end', async () => {
    let replaced = false
    bucket.fault = (call) => {
      if (call === 'complete' && !replaced) {
        replaced = true
        const [only] = bucket.uploads.values()
        only?.parts.set(2, randomBytes(5 * MIB))
      }
      return undefined
    }
    await upload()
    expect(bucket.sentParts()).toEqual([1, 2, 2, 3, 4, 5])
    expect(isStored(LARGE)).toBe(true)
  })
})

describe('a file that is edited while it is uploaded', () => {
  beforeEach(() => put(LARGE))

  it('is taken anew, once', async () => {
    const edited = randomBytes(22 * MIB)
    let edits = 0
    bucket.fault = async (call) => {
      if (call === 'part 2' && edits++ === 0) await put(edited)
      return undefined
    }
    const time = fakeTime()
    const client = clientOf(
      server,
      {},
      { ...time, platform: { ...time.platform, now: () => (time.nowMs += 99) } },
    )
    const told: TransferProgress[] = []
    await upload({}, { onProgress: (progress) => told.push(progress) }, client)
    await client.close()
    expect(isStored(edited)).toBe(true)
    const done = told.map(({ bytesDone }) => bytesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ bytesDone: edited.length, bytesTotal: edited.length })
    await expect.poll(() => bucket.uploads.size).toBe(0)
    expect([await records(), await locks()]).toEqual([[], []])
  })

  it('fails when it is edited again, and leaves nothing', async () => {
    bucket.fault = async (call) => {
      if (call === 'part 2') await put(randomBytes(LARGE.length))
      return undefined
    }
    expect(await failure(upload())).toMatchObject({ kind: 'changed' })
    expect(stored()).toBeUndefined()
    await expect.poll(() => bucket.uploads.size).toBe(0)
    expect([await records(), await locks()]).toEqual([[], []])
  })

  it('is noticed when it is replaced or cut', async () => {
    for (const change of [
      async () => {
        await rm(file)
        await put(LARGE)
      },
      () => put(LARGE.subarray(0, 6 * MIB)),
      () => rm(file),
    ]) {
      await put(LARGE)
      bucket.fault = async (call) => {
        if (call === 'part 2') await change()
        return undefined
      }
      const outcome = await upload({ MAXThread: 1 }).then(
        () => 'done',
        (error) => error.kind,
      )
      expect(['done', 'changed', 'file']).toContain(outcome)
      if (outcome === 'done') expect(isStored(await readFile(file))).toBe(true)
      else expect(stored()).toBeUndefined()
      bucket.objects.clear()
    }
  })
})

describe('an abort', () => {
  beforeEach(() => put(LARGE))
  const hang: Step = () => undefined

  it.each(['part 3', 'complete'])('settles at once while it waits for %s', async (stuck) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const reached = new Promise<void>((resolve) => {
      bucket.fault = (call) => {
        if (call !== stuck) return undefined
        resolve()
        return hang
      }
    })
    const call = failure(upload({}, { signal: controller.signal }))
    await reached
    const before = performance.now()
    controller.abort(reason)
    expect(await call).toMatchObject({ kind: 'aborted', cause: reason })
    expect(performance.now() - before).toBeLessThan(1000)
    await expect.poll(locks).toEqual([])
  })

  it('settles at once while it lists parts, and before it began', async () => {
    await interruptedAfter(1)
    bucket.fault = (call) => (call === 'parts' ? hang : undefined)
    const controller = new AbortController()
    const call = failure(upload({}, { signal: controller.signal }))
    await expect.poll(() => bucket.calls).toEqual(['parts'])
    controller.abort()
    expect(await call).toMatchObject({ kind: 'aborted' })
    expect(await failure(upload({}, { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' })
    expect(bucket.calls).toEqual(['parts'])
  })

  it('gives up an upload in the background whose beginning was not answered yet', async () => {
    const controller = new AbortController()
    bucket.lost = async (call) => {
      if (call !== 'create') return undefined
      controller.abort()
      await new Promise((resolve) => setTimeout(resolve, 50))
      return undefined
    }
    expect(await failure(upload({}, { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    expect(bucket.uploads.size).toBe(1)
    await cos.close()
    expect([bucket.uploads.size, bucket.calls]).toEqual([0, ['create', 'abort']])
  })

  it('gives the upload up in the background when that is wanted, as often as it takes', async () => {
    const controller = new AbortController()
    const faults = [reset, reply(503)]
    bucket.fault = (call) => {
      if (call === 'part 3') {
        controller.abort()
        return hang
      }
      return call === 'abort' ? faults.shift() : undefined
    }
    await failure(upload({}, { signal: controller.signal, checkpoint: false }))
    await cos.close()
    expect([bucket.uploads.size, bucket.count('abort')]).toEqual([0, 3])
  })

  it('is what closing the client does', async () => {
    bucket.fault = (call) => {
      if (call !== 'part 3') return undefined
      void cos.close()
      return hang
    }
    expect(await failure(upload({}, { checkpoint: false }))).toMatchObject({ kind: 'aborted' })
    await cos.close()
    expect(bucket.uploads.size).toBe(0)
  })

  it('does not wait for a disk that does not answer', async () => {
    const checkpoints = () => ({
      has: async () => false,
      open: () => new Promise<never>(() => undefined),
    })
    const client = clientOf(server, {}, { ...fakeTime(), platform: { ...fakeTime().platform, checkpoints } })
    const controller = new AbortController()
    const call = failure(upload({}, { signal: controller.signal }, client))
    await new Promise((resolve) => setTimeout(resolve, 50))
    controller.abort()
    expect(await call).toMatchObject({ kind: 'aborted' })
    expect(bucket.calls).toEqual([])
  })

  it('lets the same file be uploaded again right away', async () => {
    const controller = new AbortController()
    bucket.fault = (call) => {
      if (call !== 'part 3' || controller.signal.aborted) return undefined
      controller.abort()
      return hang
    }
    await failure(upload({}, { signal: controller.signal }))
    await upload()
    expect(isStored(LARGE)).toBe(true)
  })
})

describe('uploads of others', () => {
  beforeEach(() => put(LARGE))
  const other = (parts: readonly (readonly [number, Buffer])[], key = 'k') => {
    bucket.uploads.set(`upload-9${bucket.uploads.size}`, { key, headers: {}, parts: new Map(parts) })
  }
  const part = (number: number) => [number, LARGE.subarray((number - 1) * 5 * MIB, number * 5 * MIB)] as const

  it('are not looked for unasked', async () => {
    other([part(1)])
    await upload()
    expect([bucket.count('uploads'), bucket.sentParts()]).toEqual([0, FIVE])
  })

  it('are gone on with when all they have is of this content', async () => {
    other([part(1), part(3)], 'other')
    other([part(2), part(4)])
    const done = await upload({ PartSize: 9 }, { findUploads: true })
    expect([bucket.count('create'), bucket.sentParts()]).toEqual([0, [1, 3, 5]])
    expect(done.bytesResumed).toBe(10 * MIB)
    expect(isStored(LARGE)).toBe(true)
  })

  it('are left alone when any part is of something else', async () => {
    other([part(1), [2, randomBytes(5 * MIB)]])
    other([part(1), [2, LARGE.subarray(5 * MIB, 9 * MIB)]])
    other([part(1), [9, LARGE.subarray(0, 5 * MIB)]])
    other([])
    await upload({}, { findUploads: true })
    expect([bucket.count('create'), bucket.sentParts()]).toEqual([1, FIVE])
    expect(bucket.uploads.size).toBe(4)
  })

  it('may not be listed by everybody', async () => {
    bucket.fault = (call) => (call === 'uploads' ? errorXml(403, 'AccessDenied') : undefined)
    expect(await failure(upload({}, { findUploads: true }))).toMatchObject({ code: 'AccessDenied' })
  })
})

it('keeps nothing of the attributes, and nothing that others may read', async () => {
  await put(LARGE)
  await interruptedAfter(2, { Metadata: { secret: 'very-secret-indeed' } })
  const [name = ''] = await records()
  const text = await readFile(join(folder, 'state', name), 'utf8')
  expect(text).not.toContain('very-secret-indeed')
  expect(JSON.parse(text)).toMatchObject({ version: 1, uploadId: 'upload-1', partBytes: 5 * MIB })
  expect((await stat(join(folder, 'state', name))).mode & 0o077).toBe(0)
})
