// What every metadata store must do, run unchanged against each of them.
import type { Check, Commit, CommitResult, Entry, Key, MetadataStore, Stamp, Write } from '@coset/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arbitrarySteps, compareWithModel, countOf } from './metadata-model.js'

export interface OpenMetadataStore {
  readonly store: MetadataStore
  close(): Promise<void>
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const everything = { start: new Uint8Array(0), end: new Uint8Array(64).fill(255) }

const put = (key: Key, value: Uint8Array): Write => ({ kind: 'put', key, value })
const remove = (key: Key): Write => ({ kind: 'delete', key })
const add = (key: Key, delta: bigint): Write => ({ kind: 'add', key, delta })
const unchanged = (key: Key, stamp: Stamp | null): Check => ({ kind: 'unchanged', key, stamp })

export function metadataStoreSuite(name: string, open: () => Promise<OpenMetadataStore>): void {
  describe(`metadata store: ${name}`, () => {
    let opened: OpenMetadataStore
    let store: MetadataStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const write = (...writes: Write[]): Promise<CommitResult> => store.commit({ checks: [], writes })
    const get = async (key: Key): Promise<Entry | undefined> => (await store.read([key]))[0]
    const stampOf = async (key: Key): Promise<Stamp> => (await get(key))?.stamp ?? -1n

    it('reads what was put, and nothing for an absent key', async () => {
      const result = await write(put(bytes('a'), bytes('1')), put(bytes('b'), new Uint8Array(0)))
      const [a, none, b] = await store.read([bytes('a'), bytes('none'), bytes('b')])
      if (!result.ok) throw new Error('The commit was refused.')
      expect(a).toEqual({ key: bytes('a'), value: bytes('1'), stamp: result.stamp })
      expect(none).toBeUndefined()
      expect(b?.value).toEqual(new Uint8Array(0))
    })

    it('keeps keys and values of every length it allows', async () => {
      const key = new Uint8Array(1978).fill(7)
      const values = [0, 1, 4_500, 70_000, 1_500_000].map((size) => new Uint8Array(size).fill(size % 251))
      for (const value of values) {
        await write(put(key, value))
        expect(Buffer.compare((await get(key))?.value ?? bytes('absent'), value)).toBe(0)
        const [row] = await store.scan({ start: key, end: new Uint8Array([8]) }, { limit: 1 })
        expect(Buffer.compare(row?.value ?? bytes('absent'), value)).toBe(0)
      }
    })

    it('orders keys byte by byte, forwards and backwards', async () => {
      const keys = [[0], [0, 0], [1], [97], [97, 0], [97, 47], [97, 255], [127], [128], [255], [255, 255]]
      const sorted = keys.map((key) => Uint8Array.from(key))
      for (const key of [...sorted].reverse()) await write(put(key, key))
      const forwards = await store.scan(everything, { limit: 100 })
      const backwards = await store.scan(everything, { limit: 100, reverse: true })
      expect(forwards.map((entry) => entry.key)).toEqual(sorted)
      expect(backwards.map((entry) => entry.key)).toEqual([...sorted].reverse())
    })

    it('takes the start of a range, leaves its end, and stops at the limit', async () => {
      await write(...['a', 'b', 'c', 'd'].map((key) => put(bytes(key), bytes(key))))
      const scan = async (start: string, end: string, limit: number, reverse = false) => {
        const found = await store.scan({ start: bytes(start), end: bytes(end) }, { limit, reverse })
        return found.map((entry) => Buffer.from(entry.key).toString()).join('')
      }
      expect(await scan('b', 'd', 10)).toBe('bc')
      expect(await scan('b', 'd', 10, true)).toBe('cb')
      expect(await scan('', 'z', 2)).toBe('ab')
      expect(await scan('', 'z', 2, true)).toBe('dc')
      expect(await scan('bb', 'cc', 10, true)).toBe('c')
      expect(await scan('c', 'c', 10)).toBe('')
      expect(await scan('d', 'b', 10, true)).toBe('')
      expect(await scan('a', 'z', 0)).toBe('')
    })

    it('scans between bounds longer than any key', async () => {
      const longest = new Uint8Array(1978).fill(9)
      const beyond = new Uint8Array(2500).fill(9)
      const end = Uint8Array.of(10)
      await write(put(longest, bytes('x')), put(bytes('z'), bytes('y')))
      for (const reverse of [false, true]) {
        expect(await store.scan({ start: longest, end: beyond }, { limit: 5, reverse })).toHaveLength(1)
        expect(await store.scan({ start: beyond, end }, { limit: 5, reverse })).toHaveLength(0)
      }
      expect(await store.read([beyond])).toEqual([undefined])
    })

    it('rejects a key without bytes, and writes nothing of that commit', async () => {
      await expect(write(put(bytes('a'), bytes('1')), put(new Uint8Array(0), bytes('2')))).rejects.toThrow()
      expect(await get(bytes('a'))).toBeUndefined()
    })

    it('is not changed through buffers it was given', async () => {
      const key = bytes('key')
      const value = bytes('value')
      const committing = write(put(key, value))
      key.fill(0)
      value.fill(0)
      await committing
      expect((await get(bytes('key')))?.value).toEqual(bytes('value'))
      expect((await store.scan(everything, { limit: 1 }))[0]?.key).toEqual(bytes('key'))
    })

    it('keeps returned values as they were when the row changes', async () => {
      await write(put(bytes('a'), new Uint8Array(5000).fill(1)))
      const before = await get(bytes('a'))
      const [scanned] = await store.scan(everything, { limit: 1 })
      for (let n = 2; n < 12; n++) await write(put(bytes('a'), new Uint8Array(5000).fill(n)))
      await get(bytes('a'))
      expect(before?.value.every((byte) => byte === 1)).toBe(true)
      expect(scanned?.value.every((byte) => byte === 1)).toBe(true)
    })

    it('sees a commit as soon as it is acknowledged', async () => {
      for (let n = 0; n < 50; n++) {
        await write(put(bytes('a'), Uint8Array.of(n)))
        expect((await get(bytes('a')))?.value).toEqual(Uint8Array.of(n))
        expect((await store.scan(everything, { limit: 1 }))[0]?.value).toEqual(Uint8Array.of(n))
      }
    })

    it('reads and scans one snapshot while commits go on', async () => {
      const keys = Array.from({ length: 20 }, (_, n) => bytes(`k${n}`))
      const writeAll = (n: number) => write(...keys.map((key) => put(key, Uint8Array.of(n))))
      await writeAll(0)
      let writing = true
      const writer = (async () => {
        for (let n = 1; n < 60; n++) await writeAll(n)
        writing = false
      })()
      while (writing) {
        const read = await store.read(keys)
        const scanned = await store.scan(everything, { limit: 100 })
        expect(new Set(read.map((entry) => entry?.value[0])).size).toBe(1)
        expect(new Set(scanned.map((entry) => entry.stamp)).size).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
      await writer
    })

    it('gives every commit a greater stamp, and its rows that stamp', async () => {
      let last = -1n
      for (let n = 0; n < 20; n++) {
        const result = await write(put(bytes('a'), bytes('x')), put(bytes(`b${n}`), bytes('y')))
        if (!result.ok) throw new Error('The commit was refused.')
        expect(result.stamp > last).toBe(true)
        expect(await stampOf(bytes('a'))).toBe(result.stamp)
        expect(await stampOf(bytes(`b${n}`))).toBe(result.stamp)
        last = result.stamp
      }
    })

    it('deletes, and deletes what is absent', async () => {
      await write(put(bytes('a'), bytes('1')))
      expect(await write(remove(bytes('a')), remove(bytes('none')))).toMatchObject({ ok: true })
      expect(await get(bytes('a'))).toBeUndefined()
    })

    it('applies the writes of one commit in their order', async () => {
      const counter = bytes('c')
      await write(put(bytes('a'), bytes('1')), remove(bytes('a')), put(bytes('a'), bytes('2')))
      await write(add(counter, 5n), remove(counter), add(counter, 3n), add(counter, -1n))
      expect((await get(bytes('a')))?.value).toEqual(bytes('2'))
      expect(countOf(await get(counter))).toBe(2n)
    })

    describe('checks', () => {
      const key = bytes('key')

      it('accepts an unchanged row and refuses a changed one', async () => {
        await write(put(key, bytes('1')))
        const stamp = await stampOf(key)
        const commit: Commit = { checks: [unchanged(key, stamp)], writes: [put(key, bytes('2'))] }
        expect(await store.commit(commit)).toMatchObject({ ok: true })
        expect(await store.commit(commit)).toEqual({ ok: false, failed: unchanged(key, stamp) })
        expect((await get(key))?.value).toEqual(bytes('2'))
      })

      it('refuses a row written again with the same value', async () => {
        await write(put(key, bytes('1')))
        const stamp = await stampOf(key)
        await write(put(key, bytes('1')))
        expect(await store.commit({ checks: [unchanged(key, stamp)], writes: [] })).toMatchObject({
          ok: false,
        })
      })

      it('takes a null stamp for absence', async () => {
        const commit: Commit = { checks: [unchanged(key, null)], writes: [put(key, bytes('1'))] }
        expect(await store.commit(commit)).toMatchObject({ ok: true })
        expect(await store.commit(commit)).toEqual({ ok: false, failed: unchanged(key, null) })
        await write(remove(key))
        expect(await store.commit(commit)).toMatchObject({ ok: true })
      })

      it('finds a range empty or not, its end outside', async () => {
        const check: Check = { kind: 'empty', range: { start: bytes('b'), end: bytes('d') } }
        await write(put(bytes('a'), bytes('1')), put(bytes('d'), bytes('1')))
        expect(await store.commit({ checks: [check], writes: [] })).toMatchObject({ ok: true })
        await write(put(bytes('c'), bytes('1')))
        expect(await store.commit({ checks: [check], writes: [remove(bytes('a'))] })).toEqual({
          ok: false,
          failed: check,
        })
        expect(await get(bytes('a'))).toBeDefined()
      })

      it('writes nothing when the last of several checks fails, and names it', async () => {
        const checks = [unchanged(bytes('x'), null), unchanged(bytes('y'), null), unchanged(bytes('z'), 7n)]
        const result = await store.commit({
          checks,
          writes: [put(bytes('x'), bytes('1')), add(bytes('n'), 1n), remove(bytes('y'))],
        })
        expect(result).toEqual({ ok: false, failed: checks[2] })
        expect(await store.scan(everything, { limit: 10 })).toEqual([])
      })
    })

    describe('counters', () => {
      const key = bytes('counter')

      it('count from zero, below zero, and beyond 32 bits', async () => {
        await write(add(key, -3n))
        expect(countOf(await get(key))).toBe(-3n)
        await write(add(key, 2n ** 40n))
        expect(countOf(await get(key))).toBe(2n ** 40n - 3n)
        await write(put(bytes('given'), Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0)), add(bytes('given'), 1n))
        expect(countOf(await get(bytes('given')))).toBe(257n)
      })

      it('lose nothing when added to concurrently', async () => {
        await Promise.all(Array.from({ length: 100 }, (_, n) => write(add(key, n % 2 === 0 ? 3n : -1n))))
        expect(countOf(await get(key))).toBe(100n)
      })
    })

    it('keeps a commit that throws apart from its neighbours', async () => {
      await write(put(bytes('text'), bytes('not a counter')))
      const results = await Promise.allSettled([
        write(put(bytes('before'), bytes('1'))),
        write(put(bytes('half'), bytes('1')), add(bytes('text'), 1n)),
        write(put(bytes('after'), bytes('1'))),
      ])
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      const [before, half, after] = await store.read([bytes('before'), bytes('half'), bytes('after')])
      expect([before !== undefined, half !== undefined, after !== undefined]).toEqual([true, false, true])
    })

    it('accepts exactly one of many commits that expect the same stamp', async () => {
      const key = bytes('key')
      const tries = Array.from({ length: 40 }, (_, n) =>
        store.commit({ checks: [unchanged(key, null)], writes: [put(key, Uint8Array.of(n))] }),
      )
      const accepted = (await Promise.all(tries)).filter((result) => result.ok)
      expect(accepted).toHaveLength(1)
    })

    it('loses no increment under check and retry', async () => {
      const key = bytes('key')
      const increment = async (): Promise<void> => {
        for (;;) {
          const entry = await get(key)
          const value = Uint8Array.of((entry?.value[0] ?? 0) + 1)
          const checks = [unchanged(key, entry?.stamp ?? null)]
          if ((await store.commit({ checks, writes: [put(key, value)] })).ok) return
        }
      }
      await Promise.all(Array.from({ length: 16 }, increment))
      expect((await get(key))?.value).toEqual(Uint8Array.of(16))
    })

    it('answers like a plain sorted list, whatever is committed', async () => {
      let round = 0
      await fc.assert(
        fc.asyncProperty(arbitrarySteps, async (steps) => {
          // Each run has its own keys, below a prefix, so that one store serves them all.
          const prefix = Uint8Array.of(200, round >> 8, round++ & 255)
          await compareWithModel(store, prefix, steps)
        }),
        { numRuns: 40 },
      )
    })
  })
}
