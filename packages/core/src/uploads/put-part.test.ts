import { createHash } from 'node:crypto'
import { LIMITS } from '@coset/model'
import {
  bodyOf,
  bodyThen,
  bytesNamed,
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
import { putPart } from './put-part.js'

let bucket: TestBucket
let upload: TestUpload
beforeEach(async () => {
  bucket = await TestBucket.open()
  upload = await TestUpload.begin(bucket, 'key')
})
afterEach(() => bucket.close())

const md5 = (bytes: Uint8Array, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('md5').update(bytes).digest(encoding)
const stored = async () => (await bucket.reclaimAndAudit()).stored

describe('a part', () => {
  it.each([
    0,
    1,
    8192,
    8193,
    LIMITS.partBytesMin,
  ])('of %i bytes is told by its MD5, CRC-64 and size', async (size) => {
    const bytes = bytesNamed('part', size)
    const input = { ...upload.name, partNumber: 7, body: bodyOf(bytes), expected: {} }
    const part = await putPart(bucket.call, bucket.store, input)
    expect(part).toMatchObject({ etag: md5(bytes), size, crc64: bucket.store.crc64.of(bytes) })
    expect((await upload.parts()).parts).toEqual([{ number: 7, part }])
    expect(await stored()).toHaveLength(size === 0 ? 0 : 1)
  })

  it('is replaced by one of the same number, and its bytes are given back', async () => {
    await upload.put(1, partNamed('first'))
    bucket.clock.advance(5)
    const etag = await upload.put(1, partNamed('second'))
    const { parts } = await upload.parts()
    expect(parts).toMatchObject([{ number: 1, part: { etag, modifiedMs: bucket.clock.now() } }])
    expect(await stored()).toHaveLength(1)
    await upload.complete()
    expect(md5(await bucket.readBytes('key'))).toBe(md5(partNamed('second')))
  })

  it('that is put again as it was stays what it is', async () => {
    await upload.put(1, partNamed('same'))
    await upload.put(1, partNamed('same'))
    expect(await stored()).toHaveLength(1)
    await upload.complete()
    expect(md5(await bucket.readBytes('key'))).toBe(md5(partNamed('same')))
  })

  it.each([0, 10_001, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('has no number %d', async (number) => {
    await expect(upload.put(number, 'x')).rejects.toMatchObject({ code: 'InvalidArgument' })
    expect(await stored()).toEqual([])
  })

  it('may have any number from 1 to 10,000', async () => {
    await upload.put(10_000, 'last')
    await upload.put(1, partNamed('first'))
    expect((await upload.parts()).parts.map(({ number }) => number)).toEqual([1, 10_000])
  })
})

describe('a part is refused, and nothing is stored', () => {
  const bytes = partNamed('part')

  it.each([
    ['BadDigest', { md5: md5(Buffer.from('other'), 'base64') }],
    ['InvalidDigest', { md5: 'short' }],
  ])('with %s', async (code, expected) => {
    await expect(upload.put(1, bytes, { expected })).rejects.toMatchObject({ code })
    await expect(upload.put(1, 'small', { expected })).rejects.toMatchObject({ code })
    expect(await stored()).toEqual([])
    expect((await upload.parts()).parts).toEqual([])
  })

  it('when it is announced as larger than 5 GB, before any of it is read', async () => {
    let read = 0
    const stream = bodyThen(bytes, () => {
      read++
    })
    const body = { stream, length: LIMITS.partBytesMax + 1 }
    await expect(upload.put(1, '', { body })).rejects.toMatchObject({ code: 'EntityTooLarge' })
    expect(read).toBe(0)
    expect(await stored()).toEqual([])
  })

  it('when fewer bytes come than were announced', async () => {
    const body = { stream: bodyThen(bytes, () => {}), length: bytes.length + 1 }
    await expect(upload.put(1, '', { body })).rejects.toMatchObject({ code: 'IncompleteBody' })
    expect(await stored()).toEqual([])
  })

  const id = (text: string) => ({ uploadId: text })
  it.each([
    ['an unknown upload', { uploadId: `${'1'.repeat(13)}${'0'.repeat(32)}` }],
    ['no id', id('')],
    ['text', id('abc')],
    ['a long id', id('1'.repeat(10_000))],
    ['a path', id('../../x')],
    ['a NUL', id('\0')],
    ['upper case', id(`${'1'.repeat(13)}${'A'.repeat(32)}`)],
    ['another key', { key: 'other' }],
    ['a key that begins so', { key: 'ke' }],
  ])('for %s, before its body is read', async (_name, name) => {
    let read = 0
    const body = { stream: bodyThen(bytes, () => void read++), length: undefined }
    await expect(upload.put(1, '', { body, ...name })).rejects.toMatchObject({ code: 'NoSuchUpload' })
    expect(read).toBe(0)
  })

  it('for the upload of another bucket', async () => {
    const other = 'other-1250000000'
    const input = { name: other, region: 'r', owner: 'o', acl: {}, tags: [] }
    await createBucket(bucket.call, bucket.store, input)
    await expect(upload.put(1, bytes, { bucket: other })).rejects.toMatchObject({ code: 'NoSuchUpload' })
    const missing = upload.put(1, bytes, { bucket: 'none-1250000000' })
    await expect(missing).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })
})

describe('a store that fails', () => {
  it('before the commit leaves the part as it was', async () => {
    const first = await upload.put(1, partNamed('first'))
    const store = await storeAbove(faultyPorts(bucket.store, failingCommit(new Error('gone'))))
    await expect(upload.put(1, partNamed('second'), {}, store)).rejects.toThrow('gone')
    expect((await upload.parts()).parts).toMatchObject([{ part: { etag: first } }])
  })

  it('after the commit loses no bytes: the part is there', async () => {
    const store = await storeAbove(faultyPorts(bucket.store, losingCommit(new Error('gone'))))
    await expect(upload.put(1, partNamed('part'), {}, store)).rejects.toThrow('gone')
    expect((await upload.parts()).parts).toHaveLength(1)
    expect(await stored()).toHaveLength(1)
  })
})
