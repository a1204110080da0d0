// What nobody needs any more leaves the disk: after any sequence of writes, deletions, broken uploads and crashes, once
// time has passed and reclaim has run, the files are those that versions point at, and no others.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { putObject, reclaimGarbage, reclaimOrphans } from '@coset/core'
import { LIMITS } from '@coset/model'
import {
  auditExactly,
  bodyThen,
  bytesNamed,
  type FakeClock,
  fakeClock,
  openLocalStoreIn,
  seededRandom,
  TestBucket,
  testCall,
  type VersioningHistory,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const HOUR_MS = 3600_000
const LARGE = bytesNamed('large', 200_000)
const SEEDS = Number(process.env.COSET_RUNS ?? 6)

let dir: string
let clock: FakeClock
let bucket: TestBucket
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-given-back-'))
  clock = fakeClock()
})
afterEach(async () => {
  await bucket.close()
  await rm(dir, { recursive: true })
})

const start = async (versioning: VersioningHistory = 'never') => {
  bucket = await TestBucket.over(await openLocalStoreIn(dir, { now: clock.now }), clock, versioning)
}

/** Names of blob files, sorted, whatever they hold. */
async function files(): Promise<readonly string[]> {
  const names = await readdir(join(dir, 'blobs'), { recursive: true })
  return names.flatMap((name) => (name.includes('/') ? [name.slice(3)] : [])).sort()
}

async function fileBytes(): Promise<number> {
  const sizes = (await files()).map(async (id) => (await stat(join(dir, 'blobs', shardOf(id), id))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

const shardOf = (id: string) => id.slice(12, 14)

/** As the server does it, until nothing waits any more. */
async function reclaimAll(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    clock.advance(LIMITS.requestDurationMsMax + HOUR_MS)
    await reclaimOrphans(bucket.call, bucket.store, clock.now() - LIMITS.requestDurationMsMax)
    clock.advance(HOUR_MS)
    await reclaimGarbage(bucket.call, bucket.store, clock.now())
  }
}

async function expectOnlyReferenced(): Promise<void> {
  const { referenced, garbage } = await auditExactly(bucket.store)
  expect(garbage).toEqual([])
  expect(await files()).toEqual(referenced)
}

/** The body just stops coming: larger than what a row holds, so that part of it is in a file by then. */
const abortedPut = (key: string, bytes: Buffer) => {
  const controller = new AbortController()
  const last = () => {
    controller.abort(new Error('The client left.'))
    return new Promise<void>(() => undefined)
  }
  const call = testCall({ clock, signal: controller.signal })
  return putVia(call, key, bodyThen(bytes, last))
}

const brokenPut = (key: string, bytes: Buffer) =>
  putVia(
    bucket.call,
    key,
    bodyThen(bytes, () => Promise.reject(new Error('The connection broke.'))),
  )

async function putVia(call: TestBucket['call'], key: string, stream: AsyncIterable<Uint8Array>) {
  const input = bucket.putInput(key, '', { body: { stream, length: 10_000_000 } })
  await expect(putObject(call, bucket.store, input)).rejects.toThrow()
}

/** What a process that is killed between blob and commit leaves. */
async function crashedPut(bytes: Buffer): Promise<void> {
  const { signal } = bucket.call
  await bucket.store.blobs.write(
    bodyThen(bytes, () => undefined),
    { sizeMax: bytes.length, signal },
  )
}

describe('the disk', () => {
  it('holds one file after a key was replaced many times', async () => {
    await start()
    for (let n = 0; n < 50; n++) await bucket.put('key', bytesNamed(String(n), 100_000))
    expect(await files()).toHaveLength(50)
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await fileBytes()).toBeLessThan(101_000)
    expect(await bucket.read('key')).toBe(bytesNamed('49', 100_000).toString())
  })

  it('holds no file once everything is deleted; folders of files stay, at most 256', async () => {
    await start()
    for (let n = 0; n < 100; n++) await bucket.put(`key ${n}`, bytesNamed(String(n), 20_000))
    for (let n = 0; n < 100; n++) await bucket.delete(`key ${n}`)
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await files()).toEqual([])
    const shards = await readdir(join(dir, 'blobs'))
    expect(shards.length).toBeGreaterThan(0)
    expect(shards.length).toBeLessThanOrEqual(256)
  })

  it('loses nothing to uploads that were aborted or broke off midway', async () => {
    await start()
    await bucket.put('kept', LARGE)
    for (let n = 0; n < 5; n++) {
      await abortedPut(`aborted ${n}`, LARGE)
      await brokenPut('kept', LARGE)
    }
    expect(await files()).toHaveLength(1)
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await bucket.read('kept')).toBe(LARGE.toString())
  })

  it('loses nothing to multipart uploads, completed, replaced or aborted, nor to appended pieces', async () => {
    await start()
    const parts = [bytesNamed('one', 1024 * 1024), LARGE]
    for (let n = 0; n < 3; n++) {
      await (await bucket.uploadParts('parts', parts)).complete()
      await (await bucket.uploadParts('aborted', parts)).abort()
      await bucket.append('log', n * LARGE.length, LARGE)
    }
    await bucket.copy('parts', 'copy')
    await bucket.delete('parts')
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await files()).toHaveLength(2 + 3)
    await bucket.delete('copy')
    await bucket.delete('log')
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await files()).toEqual([])
  })

  it('keeps the parts of an unfinished upload, however old', async () => {
    await start()
    const upload = await bucket.uploadParts('parts', [LARGE])
    await reclaimAll()
    expect(await files()).toHaveLength(1)
    await upload.complete()
    expect(await bucket.read('parts')).toBe(LARGE.toString())
  })

  it('keeps what versions keep, until the last of them goes', async () => {
    await start('Enabled')
    const put = async (name: string) => (await bucket.put('key', bytesNamed(name, 50_000))).versionId
    const ids = [await put('a'), await put('b'), await put('c')]
    await bucket.delete('key')
    await reclaimAll()
    expect(await files()).toHaveLength(3)
    for (const id of ids) await bucket.delete('key', id)
    await reclaimAll()
    await expectOnlyReferenced()
    expect(await files()).toEqual([])
  })

  it('is given back what a crash left, and not before a request could be through', async () => {
    await start()
    await crashedPut(LARGE)
    clock.advance(LIMITS.requestDurationMsMax - 1)
    await reclaimOrphans(bucket.call, bucket.store, clock.now() - LIMITS.requestDurationMsMax)
    clock.advance(HOUR_MS)
    await reclaimGarbage(bucket.call, bucket.store, clock.now())
    expect(await files()).toHaveLength(1)
    await reclaimAll()
    expect(await files()).toEqual([])
  })

  it('uses the pages of deleted rows again', async () => {
    await start()
    const fill = async () => {
      for (let n = 0; n < 400; n++) await bucket.put(`key ${n}`, bytesNamed(String(n), 8000))
      for (let n = 0; n < 400; n++) await bucket.delete(`key ${n}`)
      return (await stat(join(dir, 'metadata', 'data.mdb'))).size
    }
    const once = await fill()
    let again = 0
    for (let round = 0; round < 4; round++) again = await fill()
    expect(again).toBeLessThan(2.5 * once)
  })
})

