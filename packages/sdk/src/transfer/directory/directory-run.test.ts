import { describe, expect, it } from 'vitest'
import { CosClientError, CosServiceError } from '../../errors.js'
import { ReadAhead } from './read-ahead.js'
import { Shares } from './shares.js'
import { StopRule } from './stop-rule.js'

const refused = (code: string) =>
  new CosServiceError({ code, message: 'No.', statusCode: 403, method: 'PUT', headers: {} })
const failed = (kind: 'file' | 'network', code?: string) =>
  new CosClientError(kind, 'No.', { cause: { code } })

describe('shares of requests', () => {
  const never = new AbortController().signal

  it('are given in the order of asking, and many are not passed by few', async () => {
    const shares = new Shares(3)
    const order: string[] = []
    await shares.take(2, never)
    const many = shares.take(3, never).then(() => order.push('many'))
    const one = shares.take(1, never).then(() => order.push('one'))
    await Promise.resolve()
    expect(order).toEqual([])
    shares.give(2)
    await many
    expect(order).toEqual(['many'])
    shares.give(3)
    await one
    expect(order).toEqual(['many', 'one'])
  })

  it('go on to others when who asked gives up', async () => {
    const shares = new Shares(2)
    await shares.take(1, never)
    const controller = new AbortController()
    const many = shares.take(2, controller.signal)
    const one = shares.take(1, never)
    controller.abort()
    await expect(many).rejects.toMatchObject({ kind: 'aborted' })
    await one
    await expect(shares.take(1, AbortSignal.abort())).rejects.toMatchObject({ kind: 'aborted' })
  })
})

describe('reading ahead', () => {
  async function* counting(to: number, onRead: (count: number) => void = () => undefined) {
    for (let count = 1; count <= to; count++) {
      onRead(count)
      yield count
    }
  }

  it('gives everything in its order', async () => {
    const got: number[] = []
    for await (const count of new ReadAhead(counting(1000), 7)) got.push(count)
    expect(got).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
  })

  it('goes no further ahead than it may', async () => {
    let read = 0
    const ahead = new ReadAhead(
      counting(100, (count) => {
        read = count
      }),
      10,
    )
    await ahead.next()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(read).toBeGreaterThanOrEqual(10)
    expect(read).toBeLessThanOrEqual(12)
    await ahead.return()
  })

  it('tells the failure of its source in its turn', async () => {
    async function* failing() {
      yield 1
      throw new Error('gone')
    }
    const ahead = new ReadAhead(failing(), 10)
    expect(await ahead.next()).toEqual({ done: false, value: 1 })
    await expect(ahead.next()).rejects.toThrow('gone')
  })

  it('ends at once, whatever its source waits for', async () => {
    const stuck = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }
    const ahead = new ReadAhead(stuck, 10)
    const waiting = ahead.next()
    expect(await ahead.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})

describe('the rule when to stop', () => {
  const failures = (rule: StopRule, error: CosServiceError | CosClientError, count: number) =>
    Array.from({ length: count }, () => rule.failure(error)).findIndex((stop) => stop !== undefined)

  it('stops at what is wrong with every file', () => {
    for (const error of [refused('NoSuchBucket'), refused('InvalidAccessKeyId'), failed('file', 'ENOSPC')]) {
      expect(new StopRule(false).failure(error)).toMatchObject({ message: /nothing more was tried/ })
    }
  })

  it('goes on after what is wrong with one', () => {
    for (const error of [
      refused('NoSuchKey'),
      refused('InvalidObjectState'),
      failed('file', 'EACCES'),
      failed('file'),
    ]) {
      expect(failures(new StopRule(false), error, 1000)).toBe(-1)
    }
  })

  it('stops after a hundred refusals, unless anything succeeded', () => {
    expect(failures(new StopRule(false), refused('AccessDenied'), 1000)).toBe(99)
    const rule = new StopRule(false)
    rule.success()
    expect(failures(rule, refused('AccessDenied'), 1000)).toBe(-1)
  })

  it('stops when the network is gone, and not when it is bad', () => {
    const rule = new StopRule(false)
    expect(failures(rule, failed('network'), 99)).toBe(-1)
    rule.success()
    expect(failures(rule, failed('network'), 200)).toBe(99)
  })

  it('stops at once when that is wanted', () => {
    expect(new StopRule(true).failure(refused('NoSuchKey'))).toMatchObject({ code: 'NoSuchKey' })
  })
})
