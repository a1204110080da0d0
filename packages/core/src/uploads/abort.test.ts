import { partNamed, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reclaimGarbage } from '../tasks/reclaim.js'

let bucket: TestBucket
let upload: TestUpload
beforeEach(async () => {
  bucket = await TestBucket.open()
  upload = await TestUpload.of(bucket, 'key', [partNamed('a'), partNamed('b'), ''])
})
afterEach(() => bucket.close())

const noSuchUpload = { code: 'NoSuchUpload' }

describe('an aborted upload', () => {
  it('is gone, with its parts and their bytes', async () => {
    await upload.abort()
    await expect(upload.abort()).rejects.toMatchObject(noSuchUpload)
    await expect(upload.put(1, 'x')).rejects.toMatchObject(noSuchUpload)
    await expect(upload.parts()).rejects.toMatchObject(noSuchUpload)
    await expect(upload.complete()).rejects.toMatchObject(noSuchUpload)
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [], uploads: 0 })
  })

  it('leaves its key and the other uploads of it alone', async () => {
    await bucket.put('key', 'object')
    const other = await TestUpload.of(bucket, 'key', ['other'])
    await upload.abort()
    await bucket.reclaimAndAudit()
    expect(await bucket.read('key')).toBe('object')
    await other.complete()
    expect(await bucket.read('key')).toBe('other')
  })

  it('gives its bytes back at once, as nobody reads parts', async () => {
    await upload.abort()
    await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
    expect(await bucket.store.blobs.list({ limit: 10 })).toEqual([])
  })

  it.each([
    { key: 'other' },
    { uploadId: 'x' },
    { uploadId: '' },
    { uploadId: `${'1'.repeat(13)}${'0'.repeat(32)}` },
  ])('is not one of another name: %o', async (name) => {
    const other = Object.assign(Object.create(upload) as TestUpload, { name: { ...upload.name, ...name } })
    await expect(other.abort()).rejects.toMatchObject(noSuchUpload)
    expect((await upload.parts()).parts).toHaveLength(3)
  })
})
