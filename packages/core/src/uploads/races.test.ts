// Two users of one upload, in two processes: what one has read, the other changes before the commit. Each time either
// both orders of events would have come to the same, or the slower one is told so.
import { interruptingCommit, partNamed, storeAbove, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../store.js'

let bucket: TestBucket
let upload: TestUpload
beforeEach(async () => {
  bucket = await TestBucket.open()
  upload = await TestUpload.of(bucket, 'key', [partNamed('a'), 'end'])
})
afterEach(() => bucket.close())

const noSuchUpload = { code: 'NoSuchUpload' }

/** A process whose next commit comes after `other`. */
const slower = (other: () => Promise<unknown>): Promise<Store> =>
  storeAbove(interruptingCommit(bucket.store, other))

/** Everything accounted for, and so many blobs left. */
async function assertBlobs(count: number): Promise<void> {
  const { stored, garbage } = await bucket.reclaimAndAudit()
  expect([stored.length, garbage]).toEqual([count, []])
}

describe('complete', () => {
  it('loses to an abort', async () => {
    const store = await slower(() => upload.abort())
    await expect(upload.complete(undefined, {}, store)).rejects.toMatchObject(noSuchUpload)
    await expect(bucket.read('key')).rejects.toMatchObject({ code: 'NoSuchKey' })
    await assertBlobs(0)
  })

  it('sees that a part of its list was replaced', async () => {
    const list = upload.list()
    const store = await slower(() => upload.put(2, 'another end'))
    await expect(upload.complete(list, {}, store)).rejects.toMatchObject({ code: 'InvalidPart' })
    await upload.complete()
    expect((await bucket.readBytes('key')).subarray(-11).toString()).toBe('another end')
    await assertBlobs(2)
  })

  it('leaves out a part that came at the last moment', async () => {
    const list = upload.list()
    const store = await slower(() => upload.put(3, 'late'))
    await upload.complete(list, {}, store)
    expect((await bucket.readBytes('key')).subarray(-3).toString()).toBe('end')
    await assertBlobs(2)
  })

  it('answers as the same one that was faster', async () => {
    let faster: unknown
    const store = await slower(async () => {
      faster = await upload.complete()
    })
    expect(await upload.complete(undefined, {}, store)).toEqual(faster)
    await assertBlobs(2)
  })

  it('loses to a faster one with another list', async () => {
    const store = await slower(() => upload.complete(upload.list(1)))
    await expect(upload.complete(undefined, {}, store)).rejects.toMatchObject(noSuchUpload)
    await assertBlobs(1)
  })

  it('replaces what was put meanwhile', async () => {
    const store = await slower(() => bucket.put('key', partNamed('put')))
    await upload.complete(undefined, {}, store)
    expect((await bucket.readBytes('key')).subarray(-3).toString()).toBe('end')
    await assertBlobs(2)
  })

  it('does not replace what was put meanwhile, when told not to', async () => {
    const store = await slower(() => bucket.put('key', 'put'))
    const complete = upload.complete(undefined, { forbidOverwrite: true }, store)
    await expect(complete).rejects.toMatchObject({ code: 'FileAlreadyExists' })
    expect(await bucket.read('key')).toBe('put')
    expect((await upload.parts()).parts).toHaveLength(2)
  })

  it.each([
    ['Enabled', /^[A-Za-z0-9]{20,}$/],
    ['Suspended', /^null$/],
  ] as const)('tells the version as versioning is by then: %s', async (state, id) => {
    const store = await slower(() => bucket.setVersioning(state))
    const { versionId } = await upload.complete(undefined, {}, store)
    expect(versionId).toMatch(id)
    expect((await bucket.readBytes('key')).length).toBe(partNamed('a').length + 3)
  })

  it('by many at once in two processes happens once', async () => {
    const other = await storeAbove(bucket.store)
    const stores = [bucket.store, other, bucket.store, other]
    const results = await Promise.all(stores.map((store) => upload.complete(undefined, {}, store)))
    expect(new Set(results.map(({ etag }) => etag)).size).toBe(1)
    await assertBlobs(2)
  })
})

describe('a part', () => {
  it('is not stored in an upload that was aborted meanwhile', async () => {
    const store = await slower(() => upload.abort())
    await expect(upload.put(3, 'late', {}, store)).rejects.toMatchObject(noSuchUpload)
    expect(await bucket.store.blobs.list({ limit: 10 })).toHaveLength(2)
    await assertBlobs(0)
  })

  it('is not stored in an upload that was completed meanwhile', async () => {
    const store = await slower(() => upload.complete())
    await expect(upload.put(1, partNamed('late'), {}, store)).rejects.toMatchObject(noSuchUpload)
    await assertBlobs(2)
  })

  it('replaces one of its number that was faster', async () => {
    const store = await slower(() => upload.put(2, 'faster'))
    await upload.put(2, 'slower', {}, store)
    await upload.complete()
    expect((await bucket.readBytes('key')).subarray(-6).toString()).toBe('slower')
    await assertBlobs(2)
  })
})

describe('abort', () => {
  it('loses to a complete', async () => {
    const store = await slower(() => upload.complete())
    await expect(upload.abort(store)).rejects.toMatchObject(noSuchUpload)
    expect((await bucket.readBytes('key')).subarray(-3).toString()).toBe('end')
    await assertBlobs(2)
  })

  it('takes a part with it that was put meanwhile', async () => {
    const store = await slower(() => upload.put(3, 'late'))
    await upload.abort(store)
    await assertBlobs(0)
  })

  it('happens once', async () => {
    const store = await slower(() => upload.abort())
    await expect(upload.abort(store)).rejects.toMatchObject(noSuchUpload)
    await assertBlobs(0)
  })
})
