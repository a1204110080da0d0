import { isArchived, type StorageClass } from '@coset/model'
import { bodyOf, bytesNamed, TestBucket } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { putObject } from '../objects/put.js'
import { createUpload } from '../uploads/create.js'
import { putPart } from '../uploads/put-part.js'

const LARGE = bytesNamed('large', 100_000)
const CLASSES: readonly StorageClass[] = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
]

/** A bucket, and what its blobs were asked for as they were written. */
async function scene() {
  const bucket = await TestBucket.open()
  const { blobs } = bucket.store
  const asked: (boolean | undefined)[] = []
  const write: typeof blobs.write = (body, options) => {
    asked.push(options.cold)
    return blobs.write(body, options)
  }
  return { bucket, asked, store: { ...bucket.store, blobs: { ...blobs, write } } }
}

describe('cold storage is asked for by archived content alone', () => {
  it.each(CLASSES)('put in %s, but not when it is small enough for its row', async (storageClass) => {
    const { bucket, asked, store } = await scene()
    await putObject(bucket.call, store, bucket.putInput('large', LARGE, { storageClass }))
    await putObject(bucket.call, store, bucket.putInput('small', 'x', { storageClass }))
    expect(asked).toEqual([isArchived(storageClass)])
  })

  it.each(CLASSES)('uploaded as a part of an object in %s', async (storageClass) => {
    const { bucket, asked, store } = await scene()
    const { body: _, expected, ...target } = bucket.putInput('key', '', { storageClass })
    const uploadId = await createUpload(bucket.call, store, target)
    const part = { bucket: bucket.name, key: 'key', uploadId, partNumber: 1 }
    await putPart(bucket.call, store, { ...part, expected, body: bodyOf('x') })
    expect(asked).toEqual([isArchived(storageClass)])
  })
})
