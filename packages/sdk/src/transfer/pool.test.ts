import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { onAbort } from '../abort.js'
import { interruptible, runPool, threadCount } from './pool.js'

const never = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => onAbort(signal, () => reject(new Error('let go'))))

describe('a pool', () => {
  it('does every task, so many at a time and no more', async () => {
    const done: number[] = []
    let running = 0
    let most = 0
    await runPool(Array(50).keys(), { limit: 4, signal: undefined }, async (task) => {
      most = Math.max(most, ++running)
      await pause(task % 3)
      running--
      done.push(task)
    })
    expect(done.sort((a, b) => a - b)).toEqual([...Array(50).keys()])
    expect(most).toBe(4)
  })

  it('takes a task only when a worker is free', async () => {
    let taken = 0
    async function* tasks() {
      for (; taken < 10; taken++) yield taken
    }
    const waits = runPool(tasks(), { limit: 2, signal: undefined }, () => pause(20))
    await pause(10)
    expect(taken).toBeLessThanOrEqual(2)
    await waits
    expect(taken).toBe(10)
  })

  it('stops everything at the first failure, and tells that one', async () => {
    const first = new Error('first')
    let letGo = 0
    let started = 0
    const running = runPool(Array(100).keys(), { limit: 5, signal: undefined }, async (task, signal) => {
      started++
      if (task === 3) throw first
      await never(signal).catch((error: unknown) => {
        letGo++
        throw error
      })
    })
    await expect(running).rejects.toBe(first)
    expect(started).toBeLessThanOrEqual(5)
    expect(letGo).toBe(started - 1)
  })

  it('ends a source that is not used up', async () => {
    let closed = false
    async function* tasks() {
      try {
        for (let task = 0; ; task++) yield task
      } finally {
        closed = true
      }
    }
    const running = runPool(tasks(), { limit: 2, signal: undefined }, async (task) => {
      if (task === 5) throw new Error('five')
    })
    await expect(running).rejects.toThrow('five')
    expect(closed).toBe(true)
  })

  it('rejects with kind aborted when the signal fires, though the source gives nothing', async () => {
    const controller = new AbortController()
    const stuck: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    }
    const running = runPool(stuck, { limit: 3, signal: controller.signal }, async () => undefined)
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 5)
    await expect(running).rejects.toMatchObject({ kind: 'aborted', cause: reason })
  })

  it('rejects with kind aborted whatever its tasks say then', async () => {
    const controller = new AbortController()
    const running = runPool([1, 2], { limit: 2, signal: controller.signal }, (_, signal) => never(signal))
    controller.abort('because')
    await expect(running).rejects.toMatchObject({ kind: 'aborted', cause: 'because' })
    const after = runPool([1], { limit: 1, signal: controller.signal }, async () => undefined)
    await expect(after).rejects.toMatchObject({ kind: 'aborted' })
  })

  it('fails when its source does', async () => {
    async function* tasks() {
      yield 1
      throw new Error('no more')
    }
    await expect(runPool(tasks(), { limit: 3, signal: undefined }, async () => undefined)).rejects.toThrow(
      'no more',
    )
  })
})

describe('an interruptible wait', () => {
  it('gives what it waited for, or gives up with the signal', async () => {
    const controller = new AbortController()
    expect(await interruptible(Promise.resolve(1), controller.signal)).toBe(1)
    expect(await interruptible(2, controller.signal)).toBe(2)
    const waiting = interruptible(new Promise(() => undefined), controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' })
  })
})

describe('MAXThread', () => {
  it('is a whole number from 1 to 1000', () => {
    expect(threadCount(undefined, 5)).toBe(5)
    expect(threadCount('7', 5)).toBe(7)
    for (const wrong of [0, -1, 1.5, 1001, Number.NaN]) {
      expect(() => threadCount(wrong, 5)).toThrow(/MAXThread must be/)
    }
  })
})
