import { auditExactly, bytesNamed, faultyPorts, storeAbove, TestBucket, testCall } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import type { BlobId } from '../ports.js'
import { inspectGarbage, reclaimReported } from './inspect-garbage.js'

const DAY_MS = 24 * 3600_000
const LARGE = bytesNamed('large', 100_000)
const MIB = 1024 * 1024
const NONE = { blobs: 0, bytes: 0 }
const NO_TIME = { firstMs: undefined, lastMs: undefined }

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const inspect = (orphansBeforeMs = bucket.clock.now(), store = bucket.store) =>
  inspectGarbage(bucket.call, store, { orphansBeforeMs })
const blobs = async () => (await bucket.store.blobs.list({ limit: 1000 })).map(({ id }) => id)

async function orphan(size = LARGE.length): Promise<BlobId> {
  async function* body() {
    yield LARGE.subarray(0, size)
  }
  const { signal } = bucket.call
  return (await bucket.store.blobs.write(body(), { sizeMax: LARGE.length, signal })).id
}

/** A store that is told of every write and deletion. */
async function watched() {
  const writes: string[] = []
  const ports = faultyPorts(bucket.store, ({ method, moment }) => {
    if (moment === 'before' && /commit|delete|write/.test(method)) writes.push(method)
  })
  return { writes, store: await storeAbove(ports) }
}

describe('an inspection', () => {
  it('of a store in which everything is claimed finds nothing', async () => {
    await bucket.put('key', LARGE)
    await bucket.put('small', 'inline')
    const none = { due: NONE, waiting: { ...NONE, ...NO_TIME }, orphans: NONE, young: NONE }
    expect(await inspect()).toMatchObject(none)
  })

  it('tells what is due, what waits and until when, orphans, and what is young', async () => {
    await bucket.put('due', LARGE)
    await bucket.delete('due')
    await orphan(10_000)
    bucket.clock.advance(GARBAGE_DELAY_MS)
    const orphansBeforeMs = bucket.clock.now()
    for (const key of ['first', 'last']) {
      await bucket.put(key, LARGE.subarray(0, 50_000))
      bucket.clock.advance(1000)
      await bucket.delete(key)
    }
    await orphan(20_000)
    await bucket.put('kept', LARGE)
    const now = bucket.clock.now()
    expect(await inspect(orphansBeforeMs)).toMatchObject({
      due: { blobs: 1, bytes: 100_000 },
      waiting: {
        blobs: 2,
        bytes: 100_000,
        firstMs: now - 1000 + GARBAGE_DELAY_MS,
        lastMs: now + GARBAGE_DELAY_MS,
      },
      orphans: { blobs: 1, bytes: 10_000 },
      young: { blobs: 1, bytes: 20_000 },
    })
  })

  it('writes nothing', async () => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    await orphan()
    bucket.clock.advance(DAY_MS)
    const { store, writes } = await watched()
    expect(await inspect(bucket.clock.now(), store)).toMatchObject({
      due: { blobs: 1 },
      orphans: { blobs: 1 },
    })
    expect(writes).toEqual([])
  })

  it('takes no blob for an orphan that is released while it looks', async () => {
    await bucket.put('key', LARGE)
    bucket.clock.advance(DAY_MS)
    let released: Promise<unknown> | undefined
    const blobsOf = bucket.store.blobs
    const store = {
      ...bucket.store,
      blobs: {
        ...blobsOf,
        async list(options: Parameters<typeof blobsOf.list>[0]) {
          released ??= bucket.delete('key')
          await released
          return blobsOf.list(options)
        },
      },
    }
    expect(await inspect(bucket.clock.now(), store)).toMatchObject({
      orphans: NONE,
      waiting: { blobs: 1, bytes: 100_000 },
    })
  })

  it('counts a blob with two garbage rows once, by the earlier', async () => {
    await orphan()
    bucket.clock.advance(1000)
    const report = await inspect()
    await reclaimReported(bucket.call, bucket.store, report, bucket.clock.now() + 5000)
    await reclaimReported(bucket.call, bucket.store, report, bucket.clock.now() + 9000)
    const at = bucket.clock.now() + 5000
    expect(await inspect()).toMatchObject({ waiting: { blobs: 1, firstMs: at, lastMs: at } })
  })

  it('goes beyond the first page of blobs and of rows, and tells how far it is', async () => {
    for (let n = 0; n < 300; n++) {
      await bucket.put(`key ${n}`, bytesNamed(String(n), 8193))
      await bucket.delete(`key ${n}`)
    }
    const seen: number[] = []
    const onProgress = (count: number) => seen.push(count)
    const report = await inspectGarbage(bucket.call, bucket.store, { orphansBeforeMs: 0, onProgress })
    expect(report.waiting).toMatchObject({ blobs: 300, bytes: 300 * 8193 })
    expect(seen).toEqual([256, 300, 300])
  })

  it('counts the blobs of a manifest when nothing claims it, by the time of the manifest', async () => {
    const parts = [bytesNamed('one', MIB), bytesNamed('two', 10_000)]
    await (await bucket.uploadParts('done', parts)).complete()
    await (await bucket.uploadParts('kept', parts)).complete()
    await bucket.uploadParts('unfinished', parts)
    await (await bucket.uploadParts('aborted', parts)).abort()
    bucket.clock.advance(5000)
    await bucket.delete('done')
    const goesMs = bucket.clock.now() + GARBAGE_DELAY_MS
    const amount = { blobs: 2, bytes: MIB + 10_000 }
    // Nobody reads an unfinished upload: what was aborted need not wait.
    expect(await inspect()).toMatchObject({
      due: amount,
      waiting: { ...amount, firstMs: goesMs, lastMs: goesMs },
      orphans: NONE,
      young: NONE,
    })
    bucket.clock.set(goesMs)
    expect(await inspect()).toMatchObject({ due: { blobs: 4, bytes: 2 * MIB + 20_000 }, waiting: NONE })
  })

  it('counts no blob of a manifest that a copy holds, nor one that another manifest claims', async () => {
    await (await bucket.uploadParts('done', [bytesNamed('one', MIB)])).complete()
    await bucket.copy('done', 'copy')
    await bucket.delete('done')
    await bucket.put('plain', LARGE)
    await bucket.copy('plain', 'plain copy')
    await bucket.delete('plain')
    bucket.clock.advance(DAY_MS)
    expect(await inspect()).toMatchObject({ due: NONE, orphans: NONE })
    await bucket.delete('copy')
    await bucket.delete('plain copy')
    const amount = { blobs: 2, bytes: MIB + LARGE.length }
    // Readers of the copies have their own time.
    expect(await inspect()).toMatchObject({ due: NONE, waiting: amount, orphans: NONE })
    bucket.clock.advance(GARBAGE_DELAY_MS)
    expect(await inspect()).toMatchObject({ due: amount, orphans: NONE })
  })

  it('stops when it is told to', async () => {
    const call = testCall({ signal: AbortSignal.abort(new Error('stopping')) })
    await expect(inspectGarbage(call, bucket.store, { orphansBeforeMs: 0 })).rejects.toThrow('stopping')
  })
})

