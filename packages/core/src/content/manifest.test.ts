import { bytesNamed, collect, contentBytes, inChunks, rowsOf, seededRandom, TestBucket } from '@coset/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Extent, LiveVersion } from '../catalog/records.js'
import { manifestOf, newUploadId } from '../catalog/upload-keys.js'
import type { BlobId, ByteRange } from '../ports.js'
import { extentsOfManifest, manifestWrites } from './manifest.js'
import { readContent, readExtents } from './read-content.js'

const COUNT = 300
const MANIFEST = manifestOf(newUploadId(1, new Uint8Array(16)))

let bucket: TestBucket
let version: LiveVersion
let whole: Buffer
/** Where each extent begins, and the end. */
let starts: number[]

/** Extents of 1 to 7 bytes of three blobs, more than two rows of them. */
beforeAll(async () => {
  bucket = await TestBucket.open()
  const random = seededRandom(3)
  const contents = ['a', 'b', 'c'].map((name) => bytesNamed(name, 100))
  const blobs = await Promise.all(contents.map(write))
  const extents = Array.from({ length: COUNT }, (): Extent & { readonly bytes: Buffer } => {
    const at = random.below(3)
    const [offset, length] = [random.below(90), 1 + random.below(7)]
    const bytes = contents[at]?.subarray(offset, offset + length) ?? Buffer.alloc(0)
    return { blob: blobs[at] as BlobId, offset, length, bytes }
  })
  whole = Buffer.concat(extents.map(({ bytes }) => bytes))
  starts = [0]
  for (const { length } of extents) starts.push((starts.at(-1) ?? 0) + length)
  const plain = extents.map(({ bytes: _bytes, ...extent }) => extent)
  await bucket.store.metadata.commit({ checks: [], writes: manifestWrites(MANIFEST, plain) })
  await bucket.put('key', 'x')
  const { objects } = await bucket.list()
  const object = objects[0]?.version
  if (!object) throw new Error('The object is missing.')
  version = { ...object, size: whole.length, content: { kind: 'manifest', manifest: MANIFEST } }
})
afterAll(() => bucket.close())

async function write(bytes: Uint8Array): Promise<BlobId> {
  const options = { sizeMax: bytes.length, signal: bucket.call.signal }
  return (await bucket.store.blobs.write(inChunks(bytes, 64), options)).id
}

const read = (range: ByteRange) => contentBytes(readContent(bucket.call, bucket.store, version, range))

async function assertRange(offset: number, length: number): Promise<void> {
  const expected = whole.subarray(offset, offset + length).toString('hex')
  expect((await read({ offset, length })).toString('hex'), `${length} at ${offset}`).toBe(expected)
  const extents = await extentsOfManifest(bucket.store, { manifest: MANIFEST, offset, length }, 1000)
  const bytes = await collect(readExtents(bucket.call, bucket.store, extents ?? [], { offset: 0, length }))
  expect(bytes.toString('hex'), `${length} at ${offset}`).toBe(expected)
}

describe('a manifest of several rows', () => {
  it('has several rows', async () => {
    expect(await rowsOf(bucket.store, 'manifest/')).toHaveLength(3)
  })

  it('is read at every byte', async () => {
    for (let offset = 0; offset < whole.length; offset++) await assertRange(offset, 1)
  })

  it('is read from and to every boundary of its extents and rows', async () => {
    for (const [at, start] of starts.entries()) {
      for (const length of [0, 2, (starts[at + 1] ?? start) - start, (starts[at + 130] ?? start) - start]) {
        if (start + length <= whole.length) await assertRange(start, length)
      }
      if (start > 3) await assertRange(start - 3, 3)
    }
  })

  it('is read over its rows, and whole', async () => {
    const [first = 0, second = 0] = [starts[128], starts[256]]
    await assertRange(first - 1, second - first + 2)
    await assertRange(first, second - first)
    await assertRange(0, whole.length)
  })
})

describe('a manifest that lacks a row', () => {
  beforeEach(async () => {
    // Of the row in the middle, the bytes are lost.
    const row = (await rowsOf(bucket.store, 'manifest/'))[1]
    if (!row) throw new Error('There is no such row.')
    const { metadata } = bucket.store
    await metadata.commit({ checks: [], writes: [{ kind: 'delete', key: row.key }] })
    return () => metadata.commit({ checks: [], writes: [{ kind: 'put', key: row.key, value: row.value }] })
  })

  it('is an error there', async () => {
    for (const offset of [0, (starts[128] ?? 0) - 1, starts[128] ?? 0, (starts[256] ?? 0) - 1]) {
      const length = (starts[256] ?? 0) + 1 - offset
      await expect(read({ offset, length })).rejects.toMatchObject({ code: 'InternalError' })
    }
  })

  it('is read elsewhere', async () => {
    await assertRange(0, starts[128] ?? 0)
    await assertRange(starts[256] ?? 0, 20)
  })
})
