// Uploads of files that a user chose, of another origin, with reloads and other tabs in between.
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, truncate, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { residentBytes } from './memory.js'
import {
  IN_CHROMIUM,
  type InPage,
  inPage,
  inWorker,
  isChromiumThere,
  type Stage,
  startStage,
} from './stage.js'

const MIB = 1024 * 1024
const PART_MIB = 8

interface Given {
  readonly options: Stage['server']['clientOptions']
  readonly Bucket: string
  readonly Key: string
  readonly checkpoint?: boolean
  readonly TrafficLimit?: number
}

/** What the page tells of an upload. */
interface Told {
  readonly outcome: string
  readonly bytesResumed?: number
  readonly partNumber?: number | undefined
}

/** Uploads the file that was chosen; how far it is stands in `globalThis.done`. */
const upload: InPage<Given, Told> = async ({ CosClient, CosError }, { options, checkpoint, ...members }) => {
  const page = globalThis as unknown as {
    document: { querySelector(selector: string): { files: [File] } }
    done: number
    stop(): void
  }
  const [file] = page.document.querySelector('#file').files
  const controller = new AbortController()
  page.stop = () => controller.abort()
  page.done = 0
  try {
    const { bytesResumed } = await new CosClient(options).uploadFile(
      { ...members, File: file, PartSize: 8, MAXThread: 3 },
      {
        checkpoint,
        signal: controller.signal,
        onProgress: ({ bytesDone }) => {
          page.done = bytesDone
        },
      },
    )
    return { outcome: 'stored', bytesResumed }
  } catch (error) {
    if (!(error instanceof CosError)) return { outcome: String(error) }
    return { outcome: 'kind' in error ? String(error.kind) : error.message, partNumber: error.partNumber }
  }
}

