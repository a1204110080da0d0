import { LIMITS } from '@coset/model'
import { faultyPorts, openMemoryStore, storeAbove, testCall } from '@coset/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Commit, Entry } from '../ports.js'
import type { Store } from '../store.js'
import { attempt } from './attempt.js'

const ROW = Buffer.from('counter')
const fault = (code: string) => expect.objectContaining({ code })

let store: Store
beforeEach(async () => {
  store = (await openMemoryStore()).store
})

const countOf = (row: Entry | undefined) => row?.value[0] ?? 0

async function increment(on: Store, turn = 'counter', call = testCall()): Promise<number> {
  return attempt(call, on, turn, async () => {
    const [row] = await on.metadata.read([ROW])
    const count = countOf(row) + 1
    const commit: Commit = {
      checks: [{ kind: 'unchanged', key: ROW, stamp: row?.stamp ?? null }],
      writes: [{ kind: 'put', key: ROW, value: Uint8Array.of(count) }],
    }
    return { commit, result: count }
  })
}

describe('writers of one row', () => {
  it('plan again when another process came first, and lose nothing', async () => {
    const processes = await Promise.all(Array.from({ length: 8 }, () => storeAbove(store)))
    const counts = await Promise.all(processes.map((process) => increment(process)))
    expect(counts.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('take turns within one process, so that none plans twice', async () => {
    let commits = 0
    const ports = faultyPorts(store, ({ method, moment }) => {
      if (method === 'commit' && moment === 'before') commits++
    })
    const process = await storeAbove(ports)
    await Promise.all(Array.from({ length: 50 }, () => increment(process)))
    expect(commits).toBe(50)
  })

  it('go on after one of them failed', async () => {
    const failing = attempt(testCall(), store, 'counter', () => Promise.reject(new Error('no plan')))
    const next = increment(store)
    await expect(failing).rejects.toThrow('no plan')
    expect(await next).toBe(1)
  })

  it('give up with SlowDown when every commit is outrun', async () => {
    const other = await storeAbove(store)
    const ports = faultyPorts(store, () => {})
    let plans = 0
    const slow = await storeAbove(ports)
    const losing = attempt(testCall(), slow, 'counter', async () => {
      plans++
      const [row] = await slow.metadata.read([ROW])
      await increment(other)
      const checks = [{ kind: 'unchanged', key: ROW, stamp: row?.stamp ?? null } as const]
      return { commit: { checks, writes: [{ kind: 'delete', key: ROW }] }, result: undefined }
    })
    await expect(losing).rejects.toThrow(fault('SlowDown'))
    expect(plans).toBe(LIMITS.attemptsMax)
  })
})

describe('a plan', () => {
  it('that writes nothing is not committed', async () => {
    const ports = faultyPorts(store, ({ method }) => {
      if (method === 'commit') throw new Error('committed')
    })
    const plan = async () => ({ commit: { checks: [], writes: [] }, result: 'nothing to do' })
    expect(await attempt(testCall(), await storeAbove(ports), 'turn', plan)).toBe('nothing to do')
  })

  it.each([
    ['its caller has left', testCall({ signal: AbortSignal.abort(new Error('gone')) })],
    ['its time is over', testCall({ deadline: 0 })],
  ])('is not committed when %s', async (_name, call) => {
    await expect(increment(store, 'counter', call)).rejects.toThrow(fault('RequestTimeout'))
    expect(await store.metadata.read([ROW])).toEqual([undefined])
  })

  it('is not committed when its caller leaves while it is made', async () => {
    const controller = new AbortController()
    const call = testCall({ signal: controller.signal })
    const leaving = attempt(call, store, 'counter', async () => {
      controller.abort(new Error('gone'))
      return { commit: { checks: [], writes: [{ kind: 'put', key: ROW, value: ROW }] }, result: undefined }
    })
    await expect(leaving).rejects.toThrow(fault('RequestTimeout'))
    expect(await store.metadata.read([ROW])).toEqual([undefined])
  })
})
