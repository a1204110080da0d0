// Completing once more: a client that lost the answer asks again, and must learn what came of it.
import { LIMITS } from '@coset/model'
import {
  failingCommit,
  faultyPorts,
  losingCommit,
  partNamed,
  storeAbove,
  TestBucket,
  TestUpload,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBucket } from '../buckets/create.js'
import { deleteBucket } from '../buckets/delete.js'
import { removeLapsed } from '../tasks/reclaim.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const noSuchUpload = { code: 'NoSuchUpload' }
const sweep = () => removeLapsed(bucket.call, bucket.store, bucket.clock.now())

/** Rows kept for those who ask again. */
async function keptRows(): Promise<number> {
  const { metadata } = bucket.store
  const pages = await Promise.all(
    ['completed', 'lapse'].map((table) =>
      metadata.scan({ start: Buffer.from(`${table}/`), end: Buffer.from(`${table}0`) }, { limit: 1000 }),
    ),
  )
  return pages.flat().length
}

describe('a repeated complete', () => {
  it.each([
    'never',
    'Enabled',
    'Suspended',
  ] as const)('is answered as the first (versioning: %s)', async (state) => {
    if (state !== 'never') await bucket.setVersioning(state)
    const upload = await TestUpload.begin(bucket, 'key', { storageClass: 'STANDARD_IA' })
    await upload.put(1, partNamed('a'))
    await upload.put(2, 'b')
    const first = await upload.complete()
    bucket.clock.advance(3600_000)
    expect(await upload.complete()).toEqual(first)
    expect((await bucket.listVersions()).versions).toHaveLength(1)
    await bucket.reclaimAndAudit()
  })

  it('is answered for a day, and NoSuchUpload from then on', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['x'])
    const first = await upload.complete()
    bucket.clock.advance(LIMITS.completedUploadMs - 1)
    await sweep()
    expect(await upload.complete()).toEqual(first)
    expect(await keptRows()).toBe(2)
    bucket.clock.advance(1)
    // Before the rows are swept as after.
    await expect(upload.complete()).rejects.toMatchObject(noSuchUpload)
    await sweep()
    await expect(upload.complete()).rejects.toMatchObject(noSuchUpload)
    expect(await keptRows()).toBe(0)
    expect(await bucket.read('key')).toBe('x')
  })

  it('leaves an object that came later alone', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['multi'])
    const first = await upload.complete()
    await bucket.put('key', 'later')
    expect(await upload.complete()).toEqual(first)
    expect(await bucket.read('key')).toBe('later')
    await bucket.delete('key')
    expect(await upload.complete()).toEqual(first)
    await expect(bucket.read('key')).rejects.toMatchObject({ code: 'NoSuchKey' })
    expect((await bucket.reclaimAndAudit()).stored).toEqual([])
  })

  it.each([
    ['fewer parts', [1]],
    ['other ETags', 'other'],
    ['no parts it ever had', [3]],
  ] as const)('with %s is NoSuchUpload', async (_name, list) => {
    const upload = await TestUpload.of(bucket, 'key', [partNamed('a'), 'b'])
    await upload.complete()
    const parts =
      list === 'other'
        ? upload.list().map((part) => ({ ...part, etag: '0'.repeat(32) }))
        : upload.list(...list)
    await expect(upload.complete(parts)).rejects.toMatchObject(noSuchUpload)
  })

  it('for another key, or in a bucket made anew, is NoSuchUpload', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['x'])
    await upload.complete()
    await expect(upload.complete(undefined, { key: 'other' })).rejects.toMatchObject(noSuchUpload)
    await bucket.delete('key')
    await deleteBucket(bucket.call, bucket.store, bucket.name)
    await expect(upload.complete()).rejects.toMatchObject({ code: 'NoSuchBucket' })
    const input = { name: bucket.name, region: 'r', owner: 'o', acl: {}, tags: [] }
    await createBucket(bucket.call, bucket.store, input)
    await expect(upload.complete()).rejects.toMatchObject(noSuchUpload)
  })

  it('ends every other use of the upload', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['x'])
    await upload.complete()
    await expect(upload.abort()).rejects.toMatchObject(noSuchUpload)
    await expect(upload.put(2, 'y')).rejects.toMatchObject(noSuchUpload)
    await expect(upload.parts()).rejects.toMatchObject(noSuchUpload)
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(1)
    expect(await bucket.read('key')).toBe('x')
  })

  it('finds done what was written though its outcome was lost', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['x'])
    const store = await storeAbove(faultyPorts(bucket.store, losingCommit(new Error('gone'))))
    await expect(upload.complete(undefined, {}, store)).rejects.toThrow('gone')
    expect(await upload.complete()).toMatchObject({ storageClass: 'STANDARD' })
    expect(await bucket.read('key')).toBe('x')
  })

  it('does what failed before it was written', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['x'])
    const store = await storeAbove(faultyPorts(bucket.store, failingCommit(new Error('gone'))))
    await expect(upload.complete(undefined, {}, store)).rejects.toThrow('gone')
    await expect(bucket.read('key')).rejects.toMatchObject({ code: 'NoSuchKey' })
    await upload.complete(undefined, {}, store)
    expect(await bucket.read('key')).toBe('x')
  })
})

it('many answers lapse in one run', async () => {
  for (let number = 0; number < 300; number++) {
    bucket.clock.advance(1)
    await (await TestUpload.of(bucket, `key ${number}`, [''])).complete()
  }
  bucket.clock.advance(LIMITS.completedUploadMs - 100)
  await sweep()
  expect(await keptRows()).toBe(200)
  bucket.clock.advance(100)
  await sweep()
  expect(await keptRows()).toBe(0)
})