describe('what was reported', () => {
  it('is given back at once when nobody else has the store open', async () => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    await orphan(10_000)
    bucket.clock.advance(GARBAGE_DELAY_MS)
    await bucket.put('kept', LARGE)
    const given = await reclaimReported(bucket.call, bucket.store, await inspect(), bucket.clock.now())
    expect(given).toEqual({ blobs: 2, bytes: 110_000 })
    expect(await auditExactly(bucket.store)).toMatchObject({ garbage: [], versions: 1 })
    expect(await bucket.read('kept')).toBe(LARGE.toString())
  })

  it('includes what manifests held, in one run', async () => {
    await (await bucket.uploadParts('done', [bytesNamed('one', MIB), LARGE])).complete()
    await bucket.append('log', 0, LARGE)
    await bucket.append('log', LARGE.length, LARGE)
    await bucket.delete('done')
    await bucket.delete('log')
    bucket.clock.advance(GARBAGE_DELAY_MS)
    const report = await inspect()
    const amount = { blobs: 4, bytes: MIB + 3 * LARGE.length }
    expect(report.due).toEqual(amount)
    // A clock that goes on, as a real one does.
    const now = () => {
      bucket.clock.advance(1)
      return bucket.clock.now()
    }
    const call = testCall({ clock: { now } })
    expect(await reclaimReported(call, bucket.store, report, 0)).toEqual(amount)
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('but for orphans, which wait their time otherwise', async () => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    await orphan(10_000)
    bucket.clock.advance(GARBAGE_DELAY_MS)
    const notBeforeMs = bucket.clock.now() + GARBAGE_DELAY_MS
    const given = await reclaimReported(bucket.call, bucket.store, await inspect(), notBeforeMs)
    expect(given).toEqual({ blobs: 1, bytes: 100_000 })
    expect(await blobs()).toHaveLength(1)
    bucket.clock.set(notBeforeMs)
    expect((await inspect()).due).toEqual({ blobs: 1, bytes: 10_000 })
  })

  it('is kept when something claims it in the meantime', async () => {
    await bucket.put('key', LARGE)
    const report = await inspect()
    const [blob = '' as BlobId] = await blobs()
    const wrong = { ...report, orphanIds: [blob] }
    expect(await reclaimReported(bucket.call, bucket.store, wrong, 0)).toEqual(NONE)
    expect(await bucket.read('key')).toBe(LARGE.toString())
  })
})
