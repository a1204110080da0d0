import { auditExactly, bytesNamed, rowsOf, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { copyObject } from '../objects/copy.js'
import { getObject } from '../objects/get.js'
import { abortUpload } from '../uploads/abort.js'
import { completeUpload } from '../uploads/complete.js'
import { copyPart } from '../uploads/copy-part.js'
import { createUpload } from '../uploads/create.js'
import { reclaimGarbage } from './reclaim.js'

const LARGE = bytesNamed('large', 300_000)
const MINUTE_MS = 60_000

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const reclaim = () => reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
const sourceOf = (key: string) => ({ bucket: bucket.name, key, conditions: {} })

async function copy(from: string, key: string): Promise<void> {
  const { body: _body, expected: _expected, ...target } = bucket.putInput(key, '')
  const directives = { replacesMetadata: false, replacesTags: false }
  await copyObject(bucket.call, bucket.store, { ...target, source: sourceOf(from), ...directives })
}

/** An upload with one part, copied from `from`. */
async function beginWithCopy(from: string, key: string) {
  const { body: _body, expected: _expected, ...target } = bucket.putInput(key, '')
  const uploadId = await createUpload(bucket.call, bucket.store, target)
  const name = { bucket: bucket.name, key, uploadId }
  const { etag } = await copyPart(bucket.call, bucket.store, {
    ...name,
    partNumber: 1,
    source: sourceOf(from),
  })
  return { name, parts: [{ partNumber: 1, etag }] }
}

async function completeFrom(from: string, key: string): Promise<void> {
  const { name, parts } = await beginWithCopy(from, key)
  await completeUpload(bucket.call, bucket.store, { ...name, parts, forbidOverwrite: false })
}

/** A reader who has found the object, and reads its bytes only later. */
async function readerOf(key: string): Promise<() => Promise<Buffer>> {
  const { content } = await getObject(bucket.call, bucket.store, { ...sourceOf(key) })
  return async () => {
    if (content.kind === 'bytes') throw new Error('The object was to be large.')
    const chunks: Uint8Array[] = []
    for await (const chunk of content.stream) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

/** The first is deleted, and 14 minutes later the last, under a reader of it; 2 minutes later everything due goes. */
async function deletedUnderReader(first: string, last: string): Promise<Buffer> {
  await bucket.delete(first)
  bucket.clock.advance(14 * MINUTE_MS)
  const read = await readerOf(last)
  await bucket.delete(last)
  bucket.clock.advance(2 * MINUTE_MS)
  await reclaim()
  return read()
}

async function expectNothingLeft(): Promise<void> {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  await reclaim()
  expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  for (const table of ['ref/', 'manifest/', 'garbage/']) expect(await rowsOf(bucket.store, table)).toEqual([])
}

describe('bytes that copies share', () => {
  it.each([
    ['of a copy that was deleted after its source', 'source', 'copy'],
    ['of a source that was deleted after its copy', 'copy', 'source'],
  ])('stay for readers %s', async (_name, first, last) => {
    await bucket.put('source', LARGE)
    await copy('source', 'copy')
    expect(LARGE.equals(await deletedUnderReader(first, last))).toBe(true)
    await expectNothingLeft()
  })

  it('stay for readers of a copied upload, and so do the rows that tell where they are', async () => {
    await bucket.put('blob', LARGE)
    await completeFrom('blob', 'source')
    await bucket.delete('blob')
    await copy('source', 'copy')
    expect(LARGE.equals(await deletedUnderReader('source', 'copy'))).toBe(true)
    await expectNothingLeft()
  })

  it('stay for readers of an object whose bytes an aborted upload copied', async () => {
    await bucket.put('source', LARGE)
    const { name } = await beginWithCopy('source', 'upload')
    const read = await readerOf('source')
    await bucket.delete('source')
    await abortUpload(bucket.call, bucket.store, name)
    bucket.clock.advance(MINUTE_MS)
    await reclaim()
    expect(LARGE.equals(await read())).toBe(true)
    await expectNothingLeft()
  })

  it('stay while three copies go one after the other', async () => {
    await bucket.put('a', LARGE)
    await copy('a', 'b')
    await copy('b', 'c')
    await bucket.delete('a')
    bucket.clock.advance(MINUTE_MS)
    await bucket.delete('b')
    bucket.clock.advance(GARBAGE_DELAY_MS - MINUTE_MS - 1)
    const read = await readerOf('c')
    await bucket.delete('c')
    // The rows of all three come due one by one.
    for (let minute = 0; minute < 14; minute++) {
      bucket.clock.advance(MINUTE_MS)
      await reclaim()
    }
    expect(LARGE.equals(await read())).toBe(true)
    await expectNothingLeft()
  })

  it('stay as long as one copy does', async () => {
    await bucket.put('source', LARGE)
    await copy('source', 'copy')
    await bucket.delete('source')
    for (let pass = 0; pass < 3; pass++) {
      bucket.clock.advance(GARBAGE_DELAY_MS)
      await reclaim()
    }
    expect(LARGE.equals(await (await readerOf('copy'))())).toBe(true)
    expect((await auditExactly(bucket.store)).garbage).toEqual([])
    await bucket.delete('copy')
    await expectNothingLeft()
  })

  it('go at once, with all their rows, when the look is far into the future', async () => {
    await bucket.put('source', LARGE)
    await copy('source', 'copy')
    await bucket.delete('source')
    await bucket.delete('copy')
    await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now() + 24 * 60 * MINUTE_MS)
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
    expect(await rowsOf(bucket.store, 'ref/')).toEqual([])
  })
})