describe.skipIf(!isChromiumThere)(IN_CHROMIUM, () => {
  let stage: Stage
  let folder: string
  let page: Page
  let given: Given
  let keys = 0
  beforeAll(async () => {
    stage = await startStage()
    folder = await mkdtemp(join(tmpdir(), 'coset-browser-files-'))
  })
  beforeEach(async () => {
    page = await stage.newPage()
    given = { options: { ...stage.server.clientOptions }, Bucket: stage.Bucket, Key: `key-${++keys}` }
    stage.requests.length = 0
    return () => page.close()
  })
  afterAll(async () => {
    await stage?.stop()
    if (folder) await rm(folder, { recursive: true })
  })

  const newFile = async (name: string, mib: number) => {
    const path = join(folder, name)
    const file = await open(path, 'w')
    for (let at = 0; at < mib; at++) await file.write(randomBytes(MIB))
    await file.close()
    return path
  }
  /** Without the preflights, of which each part has one: browsers remember them by URL. */
  const partsSent = () =>
    stage.requests.filter(({ method, url }) => method === 'PUT' && url.includes('partNumber=')).length
  const isDone = (mib: number, on = page) =>
    on.waitForFunction((bytes) => (globalThis as unknown as { done: number }).done >= bytes, mib * MIB)
  const expectStored = async (path: string) => {
    const { Body } = await stage.cos.getObject({ Bucket: given.Bucket, Key: given.Key })
    expect(await digestOf(Body)).toBe(await digestOf(createReadStream(path)))
  }

  it('uploads 300 MiB in flat memory, and after a reload sends only what is missing', async () => {
    const path = await newFile('large', 300)
    const count = Math.ceil(300 / PART_MIB)
    await page.setInputFiles('#file', path)
    const memory = await residentBytes(stage.context, page)
    const first = inPage(page, upload, given).catch(() => 'gone')
    await isDone(100)
    await page.reload()
    expect(await first).toBe('gone')
    const { Upload } = await stage.cos.listMultipartUploads({ Bucket: given.Bucket, Prefix: given.Key })
    expect(Upload).toHaveLength(1)
    const UploadId = Upload[0]?.UploadId ?? ''
    const { Part } = await stage.cos.listParts({ Bucket: given.Bucket, Key: given.Key, UploadId })
    expect(Part.length).toBeGreaterThanOrEqual(100 / PART_MIB)
    expect(Part.length).toBeLessThan(count)
    stage.requests.length = 0
    await page.setInputFiles('#file', path)
    const told = await inPage(page, upload, given)
    expect(told).toEqual({ outcome: 'stored', bytesResumed: Part.length * PART_MIB * MIB })
    expect(partsSent()).toBe(count - Part.length)
    await expectStored(path)
    const { heapBytes, rendererBytes } = await memory.stop()
    console.info(
      `300 MiB from a page: heap at most ${mib(heapBytes)} MiB, its process ${mib(rendererBytes)} MiB more than before`,
    )
    expect(heapBytes).toBeLessThan(32 * MIB)
    // What waits for the collector goes up and down by some 100 MiB, for files of any size.
    expect(rendererBytes).toBeLessThan(200 * MIB)
  })

  it('starts afresh when the file was edited since', async () => {
    const path = await newFile('edited', 40)
    await page.setInputFiles('#file', path)
    const first = inPage(page, upload, given).catch(() => 'gone')
    await isDone(8)
    await page.reload()
    await first
    await newFile('edited', 40)
    stage.requests.length = 0
    await page.setInputFiles('#file', path)
    expect(await inPage(page, upload, given)).toEqual({ outcome: 'stored', bytesResumed: 0 })
    expect(partsSent()).toBe(5)
    await expectStored(path)
    const left = await stage.cos.listMultipartUploads({ Bucket: given.Bucket, Prefix: given.Key })
    expect(left.Upload).toEqual([])
  })

  it('refuses a file that changes while it is sent', async () => {
    const path = await newFile('changing', 64)
    await page.setInputFiles('#file', path)
    const uploading = inPage(page, upload, given)
    await isDone(8)
    await truncate(path, 30 * MIB)
    await utimes(path, 1, 1)
    expect(await uploading).toMatchObject({ outcome: 'changed' })
    expect(await stage.cos.objectExists({ Bucket: given.Bucket, Key: given.Key })).toBe(false)
  })

  it('lets one tab at a time at an upload with a record, and any without', async () => {
    const path = await newFile('tabs', 64)
    const other = await stage.newPage()
    await page.setInputFiles('#file', path)
    await other.setInputFiles('#file', path)
    const first = inPage(page, upload, { ...given, TrafficLimit: 10 * MIB * 8 })
    await isDone(8)
    expect(await inPage(other, upload, given)).toMatchObject({ outcome: 'locked' })
    const third = inPage(other, upload, { ...given, checkpoint: false })
    expect(await Promise.all([first, third])).toMatchObject([{ outcome: 'stored' }, { outcome: 'stored' }])
    await expectStored(path)
    // The lock is free again, and nothing is on record.
    expect(await inPage(other, upload, given)).toEqual({ outcome: 'stored', bytesResumed: 0 })
    await other.close()
  })

  it('stops at once when told to, and goes on later', async () => {
    const path = await newFile('stopped', 64)
    await page.setInputFiles('#file', path)
    const uploading = inPage(page, upload, given)
    await isDone(16)
    await page.evaluate(() => (globalThis as unknown as { stop(): void }).stop())
    const startMs = performance.now()
    expect(await uploading).toMatchObject({ outcome: 'aborted' })
    expect(performance.now() - startMs).toBeLessThan(1000)
    const told = await inPage(page, upload, given)
    expect(told.outcome).toBe('stored')
    expect(told.bytesResumed).toBeGreaterThanOrEqual(16 * MIB)
    await expectStored(path)
  })

  it('does all this in a worker too', async () => {
    const told = await inWorker(
      page,
      async ({ CosClient }, { options, Bucket, Key }) => {
        const bytes = new Uint8Array(1024 * 1024)
        const parts = Array.from({ length: 40 }, (_, at) => bytes.fill(at).slice())
        const input = {
          Bucket,
          Key,
          File: new File(parts, 'name', { lastModified: 1, type: 'a/b' }),
          PartSize: 8,
        }
        const cos = new CosClient(options)
        const controller = new AbortController()
        const stopped = await cos
          .uploadFile(input, {
            checkpoint: true,
            signal: controller.signal,
            onProgress: ({ bytesDone }) => bytesDone > 0 && controller.abort(),
          })
          .catch((error) => error.kind)
        const { bytesResumed } = await cos.uploadFile(input, { checkpoint: true })
        const { ContentLength, ContentType } = await cos.headObject({ Bucket, Key })
        return [stopped, bytesResumed > 0, ContentLength, ContentType]
      },
      given,
    )
    expect(told).toEqual(['aborted', true, 40 * MIB, 'a/b'])
  })

  it('goes on without a record where the browser keeps none, unless one was asked for', async () => {
    await page.setInputFiles('#file', await newFile('unkept', 24))
    await page.evaluate(() => {
      const get = () => {
        throw new DOMException('This page may not.', 'SecurityError')
      }
      Object.defineProperty(globalThis, 'indexedDB', { get })
      // As on pages that are not secure.
      Object.defineProperty(Reflect.get(globalThis, 'navigator'), 'locks', { value: undefined })
    })
    expect(await inPage(page, upload, { ...given, checkpoint: true })).toMatchObject({ outcome: 'file' })
    expect(await inPage(page, upload, given)).toEqual({ outcome: 'stored', bytesResumed: 0 })
  })

  it('says which header a rule has to expose', async () => {
    const Bucket = await stage.newBucket()
    await stage.allow(Bucket, { ExposeHeader: [] })
    await page.setInputFiles('#file', await newFile('hidden', 24))
    const message = await inPage(
      page,
      async ({ CosClient }, { options, Bucket, Key }) => {
        const page = globalThis as unknown as {
          document: { querySelector(selector: string): { files: [File] } }
        }
        const [file] = page.document.querySelector('#file').files
        return new CosClient(options).uploadFile({ Bucket, Key, File: file }).catch((error) => error.message)
      },
      { ...given, Bucket },
    )
    expect(message).toMatch(/ETag.*ExposeHeader/)
  })
})

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0)
}
