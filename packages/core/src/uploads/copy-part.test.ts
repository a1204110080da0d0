import { createHash } from 'node:crypto'
import { LIMITS } from '@coset/model'
import { auditExactly, bytesNamed, faultyPorts, storeAbove, TestBucket, TestCopies } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manifestRefRow, refRow } from '../catalog/keys.js'
import { manifestOf, newUploadId } from '../catalog/upload-keys.js'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { manifestWrites } from '../content/manifest.js'
import { changeVersion, getVersion } from '../objects/change.js'
import type { BlobId, Write } from '../ports.js'
import { reclaimGarbage } from '../tasks/reclaim.js'
import { abortUpload } from './abort.js'

const MIB = 1024 * 1024
const LARGE = bytesNamed('large', 2 * MIB + 17)
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

let bucket: TestBucket
let copies: TestCopies
beforeEach(async () => {
  bucket = await TestBucket.open()
  copies = new TestCopies(bucket)
  await copies.begin()
})
afterEach(() => bucket.close())

/** Copies the range as the upload's only part, completes it, and expects those bytes of `whole`. */
async function expectRange(whole: Buffer, first: number, last: number): Promise<void> {
  const expected = whole.subarray(first, last + 1)
  await copies.begin()
  const part = await copies.part({ first, last })
  expect(part).toMatchObject({ size: expected.length, etag: md5(expected) })
  expect(part.crc64).toBe(bucket.store.crc64.of(expected))
  await copies.complete([1, part.etag])
  expect(await bucket.read('copy'), `${first}-${last}`).toBe(expected.toString())
}

async function reclaim() {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
}

/** Reads, and never writes. */
const readOnly = () =>
  storeAbove(
    faultyPorts(bucket.store, ({ method }) => {
      if (method === 'writeBlob') throw new Error('The bytes are written again.')
    }),
  )

