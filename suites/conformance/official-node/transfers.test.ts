// Files in parts, by what the official Node SDK makes of its own calls: slices, pauses, resumed uploads, downloads.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type COS from 'cos-nodejs-sdk-v5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { eachStyle, failureOf, refusal } from './stations.js'

const MIB = 1024 * 1024
const CONTENT = randomBytes(5 * MIB + 12_345)

eachStyle((at) => {
  let dir = ''
  let file = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-transfers-'))
    file = await fileOf('large', CONTENT)
  })
  // The SDK writes what it remembers a while after it is done.
  afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }))

  async function fileOf(name: string, content: Buffer): Promise<string> {
    const path = join(dir, name)
    await writeFile(path, content)
    return path
  }

  /** What the SDK remembers of its uploads goes into the temporary folder. */
  const client = (options: COS.COSOptions = {}) =>
    at.client({ ConfCwd: dir, ProgressInterval: 1, ...options })
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
  const digest = async (Key: string) => md5((await at.cos.getObject(named(Key))).Body)
  const uploads = async (Prefix: string) =>
    (await at.cos.multipartList({ Bucket: at.Bucket, Region: at.Region, Prefix, Delimiter: '' })).Upload

  /** The numbers of the parts that a client sends, as it sends them. */
  function sentParts(cos: COS, onPart: (number: number) => void = () => {}): number[] {
    const numbers: number[] = []
    const emitter = cos as unknown as { on(event: string, listener: (options: unknown) => void): void }
    emitter.on('before-send', (options) => {
      const { qs, url } = options as { qs?: Record<string, unknown>; url?: string }
      const number = Number(qs?.partNumber ?? /partNumber=(\d+)/.exec(url ?? '')?.[1])
      if (!number) return
      numbers.push(number)
      onPart(number)
    })
    return numbers
  }

  describe('sliceUploadFile', () => {
    it.each([
      [1, 6],
      [2, 3],
      [5, 2],
      [16, 1],
    ])('sends slices of %i MiB', async (mib, count) => {
      const Key = `slices of ${mib}`
      const cos = client()
      const numbers = sentParts(cos)
      const progress: number[] = []
      const done = await cos.sliceUploadFile({
        ...named(Key),
        FilePath: file,
        ChunkSize: mib * MIB,
        SliceSize: mib * MIB,
        ContentType: 'text/plain',
        onProgress: ({ percent }) => progress.push(percent),
      })
      expect(done).toMatchObject({ statusCode: 200, ETag: expect.stringMatching(new RegExp(`-${count}"$`)) })
      expect([...numbers].sort()).toEqual(Array.from({ length: count }, (_, at) => at + 1))
      expect(progress.at(-1)).toBe(1)
      expect(await digest(Key)).toBe(md5(CONTENT))
      expect(await uploads(Key)).toEqual([])
    })

    it('stores an empty file, and a byte', async () => {
      for (const size of [0, 1]) {
        const content = Buffer.alloc(size, 'x')
        const FilePath = await fileOf(`file of ${size}`, content)
        await client().sliceUploadFile({ ...named(`file of ${size}`), FilePath })
        expect(await digest(`file of ${size}`)).toBe(md5(content))
      }
    })

    it('goes on where it was paused', async () => {
      const cos = client({ ChunkParallelLimit: 1 })
      const numbers = sentParts(cos)
      let task = ''
      let isPaused = false
      let uploading: Promise<unknown> = Promise.resolve()
      const paused = new Promise<void>((resolve) => {
        const pause = (loaded: number) => {
          // Once: what goes on is not to be paused again.
          if (loaded < 2 * MIB || isPaused) return
          isPaused = true
          cos.pauseTask(task)
          resolve()
        }
        const upload = cos.sliceUploadFile({
          ...named('paused'),
          FilePath: file,
          ChunkSize: MIB,
          onTaskReady: (id) => {
            task = id
          },
          onProgress: ({ loaded }) => pause(loaded),
        })
        uploading = upload
      })
      await paused
      expect(cos.getTaskList().find(({ id }) => id === task)?.state).toBe('paused')
      expect(await uploads('paused')).toHaveLength(1)
      const before = numbers.length
      cos.restartTask(task)
      await uploading
      expect(numbers.slice(before)).not.toContain(1)
      expect(await digest('paused')).toBe(md5(CONTENT))
      expect(await uploads('paused')).toEqual([])
    })

    it('ends an upload it is told to cancel, which can be aborted', async () => {
      const cos = client({ ChunkParallelLimit: 1 })
      let task = ''
      const onTaskReady = (id: string) => {
        task = id
      }
      const cancelled = new Promise<void>((resolve) => {
        sentParts(cos, (number) => {
          if (number !== 2) return
          cos.cancelTask(task)
          resolve()
        })
      })
      // It never settles.
      void cos.sliceUploadFile({
        ...named('cancelled'),
        FilePath: file,
        onTaskReady,
      })
      await cancelled
      expect(await uploads('cancelled')).toHaveLength(1)
      await cos.abortUploadTask({ ...named('cancelled'), Level: 'file' })
      expect(await uploads('cancelled')).toEqual([])
    })

    /** Some parts of a file, as another client left them. */
    async function left(Key: string, content: Buffer, numbers: readonly number[]) {
      const { UploadId } = await at.cos.multipartInit(named(Key))
      for (const PartNumber of numbers) {
        const Body = content.subarray((PartNumber - 1) * MIB, PartNumber * MIB)
        await at.cos.multipartUpload({ ...named(Key), UploadId, PartNumber, Body })
      }
      return UploadId
    }

    it.each([
      ['none', [], [1, 2, 3, 4, 5, 6]],
      ['the first', [1, 2], [3, 4, 5, 6]],
      ['some', [2, 4, 6], [1, 3, 5]],
      ['all', [1, 2, 3, 4, 5, 6], []],
    ])('takes up what another client left, by its MD5s: %s', async (name, there, missing) => {
      const Key = `resumed ${name}`
      await left(Key, CONTENT, there)
      const cos = client()
      const numbers = sentParts(cos)
      const hashed: number[] = []
      await cos.sliceUploadFile({
        ...named(Key),
        FilePath: file,
        ChunkSize: MIB,
        onHashProgress: ({ percent }) => hashed.push(percent),
      })
      expect([...numbers].sort()).toEqual(missing)
      expect(await digest(Key)).toBe(md5(CONTENT))
      expect(await uploads(Key)).toEqual([])
    })

    it('begins anew where what was left is of another file', async () => {
      const id = await left('other', randomBytes(2 * MIB), [1, 2])
      await client().sliceUploadFile({ ...named('other'), FilePath: file, ChunkSize: MIB })
      expect(await digest('other')).toBe(md5(CONTENT))
      expect((await uploads('other')).map(({ UploadId }) => UploadId)).toEqual([id])
    })

    it('takes up, by a new client, what an earlier one did not finish', async () => {
      const first = client({ ChunkParallelLimit: 1 })
      let task = ''
      const onTaskReady = (id: string) => {
        task = id
      }
      const stopped = new Promise<void>((resolve) => {
        sentParts(first, (number) => {
          if (number !== 4) return
          first.cancelTask(task)
          resolve()
        })
      })
      void first.sliceUploadFile({ ...named('own'), FilePath: file, onTaskReady })
      await stopped
      const second = client()
      const numbers = sentParts(second)
      await second.sliceUploadFile({ ...named('own'), FilePath: file })
      expect(Math.min(...numbers)).toBeGreaterThan(1)
      expect(await digest('own')).toBe(md5(CONTENT))
    })

    it('fails as the server does', async () => {
      const bucket = { ...named('k'), Bucket: 'nowhere-1250000000' }
      expect(await refusal(client().sliceUploadFile({ ...bucket, FilePath: file }))).toBe('404 NoSuchBucket')
    })
  })

  it('uploadFile sends small files whole, and others in slices', async () => {
    const small = randomBytes(1000)
    const cos = client()
    const numbers = sentParts(cos)
    await cos.uploadFile({ ...named('small'), FilePath: await fileOf('small', small), SliceSize: MIB })
    expect(numbers).toEqual([])
    await cos.uploadFile({ ...named('uploaded'), FilePath: file, SliceSize: MIB })
    expect(numbers).toHaveLength(6)
    expect([await digest('small'), await digest('uploaded')]).toEqual([md5(small), md5(CONTENT)])
  })

  it('uploadFiles sends several, small and large', async () => {
    const contents = [10, MIB, MIB + 1, 3 * MIB, 0].map((size) => randomBytes(size))
    const files = await Promise.all(
      contents.map(async (content, number) => ({
        ...named(`many/${number}`),
        FilePath: await fileOf(`many ${number}`, content),
      })),
    )
    const finished: string[] = []
    const progress: number[] = []
    const result = await client().uploadFiles({
      files: files as never,
      SliceSize: MIB,
      onProgress: ({ percent }) => progress.push(percent),
      onFileFinish: (error, _data, options) => finished.push(`${options.Key} ${error ? 'failed' : 'done'}`),
    })
    expect(result.files.map((one) => one.error ?? null)).toEqual(contents.map(() => null))
    expect(finished.sort()).toEqual(contents.map((_, number) => `many/${number} done`))
    expect(progress.length).toBeGreaterThan(0)
    for (const [number, content] of contents.entries()) {
      expect(await digest(`many/${number}`)).toBe(md5(content))
    }
  })

  describe('downloadFile', () => {
    beforeAll(async () => {
      await client().sliceUploadFile({ ...named('download'), FilePath: file })
    })

    it.each([1, 2, 5, 16])('fetches chunks of %i MiB', async (mib) => {
      const FilePath = join(dir, `download ${mib}`)
      const progress: number[] = []
      await client().downloadFile({
        ...named('download'),
        FilePath,
        ChunkSize: mib * MIB,
        onProgress: ({ percent }) => progress.push(percent),
      })
      expect(md5(await readFile(FilePath))).toBe(md5(CONTENT))
      expect(progress.at(-1)).toBe(1)
    })

    it('takes up nothing, but replaces what a broken one left', async () => {
      const FilePath = await fileOf('broken', randomBytes(7 * MIB))
      await client().downloadFile({ ...named('download'), FilePath, onProgress: () => {} })
      expect(md5(await readFile(FilePath))).toBe(md5(CONTENT))
    })

    it('fails for an object that is not there', async () => {
      const FilePath = join(dir, 'nothing')
      const missing = client().downloadFile({ ...named('nothing'), FilePath, onProgress: () => {} })
      expect((await failureOf(missing)).statusCode).toBe(404)
    })
  })
})
