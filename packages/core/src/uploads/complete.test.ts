import { createHash } from 'node:crypto'
import { LIMITS } from '@coset/model'
import { partNamed, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { partRow, turnRow, type UploadId } from '../catalog/upload-keys.js'
import { encodePart } from '../catalog/upload-records.js'
import { getVersion } from '../objects/change.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const MIB = LIMITS.partBytesMin
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')
const digestRead = async (key = 'key') => md5(await bucket.readBytes(key))
const [A, B, C] = [partNamed('a'), partNamed('b', 1), partNamed('c', 777)]

describe('a completed upload', () => {
  it('is its parts, joined in the order of their numbers', async () => {
    const upload = await TestUpload.begin(bucket, 'key')
    await upload.put(30, 'the end')
    await upload.put(2, B)
    await upload.put(1, A)
    const whole = Buffer.concat([A, B, Buffer.from('the end')])
    const digests = [A, B, 'the end'].map((part) => createHash('md5').update(part).digest())
    const result = await upload.complete()
    expect(result).toEqual({
      etag: `${md5(Buffer.concat(digests))}-3`,
      crc64: bucket.store.crc64.of(whole),
      versionId: undefined,
      storageClass: 'STANDARD',
    })
    expect(await digestRead()).toBe(md5(whole))
    const { objects } = await bucket.list()
    const { size, etag, crc64 } = objects[0]?.version ?? {}
    expect({ size, etag, crc64 }).toEqual({ size: whole.length, etag: result.etag, crc64: result.crc64 })
    expect(await bucket.reclaimAndAudit()).toMatchObject({ uploads: 0, versions: 1, garbage: [] })
  })

  it('may be one part, of any size', async () => {
    const small = await TestUpload.of(bucket, 'small', ['x'])
    expect((await small.complete()).etag).toBe(`${md5(createHash('md5').update('x').digest())}-1`)
    expect(await bucket.read('small')).toBe('x')
    await (await TestUpload.of(bucket, 'large', [C])).complete()
    expect(await digestRead('large')).toBe(md5(C))
    await (await TestUpload.of(bucket, 'empty', [''])).complete()
    expect(await bucket.read('empty')).toBe('')
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(2)
  })

  it('may end in an empty part', async () => {
    const upload = await TestUpload.of(bucket, 'key', [A, ''])
    expect((await upload.complete()).etag).toMatch(/^[0-9a-f]{32}-2$/)
    expect(await digestRead()).toBe(md5(A))
    await bucket.reclaimAndAudit()
  })

  it.each([
    ['quoted', (etag: string) => `"${etag}"`],
    ['in upper case', (etag: string) => etag.toUpperCase()],
    ['quoted, in upper case, among white space', (etag: string) => `\n "${etag.toUpperCase()}" `],
  ])('takes ETags %s', async (_name, write) => {
    const upload = await TestUpload.of(bucket, 'key', [A, 'x'])
    const plain = upload.list()
    const first = await upload.complete(plain.map((part) => ({ ...part, etag: write(part.etag) })))
    // It is the same list, so it gets the same answer.
    expect(await upload.complete(plain)).toEqual(first)
  })

  it('gives back the bytes of parts that its list leaves out, and keeps the others', async () => {
    const upload = await TestUpload.of(bucket, 'key', [A, B, C, 'x'])
    await upload.complete(upload.list(1, 3))
    const whole = md5(Buffer.concat([A, C]))
    expect(await digestRead()).toBe(whole)
    const { stored, referenced } = await bucket.reclaimAndAudit()
    expect(stored).toHaveLength(2)
    expect(stored).toEqual(referenced)
    expect(await digestRead()).toBe(whole)
  })

  it('replaces an object, whose bytes are given back', async () => {
    await bucket.put('key', A)
    await (await TestUpload.of(bucket, 'key', [B])).complete()
    expect(await digestRead()).toBe(md5(B))
    await bucket.put('other', 'x')
    await (await TestUpload.of(bucket, 'key', [C])).complete()
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(1)
    expect(await digestRead()).toBe(md5(C))
  })

  it('leaves other uploads of the key alone', async () => {
    const [one, two] = [await TestUpload.of(bucket, 'key', [A]), await TestUpload.of(bucket, 'key', [B])]
    await one.complete()
    expect((await two.parts()).parts).toHaveLength(1)
    await two.complete()
    expect(await digestRead()).toBe(md5(B))
    await bucket.reclaimAndAudit()
  })

  it('carries every attribute it was begun with', async () => {
    const attributes = {
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache', expires: 'tomorrow' },
      metadata: { author: '世界', empty: '' },
      storageClass: 'STANDARD_IA',
      acl: { canned: 'public-read' },
      tags: [{ Key: 'a', Value: 'b' }],
    } as const
    const upload = await TestUpload.begin(bucket, 'key', attributes)
    await upload.put(1, 'x')
    bucket.clock.advance(60_000)
    expect((await upload.complete()).storageClass).toBe('STANDARD_IA')
    const { version } = await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key: 'key' })
    expect(version).toMatchObject({ ...attributes, modifiedMs: bucket.clock.now() })
  })
})