describe('a copied part', () => {
  it.each([
    0,
    1,
    LIMITS.inlineBytesMax,
  ])('is a whole small source of %i bytes, written anew', async (size) => {
    const bytes = bytesNamed('small', size)
    await bucket.put('source', bytes)
    const part = await copies.part()
    expect(part).toMatchObject({ size, etag: md5(bytes), crc64: bucket.store.crc64.of(bytes) })
    await bucket.delete('source')
    await copies.complete([1, part.etag])
    expect(await bucket.read('copy')).toBe(bytes.toString())
    expect((await auditExactly(bucket.store)).stored).toHaveLength(size === 0 ? 0 : 1)
  })

  it('is a range of a small source', async () => {
    await bucket.put('source', 'hello world')
    for (const [first, last] of [
      [0, 0],
      [0, 10],
      [6, 10],
      [10, 10],
    ] as const)
      await expectRange(Buffer.from('hello world'), first, last)
  })

  it('is any range of a large source, and shares its bytes', async () => {
    await bucket.put('source', LARGE)
    const last = LARGE.length - 1
    for (const [from, to] of [
      [0, last],
      [0, 0],
      [1, last - 1],
      [last, last],
      [MIB, MIB + 1],
    ] as const)
      await expectRange(LARGE, from, to)
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('does not even read a source that is copied whole and was put whole', async () => {
    await bucket.put('source', LARGE)
    const unread = faultyPorts(bucket.store, ({ method }) => {
      if (/Blob$/.test(method)) throw new Error(`It calls ${method}.`)
    })
    expect(await copies.part({}, await storeAbove(unread))).toMatchObject({ etag: md5(LARGE) })
  })

  it('is any range of a source of parts, at every edge of them', async () => {
    const parts = [bytesNamed('1', MIB), bytesNamed('2', MIB + 5), bytesNamed('3', 7)]
    await copies.upload('source', parts)
    const whole = Buffer.concat(parts)
    const edges = [0, 1, MIB - 1, MIB, 2 * MIB + 4, 2 * MIB + 5, 2 * MIB + 11]
    for (const first of edges) {
      for (const last of edges) if (first <= last) await expectRange(whole, first, last)
    }
    expect((await auditExactly(bucket.store)).stored).toHaveLength(3)
  })

  it('is any range of a source whose manifest has several rows', async () => {
    const piece = bytesNamed('piece', 300_000)
    const extents = await manifestOfPieces(piece, 300, 1000)
    const whole = Buffer.concat(extents.map(({ offset, length }) => piece.subarray(offset, offset + length)))
    for (const [first, last] of [
      [0, whole.length - 1],
      [127_999, 128_000],
      [128_000, 255_999],
      [127_500, 256_500],
      [299_999, 299_999],
    ] as const)
      await expectRange(whole, first, last)
    await auditExactly(bucket.store)
  })

  it('is written anew when its bytes lie in too many places', async () => {
    const piece = bytesNamed('piece', 20_000)
    await manifestOfPieces(piece, 10_000, 1)
    await expect(copies.part({}, await readOnly())).rejects.toThrow('written again')
    const { etag } = await copies.part()
    await copies.complete([1, etag])
    expect(await bucket.read('copy')).toBe(await bucket.read('source'))
    expect((await auditExactly(bucket.store)).stored).toHaveLength(2)
  })

  it('is read, and not written again', async () => {
    await copies.upload('source', [bytesNamed('1', MIB), bytesNamed('2', 10)])
    const store = await readOnly()
    await copies.part({ first: 5, last: MIB + 5 }, store)
    await copies.part({ partNumber: 2 }, store)
    await auditExactly(bucket.store)
  })

  it('outlives its source, and goes with its object', async () => {
    await bucket.put('source', LARGE)
    const { etag } = await copies.part({ first: 1, last: MIB })
    await bucket.delete('source')
    await reclaim()
    await copies.complete([1, etag])
    await reclaim()
    expect(await bucket.read('copy')).toBe(LARGE.subarray(1, MIB + 1).toString())
    await bucket.delete('copy')
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('goes with its aborted upload, and leaves the source', async () => {
    await bucket.put('source', LARGE)
    await copies.part()
    await abortUpload(bucket.call, bucket.store, {
      bucket: bucket.name,
      key: 'copy',
      uploadId: copies.uploadId,
    })
    await reclaim()
    expect(await bucket.read('source')).toBe(LARGE.toString())
    await auditExactly(bucket.store)
  })

  it('takes the place of another of the same bytes, of others, and of none', async () => {
    await bucket.put('source', LARGE)
    await copies.part({ first: 0, last: MIB - 1 })
    const second = await copies.part({ first: 5, last: MIB + 4 })
    await auditExactly(bucket.store)
    await reclaim()
    await auditExactly(bucket.store)
    await bucket.put('source', 'small')
    const last = await copies.part({ partNumber: 2 })
    await copies.complete([1, second.etag], [2, last.etag])
    await reclaim()
    expect(await bucket.read('copy')).toBe(`${LARGE.subarray(5, MIB + 5)}small`)
    expect((await auditExactly(bucket.store)).stored).toHaveLength(2)
  })

  it('is of the version that is named', async () => {
    await bucket.setVersioning('Enabled')
    const { versionId } = await bucket.put('source', LARGE)
    await bucket.put('source', 'newer')
    const part = await copies.part({ source: { versionId } })
    expect(part).toMatchObject({ etag: md5(LARGE), sourceVersionId: versionId })
    expect((await copies.part()).sourceVersionId).toBeUndefined()
  })

  /** `count` pieces of `size` bytes, each but the first out of place. */
  async function manifestOfPieces(bytes: Buffer, count: number, size: number) {
    await bucket.put('source', bytes)
    const name = { bucket: bucket.name, key: 'source' }
    const { version } = await getVersion(bucket.call, bucket.store, name)
    const blob = version.content.kind === 'extents' ? version.content.extents[0]?.blob : undefined
    const extents = Array.from({ length: count }, (_, at) => {
      return { blob: blob as BlobId, offset: (count - 1 - at) * size, length: size }
    })
    const manifest = manifestOf(newUploadId(bucket.clock.now(), Buffer.alloc(16, 1)))
    const whole = Buffer.concat(extents.map((one) => bytes.subarray(one.offset, one.offset + size)))
    const changed = {
      ...version,
      size: whole.length,
      etag: `${md5(whole)}-${count}`,
      crc64: bucket.store.crc64.of(whole),
      content: { kind: 'manifest', manifest } as const,
    }
    const [row] = await bucket.store.metadata.scan(
      { start: Buffer.from('object/'), end: Buffer.from('object0') },
      { limit: 1 },
    )
    const place = {
      bucketId: row?.key.subarray(7, 15) as Uint8Array,
      key: Buffer.from('source'),
      order: version.order,
    }
    const value = new Uint8Array()
    const writes: Write[] = [
      ...manifestWrites(manifest, extents),
      { kind: 'put', key: manifestRefRow(blob as BlobId, manifest, 1), value },
      { kind: 'put', key: refRow(manifest, place), value },
      { kind: 'delete', key: refRow(blob as BlobId, place) },
    ]
    await changeVersion(bucket.call, bucket.store, name, () => changed)
    await bucket.store.metadata.commit({ checks: [], writes })
    return extents
  }
})
