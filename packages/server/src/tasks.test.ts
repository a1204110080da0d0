import { type Log, reclaimOrphans, type Store } from '@coset/core'
import { auditExactly, bytesNamed, TestBucket, testCall } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ORPHAN_AGE_MS, startTasks } from './tasks.js'

const DAY_MS = 24 * 3600_000
const LARGE = bytesNamed('large', 100_000)

let bucket: TestBucket
let errors: string[]
beforeEach(async () => {
  bucket = await TestBucket.open()
  errors = []
})
afterEach(() => bucket.close())

const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (_fields, message) => void errors.push(message),
}
const rows = async (table: string) => {
  const range = { start: Buffer.from(`${table}/`), end: Buffer.from(`${table}0`) }
  return (await bucket.store.metadata.scan(range, { limit: 100 })).length
}
const blobs = async () => (await bucket.store.blobs.list({ limit: 100 })).length

/** Runs what is done at the start of a server until it has come to that. */
async function runUntil(holds: () => Promise<boolean>, store: Store = bucket.store): Promise<void> {
  const tasks = startTasks(store, log, bucket.clock, bucket.clock.now())
  await vi.waitFor(async () => expect(await holds()).toBe(true))
  await tasks.stop()
}

describe('the tasks of a server', () => {
  it('give garbage back, and remove rows that were kept for a time', async () => {
    await (await bucket.uploadParts('parts', [LARGE])).complete()
    expect(await rows('completed')).toBe(1)
    await bucket.delete('parts')
    bucket.clock.advance(2 * DAY_MS)
    await runUntil(async () => (await rows('completed')) === 0)
    // What was in parts waits for its readers once more, and a start finds it without a claim.
    for (const table of [blobs, () => rows('garbage')]) {
      bucket.clock.advance(DAY_MS)
      await runUntil(async () => (await table()) === 0)
    }
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
  })

  it('tell a failure in one line, and go on at their next turn', async () => {
    await bucket.put('key', LARGE)
    await bucket.delete('key')
    bucket.clock.advance(DAY_MS)
    const failing = () => Promise.reject(new Error('The disk is gone.'))
    const broken = { ...bucket.store, blobs: { ...bucket.store.blobs, list: failing } }
    await runUntil(async () => errors.length > 0, broken)
    expect(errors).toEqual(['reclaiming failed; it is tried again later'])
    await runUntil(async () => (await blobs()) === 0)
    expect(errors).toHaveLength(1)
  })

  it('take no blob that a request may still claim for an orphan', async () => {
    async function* body() {
      yield LARGE
    }
    await bucket.store.blobs.write(body(), { sizeMax: LARGE.length, signal: new AbortController().signal })
    const call = testCall({ clock: bucket.clock })
    bucket.clock.advance(ORPHAN_AGE_MS)
    expect(await reclaimOrphans(call, bucket.store, bucket.clock.now() - ORPHAN_AGE_MS)).toEqual({ blobs: 0 })
    bucket.clock.advance(1)
    expect(await reclaimOrphans(call, bucket.store, bucket.clock.now() - ORPHAN_AGE_MS)).toEqual({ blobs: 1 })
  })
})