describe('versioning', () => {
  it('enabled: the object is a version of its own', async () => {
    await bucket.put('key', 'before')
    await bucket.setVersioning('Enabled')
    const upload = await TestUpload.of(bucket, 'key', ['multi'])
    const { versionId } = await upload.complete()
    expect(versionId).toMatch(/^[A-Za-z0-9]{20,}/)
    expect(await bucket.read('key', versionId)).toBe('multi')
    expect(await bucket.timeline('key')).toEqual(['multi', 'null before'])
  })

  it('suspended: the object is the null version, and that is told', async () => {
    await bucket.setVersioning('Enabled')
    await bucket.put('key', 'one')
    await bucket.setVersioning('Suspended')
    await bucket.put('key', 'two')
    const { versionId } = await (await TestUpload.of(bucket, 'key', ['multi'])).complete()
    expect(versionId).toBe('null')
    expect(await bucket.timeline('key')).toEqual(['null multi', 'one'])
  })

  it('changed since the upload began: what counts is now', async () => {
    const upload = await TestUpload.of(bucket, 'key', ['multi'])
    await bucket.setVersioning('Enabled')
    expect(await bucket.read('key', (await upload.complete()).versionId)).toBe('multi')
  })
})

describe('forbid-overwrite', () => {
  it.each([
    'begin',
    'complete',
  ] as const)('asked for at %s refuses a key that came meanwhile', async (end) => {
    const upload = await TestUpload.begin(bucket, 'key', { forbidOverwrite: end === 'begin' })
    await upload.put(1, 'multi')
    await bucket.put('key', 'x')
    const complete = () => upload.complete(undefined, { forbidOverwrite: end === 'complete' })
    await expect(complete()).rejects.toMatchObject({ code: 'FileAlreadyExists' })
    expect(await bucket.read('key')).toBe('x')
    await bucket.delete('key')
    await complete()
    expect(await bucket.read('key')).toBe('multi')
  })

  it.each(['Enabled', 'Suspended'] as const)('counts for nothing while versioning is %s', async (state) => {
    await bucket.setVersioning(state)
    await bucket.put('key', 'x')
    const upload = await TestUpload.begin(bucket, 'key', { forbidOverwrite: true })
    await upload.put(1, 'multi')
    await upload.complete(undefined, { forbidOverwrite: true })
    expect(await bucket.read('key')).toBe('multi')
  })
})

