import { createHash } from 'node:crypto'
import { Fault, LIMITS } from '@coset/model'
import {
  auditExactly,
  bytesNamed,
  failingCommit,
  faultyPorts,
  interruptedPorts,
  storeAbove,
  TestBucket,
  TestCopies,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { appendObject } from '../objects/append.js'
import { changeVersion } from '../objects/change.js'
import type { Store } from '../store.js'
import { reclaimGarbage } from '../tasks/reclaim.js'
import { abortUpload } from './abort.js'

const MIB = 1024 * 1024
const LARGE = bytesNamed('large', 2 * MIB + 17)
const fault = (code: string) => expect.objectContaining({ code })
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

let bucket: TestBucket
let copies: TestCopies
beforeEach(async () => {
  bucket = await TestBucket.open()
  copies = new TestCopies(bucket)
  await copies.begin()
})
afterEach(() => bucket.close())

async function reclaim() {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
}

describe('a copied part is refused', () => {
  beforeEach(async () => {
    await bucket.put('source', LARGE)
  })

  it.each([
    ['beyond the end', 0, LARGE.length],
    ['from beyond the end', LARGE.length, LARGE.length],
    ['from its end to its beginning', 10, 9],
  ])('with a range %s', async (_name, first, last) => {
    await expect(copies.part({ first, last })).rejects.toThrow(fault('InvalidRange'))
  })

  it('of an empty source with any range', async () => {
    await bucket.put('source', '')
    await expect(copies.part({ first: 0, last: 0 })).rejects.toThrow(fault('InvalidRange'))
  })

  it('of more than 5 GB, of which a range may be taken', async () => {
    const name = { bucket: bucket.name, key: 'source' }
    const size = 10 * LIMITS.partBytesMax
    await changeVersion(bucket.call, bucket.store, name, (version) => ({ ...version, size }))
    await expect(copies.part()).rejects.toThrow(fault('EntityTooLarge'))
    await expect(copies.part({ first: 0, last: LIMITS.partBytesMax })).rejects.toThrow(
      fault('EntityTooLarge'),
    )
    expect(await copies.part({ first: 1, last: 100 })).toMatchObject({ size: 100 })
  })

  it.each([0, 10_001, 1.5])('with the number %d', async (partNumber) => {
    await expect(copies.part({ partNumber })).rejects.toThrow(fault('InvalidArgument'))
  })

  it('without its upload, and with that of another key', async () => {
    await expect(copies.part({ key: 'other' })).rejects.toThrow(fault('NoSuchUpload'))
    await expect(copies.part({ uploadId: 'none' })).rejects.toThrow(fault('NoSuchUpload'))
    await expect(copies.part({ bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
  })

  it('for what a copy is refused for', async () => {
    await expect(copies.part({ source: { key: 'none' } })).rejects.toThrow(fault('NoSuchKey'))
    const conditions = { ifNoneMatch: md5(LARGE) }
    await expect(copies.part({ source: { conditions } })).rejects.toThrow(fault('PreconditionFailed'))
    await bucket.put('source', 'x', { storageClass: 'ARCHIVE' })
    await expect(copies.part()).rejects.toThrow(fault('InvalidObjectState'))
    await bucket.delete('source')
    await appendObject(bucket.call, bucket.store, { ...bucket.putInput('source', 'x'), position: 0 })
    await expect(copies.part()).rejects.toThrow(fault('InvalidCopySource'))
  })

  it('when the store refuses the commit, and leaves nothing that was written for it', async () => {
    await bucket.put('source', 'small')
    const refused = new Fault('InsufficientStorage')
    const store = await storeAbove(faultyPorts(bucket.store, failingCommit(refused)))
    await expect(copies.part({}, store)).rejects.toThrow(refused)
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], uploads: 1 })
  })
})

describe('a source that changes while it is copied', () => {
  const range = { first: 1, last: MIB }
  beforeEach(async () => {
    await bucket.put('source', LARGE)
  })

  it('is read anew when it is replaced', async () => {
    const other = bytesNamed('other', LARGE.length)
    for (const moment of ['readBlob', 'commit'] as const) {
      const behind = interruptedPorts(bucket.store, moment, () => bucket.put('source', other))
      const { etag } = await copies.part(range, await storeAbove(behind))
      expect(etag).toBe(md5(other.subarray(1, MIB + 1)))
      await reclaim()
      await auditExactly(bucket.store)
    }
  })

  it('is missed when it is deleted', async () => {
    const behind = interruptedPorts(bucket.store, 'readBlob', () => bucket.delete('source'))
    await expect(copies.part(range, await storeAbove(behind))).rejects.toThrow(fault('NoSuchKey'))
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], uploads: 1 })
  })

  it('is still copied when only its attributes change', async () => {
    const name = { bucket: bucket.name, key: 'source' }
    const tags = [{ Key: 'a', Value: 'b' }]
    const behind = interruptedPorts(bucket.store, 'commit', () =>
      changeVersion(bucket.call, bucket.store, name, (version) => ({ ...version, tags })),
    )
    expect((await copies.part(range, await storeAbove(behind))).etag).toBe(md5(LARGE.subarray(1, MIB + 1)))
  })

  it('makes no part of an upload that ends meanwhile', async () => {
    const name = { bucket: bucket.name, key: 'copy', uploadId: copies.uploadId }
    const behind = interruptedPorts(bucket.store, 'readBlob', () =>
      abortUpload(bucket.call, bucket.store, name),
    )
    await expect(copies.part(range, await storeAbove(behind))).rejects.toThrow(fault('NoSuchUpload'))
    await reclaim()
    expect(await bucket.read('source')).toBe(LARGE.toString())
    expect(await auditExactly(bucket.store)).toMatchObject({ uploads: 0 })
  })

  it('is given up when it is replaced again and again', async () => {
    let count = 0
    const behind = (): Promise<Store> =>
      storeAbove({
        ...bucket.store,
        blobs: {
          ...faultyPorts(bucket.store, () => {}).blobs,
          async *read(id, at, options) {
            yield* bucket.store.blobs.read(id, at, options)
            await bucket.put('source', bytesNamed(String(++count), LARGE.length))
          },
        },
      })
    await expect(copies.part(range, await behind())).rejects.toThrow(fault('SlowDown'))
    expect(count).toBe(4)
    await reclaim()
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })
})
