import { describe, expect, it } from 'vitest'
import type { ProxiedOperation, ProxiedRequest } from './faults.js'
import { seededPlan } from './seeded-plan.js'

let ordinal = 0
function requestOf(operation: ProxiedOperation, more: Partial<ProxiedRequest> = {}): ProxiedRequest {
  ordinal++
  return {
    ordinal,
    operation,
    method: 'PUT',
    target: '/b/k',
    partNumber: undefined,
    range: undefined,
    ...more,
  }
}

const parts = Array.from({ length: 200 }, (_, at) => requestOf('putPart', { partNumber: at + 1 }))

describe('a seeded plan', () => {
  it('is the same for the same seed, whatever the order of arrival', () => {
    const first = seededPlan({ seed: 1, percent: 50 })
    const second = seededPlan({ seed: 1, percent: 50 })
    const [forth, back] = [parts.map(first), [...parts].reverse().map(second).reverse()]
    expect(back).toEqual(forth)
    expect(parts.map(first)).not.toEqual(forth)
  })

  it('is another one for another seed', () => {
    const [first, second] = [1, 2].map((seed) => parts.map(seededPlan({ seed, percent: 50 })))
    expect(first).not.toEqual(second)
  })

  it.each([0, 20, 60, 100])('lets %i percent meet a fault', (percent) => {
    const plan = seededPlan({ seed: 3, percent })
    const faults = parts.map(plan).filter(({ kind }) => kind !== 'pass')
    expect(Math.abs(faults.length / 2 - percent)).toBeLessThan(percent % 100 === 0 ? 1 : 10)
  })

  it('damages content only, so that all damage can be noticed', () => {
    const plan = seededPlan({ seed: 4, percent: 100, kinds: ['flip'] })
    for (const operation of ['list', 'create', 'complete', 'copy', 'head', 'abort'] as const) {
      expect(plan(requestOf(operation))).toEqual({ kind: 'pass' })
    }
    expect(plan(requestOf('put'))).toMatchObject({ kind: 'flip', way: 'request' })
    expect(plan(requestOf('get'))).toMatchObject({ kind: 'flip', way: 'reply' })
  })

  it('draws every kind', () => {
    const plan = seededPlan({ seed: 5, percent: 100 })
    const kinds = new Set<string>()
    for (let at = 0; at < 300; at++) {
      kinds.add(plan(requestOf('get', { range: 'bytes=0-1' })).kind)
      kinds.add(plan(requestOf('complete')).kind)
      kinds.add(plan(requestOf('put')).kind)
    }
    expect([...kinds].sort()).toEqual([
      'answer',
      'cutReply',
      'cutRequest',
      'drip',
      'flip',
      'loseReply',
      'otherRange',
      'resetBefore',
      'stall',
      'sum',
      'twice',
    ])
  })
})