describe('a list is refused, and the upload stays as it was', () => {
  let upload: TestUpload
  beforeEach(async () => {
    upload = await TestUpload.of(bucket, 'key', [A, B, 'small', 'end'])
  })

  const part = (partNumber: number, etag: string | Uint8Array) => ({
    partNumber,
    etag: typeof etag === 'string' ? etag : md5(etag),
  })
  it.each([
    ['that is empty', 'MalformedXML', []],
    ['in another order', 'InvalidPartOrder', [part(2, B), part(1, A)]],
    ['with a part twice', 'InvalidPartOrder', [part(1, A), part(1, A)]],
    ['with a part that is not there', 'InvalidPart', [part(1, A), part(9, B)]],
    ['with the ETag of another part', 'InvalidPart', [part(1, A), part(2, A)]],
    ['with an empty ETag', 'InvalidPart', [part(1, '')]],
    ['with an ETag that is none', 'InvalidPart', [part(1, '"')]],
    ['with an ETag that is none', 'InvalidPart', [part(1, '-1')]],
    [
      'with a small part that is not the last',
      'EntityTooSmall',
      [part(1, A), part(3, md5('small')), part(4, md5('end'))],
    ],
  ])('%s: %s', async (_name, code, parts) => {
    await expect(upload.complete(parts)).rejects.toMatchObject({ code })
    await upload.complete(upload.list(1, 2, 4))
    expect(await digestRead()).toBe(md5(Buffer.concat([A, B, Buffer.from('end')])))
  })

  it('a byte below the least size a part may have', async () => {
    await upload.put(2, A.subarray(1))
    await expect(upload.complete(upload.list(1, 2, 4))).rejects.toMatchObject({ code: 'EntityTooSmall' })
    await upload.complete(upload.list(1, 2))
  })

  it('for another key, another bucket, or no upload', async () => {
    const refused = (name: object, code: string) =>
      expect(upload.complete(undefined, name)).rejects.toMatchObject({ code })
    await refused({ key: 'other' }, 'NoSuchUpload')
    await refused({ uploadId: 'x' }, 'NoSuchUpload')
    await refused({ uploadId: `${'1'.repeat(13)}${'0'.repeat(32)}` }, 'NoSuchUpload')
    await refused({ bucket: 'none-1250000000' }, 'NoSuchBucket')
  })
})

describe('an upload of 10,000 parts', () => {
  /** As many parts of one blob: rows as UploadPart writes them, without the work of digesting 10 GB. */
  async function manyParts(count: number, size: number) {
    const upload = await TestUpload.of(bucket, 'key', [A])
    const id = upload.id as UploadId
    const { parts } = await upload.parts()
    const first = parts[0]?.part
    if (!first) throw new Error('The upload has no part.')
    const writes = Array.from({ length: count }, (_, at) => {
      return { kind: 'put', key: partRow(id, at + 1), value: encodePart({ ...first, size }) } as const
    })
    await bucket.store.metadata.commit({
      checks: [],
      writes: [...writes, { kind: 'add', key: turnRow(id), delta: 1n }],
    })
    const list = Array.from({ length: count }, (_, at) => ({ partNumber: at + 1, etag: first.etag }))
    return { upload, list }
  }

  it('becomes one object, read at every place', async () => {
    const { upload, list } = await manyParts(LIMITS.partsMax, MIB)
    expect((await upload.complete(list)).etag).toMatch(/-10000$/)
    const { objects } = await bucket.list()
    expect(objects[0]?.version.size).toBe(LIMITS.partsMax * MIB)
    for (const number of [0, 127, 128, 129, 5000, 9983, 9999]) {
      const from = number * MIB
      const found = await bucket.readBytes('key', `bytes=${from}-${from + 9}`)
      expect(found.toString('hex')).toBe(A.subarray(0, 10).toString('hex'))
    }
    const end = LIMITS.partsMax * MIB - 1
    expect((await bucket.readBytes('key', `bytes=${end}-`))[0]).toBe(A.at(-1))
    await bucket.delete('key')
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [] })
  })

  it('larger than any object may be is refused', async () => {
    const { upload, list } = await manyParts(LIMITS.partsMax, LIMITS.partBytesMax + 1)
    await expect(upload.complete(list)).rejects.toMatchObject({ code: 'EntityTooLarge' })
  })
})
