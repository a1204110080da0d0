import { isArchived, type StorageClass } from '@coset/model'
import { auditExactly, bodyOf, bytesNamed, TestBucket, TestUpload } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { copyObject } from '../objects/copy.js'
import { headObject } from '../objects/get.js'
import { putObject } from '../objects/put.js'
import { restoreObject } from '../objects/restore.js'
import { copyPart } from '../uploads/copy-part.js'
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

describe('where cold storage is of another kind', () => {
  /** Copies between classes, and what was written for it. */
  async function copied(from: StorageClass, to: StorageClass, content: Uint8Array = LARGE) {
    const { bucket, asked, store: plain } = await scene()
    const store = { ...plain, hasColdStorage: true }
    await putObject(bucket.call, store, bucket.putInput('source', content, { storageClass: from }))
    if (isArchived(from)) {
      const durationsMs = { ARCHIVE: { Standard: 0 }, DEEP_ARCHIVE: { Standard: 0 } }
      const name = { bucket: bucket.name, key: 'source' }
      await restoreObject(bucket.call, store, { ...name, days: 1, tier: 'Standard', durationsMs })
    }
    asked.length = 0
    const { body: _body, expected: _expected, ...target } = bucket.putInput('copy', '', { storageClass: to })
    const result = await copyObject(bucket.call, store, {
      ...target,
      source: { bucket: bucket.name, key: 'source', conditions: {} },
      replacesMetadata: false,
      replacesTags: false,
    })
    return { bucket, store, asked, result }
  }

  it.each([
    ['STANDARD', 'ARCHIVE', [true]],
    ['ARCHIVE', 'STANDARD', [false]],
    ['STANDARD', 'STANDARD_IA', []],
    ['ARCHIVE', 'DEEP_ARCHIVE', []],
  ] as const)('a copy from %s to %s moves bytes only if it must', async (from, to, moves) => {
    const { bucket, store, asked, result } = await copied(from, to)
    expect(asked).toEqual(moves)
    const head = await headObject(bucket.call, store, { bucket: bucket.name, key: 'copy', conditions: {} })
    expect(head.version).toMatchObject({ storageClass: to, etag: result.etag, crc64: result.crc64 })
    if (!isArchived(to)) expect(await bucket.read('copy')).toBe(Buffer.from(LARGE).toString())
    await auditExactly(bucket.store)
  })

  it.each([
    ['STANDARD', 'ARCHIVE', [true]],
    ['ARCHIVE', 'STANDARD', [false]],
    ['STANDARD', 'STANDARD_IA', []],
    ['ARCHIVE', 'DEEP_ARCHIVE', []],
  ] as const)('a part copied from %s to %s moves bytes only if it must', async (from, to, moves) => {
    const { bucket, asked, store } = await copied(from, from)
    const { body: _body, expected: _expected, ...target } = bucket.putInput('copy', '', { storageClass: to })
    const uploadId = await createUpload(bucket.call, store, target)
    asked.length = 0
    const name = { bucket: bucket.name, key: 'copy', uploadId, partNumber: 1 }
    const source = { bucket: bucket.name, key: 'source', conditions: {} }
    const part = await copyPart(bucket.call, store, { ...name, source, range: { first: 1, last: 50_000 } })
    expect(asked).toEqual(moves)
    expect(part.crc64).toBe(store.crc64.of(LARGE.subarray(1, 50_001)))
    await auditExactly(bucket.store)
  })

  it('small content goes with its row', async () => {
    expect((await copied('STANDARD', 'ARCHIVE', Buffer.from('small'))).asked).toEqual([])
  })

  it('leaves nothing behind when the source is replaced while its bytes move', async () => {
    const { bucket, store: plain } = await scene()
    await bucket.put('source', LARGE)
    const other = bytesNamed('other', 90_000)
    let writes = 0
    const write: typeof plain.blobs.write = async (body, options) => {
      const written = await plain.blobs.write(body, options)
      if (writes++ === 0) await bucket.put('source', other)
      return written
    }
    const store = { ...plain, hasColdStorage: true, blobs: { ...plain.blobs, write } }
    const {
      body: _body,
      expected: _expected,
      ...target
    } = bucket.putInput('copy', '', { storageClass: 'ARCHIVE' })
    const source = { bucket: bucket.name, key: 'source', conditions: {} }
    await copyObject(bucket.call, store, { ...target, source, replacesMetadata: false, replacesTags: false })
    const head = await headObject(bucket.call, store, { bucket: bucket.name, key: 'copy', conditions: {} })
    expect(head.version.size).toBe(90_000)
    expect(writes).toBe(2)
    await auditExactly(bucket.store)
  })

  it('leaves nothing behind when the source of a part is replaced while its bytes move', async () => {
    const { bucket, store: plain } = await scene()
    await bucket.put('source', LARGE)
    let writes = 0
    const write: typeof plain.blobs.write = async (body, options) => {
      const written = await plain.blobs.write(body, options)
      if (writes++ === 0) await bucket.put('source', bytesNamed('other', 90_000))
      return written
    }
    const store = { ...plain, hasColdStorage: true, blobs: { ...plain.blobs, write } }
    const upload = await TestUpload.begin(bucket, 'copy', { storageClass: 'ARCHIVE' })
    const source = { bucket: bucket.name, key: 'source', conditions: {} }
    const part = await copyPart(bucket.call, store, { ...upload.name, partNumber: 1, source })
    expect(part.size).toBe(90_000)
    expect(writes).toBe(2)
    await auditExactly(bucket.store)
  })
})
