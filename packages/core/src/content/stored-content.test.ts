import { bytesNamed, collect, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Extent, LiveVersion } from '../catalog/records.js'
import { manifestOf, newUploadId } from '../catalog/upload-keys.js'
import { appendObject } from '../objects/append.js'
import { getVersion } from '../objects/change.js'
import type { BlobId } from '../ports.js'
import type { Store } from '../store.js'
import { manifestWrites } from './manifest.js'
import { readExtents } from './read-content.js'
import { storedContent } from './stored-content.js'

const MIB = 1024 * 1024
const ACCESS = { module: 'file:///blobs.js', options: { main: '/blobs' } }
const BLOB = '1'.repeat(32) as BlobId

let bucket: TestBucket
/** As if another process could read its blobs. */
let store: Store
beforeEach(async () => {
  bucket = await TestBucket.open()
  store = { ...bucket.store, blobs: { ...bucket.store.blobs, access: ACCESS } }
})
afterEach(() => bucket.close())

async function versionOf(key: string): Promise<LiveVersion> {
  return (await getVersion(bucket.call, store, { bucket: bucket.name, key })).version
}

const storedOf = async (key: string) => storedContent(store, await versionOf(key))

async function bytesOf(extents: readonly Extent[]): Promise<Buffer> {
  const length = extents.reduce((sum, extent) => sum + extent.length, 0)
  return collect(readExtents(bucket.call, store, extents, { offset: 0, length }))
}

/** A version whose manifest has these extents. */
async function withManifest(extents: readonly Extent[]): Promise<LiveVersion> {
  const manifest = manifestOf(newUploadId(1, new Uint8Array(16)))
  await store.metadata.commit({ checks: [], writes: manifestWrites(manifest, extents) })
  await bucket.put('any', 'x')
  const size = extents.reduce((sum, { length }) => sum + length, 0)
  return { ...(await versionOf('any')), size, content: { kind: 'manifest', manifest } }
}

describe('the stored content', () => {
  it('of an object in a blob is that blob, and how it is read', async () => {
    const content = bytesNamed('blob', 100_000)
    await bucket.put('blob', content)
    const [blob] = await store.blobs.list({ limit: 2 })
    expect(await storedOf('blob')).toEqual({
      ...ACCESS,
      extents: [{ blob: blob?.id, offset: 0, length: 100_000 }],
    })
  })

  it('of an upload is its parts, one behind the other', async () => {
    const parts = [bytesNamed('a', MIB), bytesNamed('b', MIB + 5), bytesNamed('c', 7)]
    const upload = await TestUpload.of(bucket, 'parts', parts)
    await upload.complete()
    const stored = await storedOf('parts')
    expect(stored?.extents.map(({ length }) => length)).toEqual([MIB, MIB + 5, 7])
    expect(Buffer.concat(parts).equals(await bytesOf(stored?.extents ?? []))).toBe(true)
  })

  it('of an object that grew is what the version had', async () => {
    const contents = [bytesNamed('a', 20_000), bytesNamed('b', 30_000), bytesNamed('c', 40_000)]
    const append = (position: number, content: Buffer) =>
      appendObject(bucket.call, store, { ...bucket.putInput('grows', content), position })
    await append(0, contents[0] ?? Buffer.alloc(0))
    await append(20_000, contents[1] ?? Buffer.alloc(0))
    const before = await versionOf('grows')
    await append(50_000, contents[2] ?? Buffer.alloc(0))
    const stored = await storedContent(store, before)
    expect(Buffer.concat(contents.slice(0, 2)).equals(await bytesOf(stored?.extents ?? []))).toBe(true)
  })

  it('is not told of an object that stands in its row, or is empty', async () => {
    await bucket.put('small', 'small')
    await bucket.put('empty', '')
    expect(await storedOf('small')).toBeUndefined()
    expect(await storedOf('empty')).toBeUndefined()
  })

  it('is not told where a piece stands in a row', async () => {
    const append = (position: number, content: Buffer) =>
      appendObject(bucket.call, store, { ...bucket.putInput('pieces', content), position })
    await append(0, bytesNamed('large', 20_000))
    await append(20_000, Buffer.from('small'))
    expect(await storedOf('pieces')).toBeUndefined()
  })

  it('is not told by a store whose blobs nobody else can read', async () => {
    await bucket.put('blob', bytesNamed('blob', 100_000))
    expect(await storedContent(bucket.store, await versionOf('blob'))).toBeUndefined()
  })

  it('joins what continues', async () => {
    const extent = (offset: number, length: number): Extent => ({ blob: BLOB, offset, length })
    const version = await withManifest([extent(10, 5), extent(15, 7), extent(30, 1), extent(0, 30)])
    const joined = [extent(10, 12), extent(30, 1), extent(0, 30)]
    expect((await storedContent(store, version))?.extents).toEqual(joined)
  })

  it.each([
    [4096, 4096],
    [4097, undefined],
  ])('is told up to 4,096 extents: %i', async (count, told) => {
    const extents = Array.from({ length: count }, (_, at) => ({ blob: BLOB, offset: 2 * at, length: 1 }))
    expect((await storedContent(store, await withManifest(extents)))?.extents.length).toBe(told)
    const version = {
      ...(await versionOf('any')),
      size: count,
      content: { kind: 'extents', extents },
    } as const
    expect((await storedContent(store, version))?.extents.length).toBe(told)
  })

  it('is damaged where rows are missing', async () => {
    const version = await withManifest([{ blob: BLOB, offset: 0, length: 5 }])
    await expect(storedContent(store, { ...version, size: 6 })).rejects.toMatchObject({
      code: 'InternalError',
      message: 'The stored content is damaged.',
    })
  })
})