describe('after a random history', () => {
  const seeds = Array.from({ length: SEEDS }, (_, n) => n + 1)
  const histories = (['never', 'Enabled', 'Suspended'] as const).flatMap((versioning) =>
    seeds.map((seed) => [versioning, seed] as const),
  )

  it.each(histories)('the files are those that versions point at (%s, seed %d)', async (versioning, seed) => {
    await start(versioning)
    const random = seededRandom(seed)
    const pick = (count: number) => (random.bytes(1)[0] ?? 0) % count
    const expected = new Map<string, string | undefined>()
    for (let step = 0; step < 60; step++) {
      const key = `key ${pick(4)}`
      const bytes = bytesNamed(`${seed} ${step}`, [100, 9000, 70_000, 200_000][pick(4)] ?? 0)
      clock.advance(pick(20) * 60_000)
      const steps = [
        async () => {
          await bucket.put(key, bytes)
          expected.set(key, bytes.toString())
        },
        async () => {
          await bucket.delete(key)
          expected.set(key, undefined)
        },
        async () => {
          await (await bucket.uploadParts(key, [bytes])).complete()
          expected.set(key, bytes.toString())
        },
        async () => {
          const source = expected.get(key)
          if (source === undefined) return
          await bucket.copy(key, 'copy')
          expected.set('copy', source)
        },
        async () => (await bucket.uploadParts(key, [bytes])).abort(),
        () => abortedPut(key, LARGE),
        () => brokenPut(key, bytes),
        () => crashedPut(bytes),
        () => reclaimGarbage(bucket.call, bucket.store, clock.now()),
        () => reclaimOrphans(bucket.call, bucket.store, clock.now() - LIMITS.requestDurationMsMax),
      ]
      await steps[pick(14) % steps.length]?.()
    }
    await reclaimAll()
    await expectOnlyReferenced()
    for (const [key, content] of expected) {
      if (content === undefined) await expect(bucket.read(key)).rejects.toMatchObject({ code: 'NoSuchKey' })
      else expect(await bucket.read(key)).toBe(content)
    }
  })
})
