import { LIMITS } from '@coset/model'
import { interruptingCommit, storeAbove, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deleteBucket } from '../buckets/delete.js'
import { createUpload } from './create.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

describe('a new upload', () => {
  it('has an id of its own, and no object yet', async () => {
    const [one, two] = [await TestUpload.begin(bucket, 'key'), await TestUpload.begin(bucket, 'key')]
    expect(one.id).toMatch(/^\d{13}[0-9a-f]{32}$/)
    expect(one.id).not.toBe(two.id)
    expect((await bucket.list()).objects).toEqual([])
    expect((await one.parts()).parts).toEqual([])
  })

  it.each([
    ['a', 'KeyTooLong', { key: 'k'.repeat(851) }],
    ['b', 'InvalidObjectName', { key: '/k' }],
    ['c', 'MetadataTooLarge', { metadata: { a: 'v'.repeat(LIMITS.metadataBytesMax) } }],
    ['d', 'MetadataTooLarge', { headers: { expires: 'v'.repeat(LIMITS.storedHeadersBytesMax) } }],
    ['e', 'MAZOperationNotSupportOnOAZBucket', { storageClass: 'MAZ_STANDARD' }],
    ['f', 'NoSuchBucket', { bucket: 'other-1250000000' }],
  ] as const)('is refused where an object would be: %s %s', async (_name, code, input) => {
    const { key = 'k' } = 'key' in input ? input : {}
    await expect(TestUpload.begin(bucket, key, input)).rejects.toMatchObject({ code })
    expect((await bucket.reclaimAndAudit()).uploads).toBe(0)
  })

  it('takes attributes as large as they may be', async () => {
    await TestUpload.begin(bucket, 'k'.repeat(850), {
      metadata: { a: 'v'.repeat(LIMITS.metadataBytesMax - 1) },
    })
    expect((await bucket.reclaimAndAudit()).uploads).toBe(1)
  })

  it('keeps the bucket from being deleted, until it is aborted', async () => {
    const upload = await TestUpload.begin(bucket, 'key')
    const gone = () => deleteBucket(bucket.call, bucket.store, bucket.name)
    await expect(gone()).rejects.toMatchObject({ code: 'BucketNotEmpty' })
    await upload.abort()
    await gone()
    await expect(upload.parts()).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })

  it('is not begun in a bucket that is deleted meanwhile, and keeps one that was about to be', async () => {
    const { body: _body, expected: _expected, ...target } = bucket.putInput('key', '')
    const gone = (store = bucket.store) => deleteBucket(bucket.call, store, bucket.name)
    const begin = (store = bucket.store) => createUpload(bucket.call, store, target)
    const deleting = await storeAbove(interruptingCommit(bucket.store, begin))
    await expect(gone(deleting)).rejects.toMatchObject({ code: 'BucketNotEmpty' })
    await bucket.close()
    bucket = await TestBucket.open()
    const beginning = await storeAbove(interruptingCommit(bucket.store, gone))
    await expect(begin(beginning)).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })

  it('with forbid-overwrite is refused for a key that is there', async () => {
    await bucket.put('key', 'x')
    const begin = () => TestUpload.begin(bucket, 'key', { forbidOverwrite: true })
    await expect(begin()).rejects.toMatchObject({ code: 'FileAlreadyExists' })
    await bucket.setVersioning('Suspended')
    await begin()
  })
})
