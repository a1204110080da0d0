import {
  auditExactly,
  bytesNamed,
  failingAt,
  faultyPorts,
  storeAbove,
  TestBucket,
  testCall,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { garbageRow, refRow } from '../catalog/keys.js'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { getObject } from '../objects/get.js'
import type { BlobId } from '../ports.js'
import { reclaimGarbage, reclaimOrphans } from './reclaim.js'

const DAY_MS = 24 * 3600_000
const LARGE = bytesNamed('large', 100_000)

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const blobs = async () => (await bucket.store.blobs.list({ limit: 1000 })).map(({ id }) => id)
const garbage = () => reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
const orphans = (beforeMs = bucket.clock.now()) => reclaimOrphans(bucket.call, bucket.store, beforeMs)

async function orphan(): Promise<BlobId> {
  async function* body() {
    yield LARGE
  }
  const { signal } = bucket.call
  return (await bucket.store.blobs.write(body(), { sizeMax: LARGE.length, signal })).id
}

async function addRow(key: Uint8Array): Promise<void> {
  await bucket.store.metadata.commit({ checks: [], writes: [{ kind: 'put', key, value: new Uint8Array() }] })
}

describe('garbage', () => {
  it('stays for as long as a reader may need it, and goes then', async () => {
    await bucket.put('key', LARGE)
    const input = { bucket: bucket.name, key: 'key', conditions: {} }
    const { content } = await getObject(bucket.call, bucket.store, input)
    await bucket.delete('key')
    bucket.clock.advance(GARBAGE_DELAY_MS - 1)
    expect(await garbage()).toEqual({ blobs: 0 })
    if (content.kind === 'bytes') throw new Error('The object was to be large.')
    for await (const chunk of content.stream) expect(chunk.length).toBeGreaterThan(0)
    bucket.clock.advance(1)
    expect(await garbage()).toEqual({ blobs: 1 })
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('that something claims again keeps its bytes and loses its row', async () => {
    await bucket.put('key', LARGE)
    const [blob] = await blobs()
    if (!blob) throw new Error('The object has no blob.')
    // As a copy would hold it: a second version that shares the blob.
    const copy = { bucketId: Buffer.alloc(8, 1), key: Buffer.from('copy'), order: 1n }
    await addRow(refRow(blob, copy))
    await bucket.delete('key')
    bucket.clock.advance(DAY_MS)
    expect(await garbage()).toEqual({ blobs: 0 })
    expect(await blobs()).toEqual([blob])
    await bucket.store.metadata.commit({ checks: [], writes: [{ kind: 'delete', key: refRow(blob, copy) }] })
    await addRow(garbageRow(bucket.clock.now(), blob))
    expect(await garbage()).toEqual({ blobs: 1 })
    expect(await blobs()).toEqual([])
  })

  it('of any amount goes in one run', async () => {
    for (let n = 0; n < 600; n++) await bucket.put('key', bytesNamed(String(n), 8193))
    bucket.clock.advance(DAY_MS)
    expect(await garbage()).toEqual({ blobs: 599 })
    expect(await blobs()).toHaveLength(1)
  })

  it('is shared out between processes that reclaim at once', async () => {
    for (let n = 0; n < 50; n++) await bucket.put('key', bytesNamed(String(n), 8193))
    bucket.clock.advance(DAY_MS)
    const other = await storeAbove(bucket.store)
    const both = await Promise.all([garbage(), reclaimGarbage(bucket.call, other, bucket.clock.now())])
    expect(both.reduce((sum, one) => sum + one.blobs, 0)).toBe(49)
    await auditExactly(bucket.store)
  })

  it('whose blob is gone already does no harm', async () => {
    await addRow(garbageRow(bucket.clock.now(), await orphan()))
    await bucket.store.blobs.delete(await blobs())
    expect(await garbage()).toEqual({ blobs: 1 })
    expect(await garbage()).toEqual({ blobs: 0 })
  })

  it.each([1, 2, 3, 4])('is never lost track of when call %i of the store fails', async (n) => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    bucket.clock.advance(DAY_MS)
    const failing = await storeAbove(faultyPorts(bucket.store, failingAt(n, new Error('gone'))))
    await reclaimGarbage(bucket.call, failing, bucket.clock.now()).catch(() => {})
    await garbage()
    await orphans(bucket.clock.now() + 1)
    bucket.clock.advance(DAY_MS)
    await garbage()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('waits when the task is told to stop', async () => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    bucket.clock.advance(DAY_MS)
    const call = testCall({ signal: AbortSignal.abort(new Error('stopping')) })
    await expect(reclaimGarbage(call, bucket.store, bucket.clock.now())).rejects.toThrow('stopping')
    await expect(reclaimOrphans(call, bucket.store, bucket.clock.now())).rejects.toThrow('stopping')
    expect(await blobs()).toHaveLength(1)
  })
})

describe('orphans', () => {
  it('become garbage, and go in their turn', async () => {
    await orphan()
    bucket.clock.advance(1000)
    expect(await orphans()).toEqual({ blobs: 1 })
    await garbage()
    expect(await blobs()).toHaveLength(1)
    bucket.clock.advance(GARBAGE_DELAY_MS)
    expect(await garbage()).toEqual({ blobs: 1 })
    expect(await blobs()).toEqual([])
  })

  it('that are young are left: a request may be about to claim them', async () => {
    await orphan()
    expect(await orphans()).toEqual({ blobs: 0 })
    expect(await orphans(bucket.clock.now() - DAY_MS)).toEqual({ blobs: 0 })
  })

  it('that were claimed in the meantime are kept', async () => {
    const blob = await orphan()
    bucket.clock.advance(1000)
    await orphans()
    await addRow(refRow(blob, { bucketId: Buffer.alloc(8, 1), key: Buffer.from('late'), order: 1n }))
    bucket.clock.advance(DAY_MS)
    expect(await garbage()).toEqual({ blobs: 0 })
    expect(await blobs()).toEqual([blob])
  })

  it('are not those that objects and kept versions point at', async () => {
    await bucket.setVersioning('Enabled')
    await bucket.put('a', LARGE)
    await bucket.put('a', LARGE)
    await bucket.put('b', LARGE)
    await bucket.delete('b')
    await orphan()
    bucket.clock.advance(1000)
    expect(await orphans()).toEqual({ blobs: 1 })
    bucket.clock.advance(DAY_MS)
    await garbage()
    expect((await auditExactly(bucket.store)).stored).toHaveLength(3)
  })

  it('are not old blobs that were replaced a moment ago: those are read still', async () => {
    await bucket.put('key', LARGE)
    bucket.clock.advance(DAY_MS)
    await bucket.put('key', 'small')
    await orphans()
    await garbage()
    expect(await blobs()).toHaveLength(1)
    bucket.clock.advance(GARBAGE_DELAY_MS)
    await garbage()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('are found beyond the first page of blobs', async () => {
    for (let n = 0; n < 300; n++) await bucket.put(`key ${n}`, bytesNamed(String(n), 8193))
    await orphan()
    bucket.clock.advance(1000)
    expect(await orphans()).toEqual({ blobs: 1 })
  })
})
