import { type Damage, type Log, readScrubState, type Store } from '@coset/core'
import { bytesNamed, TestBucket, testCall } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { passIfDue, startScrub } from './scrub-task.js'

const DAY_MS = 24 * 3600_000
const EVERY = { everyMs: 30 * DAY_MS, bytesPerSecond: 1e9 }
const SUMMARY = 'a scrub has read everything'

interface Line {
  readonly level: 'info' | 'error'
  readonly message: string
  readonly fields: Partial<Damage> & { readonly versions?: number }
}

let bucket: TestBucket
let lines: Line[]
beforeEach(async () => {
  bucket = await TestBucket.open()
  lines = []
  for (const key of ['a', 'b', 'c']) await bucket.put(key, bytesNamed(key, 50_000))
})
afterEach(() => bucket.close())

const log: Log = {
  debug: () => undefined,
  warn: () => undefined,
  info: (fields, message) => void lines.push({ level: 'info', message, fields }),
  error: (fields, message) => void lines.push({ level: 'error', message, fields }),
}
const messages = () => lines.map(({ message }) => message)
const run = (store: Store = bucket.store, signal = new AbortController().signal) =>
  passIfDue(testCall({ clock: bucket.clock, log, signal }), store, EVERY)

/** A store whose n-th read of a blob does something first. */
function onRead(n: number, work: () => void): Store {
  const { blobs } = bucket.store
  let reads = 0
  const read: typeof blobs.read = (...args) => {
    if (++reads === n) work()
    return blobs.read(...args)
  }
  return { ...bucket.store, blobs: { ...blobs, read } }
}

describe('a pass', () => {
  it('is made at once when there never was one, and told by one line', async () => {
    await run()
    expect(lines).toMatchObject([
      { level: 'info', message: SUMMARY, fields: { versions: 3, bytes: 150_000, damaged: 0 } },
    ])
  })

  it('is not made again before its time, counted from the start of the last', async () => {
    await run()
    bucket.clock.advance(EVERY.everyMs - 1)
    await run()
    expect(messages()).toEqual([SUMMARY])
    bucket.clock.advance(1)
    await run()
    expect(messages()).toEqual([SUMMARY, SUMMARY])
  })

  it('logs each damage as an error, and goes on', async () => {
    const [first] = await bucket.store.blobs.list({ limit: 1 })
    if (!first) throw new Error('There is no blob.')
    await bucket.store.blobs.delete([first.id])
    await run()
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'a stored object is damaged',
        fields: { bucket: bucket.name, versionId: 'null', blobs: [first.id] },
      },
      { level: 'info', fields: { versions: 3, damaged: 1 } },
    ])
  })

  it('that was interrupted goes on where it stopped, and reads nothing twice', async () => {
    const controller = new AbortController()
    const store = onRead(2, () => controller.abort(new Error('stopping')))
    await expect(run(store, controller.signal)).rejects.toThrow('stopping')
    expect(await readScrubState(bucket.store)).toMatchObject({ progress: { versions: 1 } })
    bucket.clock.advance(DAY_MS)
    let reads = 0
    const { blobs } = bucket.store
    const counted: typeof blobs.read = (...args) => {
      reads++
      return blobs.read(...args)
    }
    await run({ ...bucket.store, blobs: { ...blobs, read: counted } })
    expect(reads).toBe(2)
    expect(lines).toMatchObject([{ message: SUMMARY, fields: { versions: 3, bytes: 150_000 } }])
    bucket.clock.advance(EVERY.everyMs - DAY_MS - 1)
    await run()
    expect(lines).toHaveLength(1)
    bucket.clock.advance(1)
    await run()
    expect(lines).toHaveLength(2)
  })

  it('keeps its place as time goes by, so that a killed process loses little', async () => {
    let kept: unknown
    const store = onRead(3, () => {
      kept = readScrubState(bucket.store)
    })
    const { blobs } = store
    const read: typeof blobs.read = (...args) => {
      bucket.clock.advance(40_000)
      return blobs.read(...args)
    }
    await run({ ...store, blobs: { ...blobs, read } })
    expect(await kept).toMatchObject({ progress: { versions: 2 } })
    expect(await readScrubState(bucket.store)).toEqual({ startedMs: expect.any(Number) })
  })
})

describe('beside a server', () => {
  afterEach(() => vi.useRealTimers())

  it('a scrub that fails is told, and tried again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    let failures = 1
    const { metadata } = bucket.store
    const scan: typeof metadata.scan = (...args) =>
      failures-- > 0 ? Promise.reject(new Error('The disk is gone.')) : metadata.scan(...args)
    const store = { ...bucket.store, metadata: { ...metadata, scan } }
    const task = startScrub({ store, log, clock: bucket.clock }, EVERY)
    await vi.waitFor(() => expect(messages()).toEqual(['a scrub failed; it goes on later']))
    await vi.advanceTimersByTimeAsync(60_000)
    await vi.waitFor(() => expect(messages()).toContain(SUMMARY))
    await task.stop()
  })

  it('a scrub that waits for its rate stops at once, and says nothing', async () => {
    const slow = { everyMs: DAY_MS, bytesPerSecond: 1 }
    const task = startScrub({ store: bucket.store, log, clock: bucket.clock }, slow)
    await vi.waitFor(async () => expect(await readScrubState(bucket.store)).toBeDefined())
    await task.stop()
    expect(lines).toEqual([])
    expect(await readScrubState(bucket.store)).toMatchObject({ progress: { versions: 0 } })
  })
})
