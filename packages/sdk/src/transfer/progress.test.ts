import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProgressMeter, type TransferProgress } from './progress.js'

function meterOf(total: number | undefined) {
  let nowMs = 0
  const told: TransferProgress[] = []
  const pairs: [number, number][] = []
  const meter = new ProgressMeter({
    total,
    now: () => nowMs,
    onProgress: (progress) => told.push(progress),
    progress_callback: (...pair) => pairs.push(pair),
  })
  return {
    meter,
    told,
    pairs,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('progress', () => {
  it('is told ten times a second at most, and at the end', () => {
    const { meter, told, pairs, pass } = meterOf(1000)
    const part = meter.part()
    for (let at = 0; at < 100; at++) {
      pass(10)
      part.add(10)
    }
    meter.finish()
    expect(told.length).toBeGreaterThanOrEqual(10)
    expect(told.length).toBeLessThanOrEqual(11)
    expect(told.at(-1)).toMatchObject({ bytesDone: 1000, bytesTotal: 1000, bytesResumed: 0 })
    expect(told.at(-1)?.bytesPerSecond).toBe(1000)
    expect(pairs.at(-1)).toEqual([1000, 1000])
  })

  it('never falls, though parts start over', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(500), fc.boolean())), (steps) => {
        const { meter, told, pass } = meterOf(10_000)
        const parts = [0, 1, 2, 3].map(() => meter.part())
        for (const [index, bytes, again] of steps) {
          pass(100)
          if (again) parts[index]?.reset()
          else parts[index]?.add(bytes)
        }
        meter.finish()
        for (let at = 1; at < told.length; at++) {
          expect(told[at]?.bytesDone).toBeGreaterThanOrEqual(told[at - 1]?.bytesDone ?? 0)
          expect(told[at]?.bytesDone).toBeLessThanOrEqual(10_000)
        }
      }),
    )
  })

  it('counts what an earlier run had done, but not as speed', () => {
    const { meter, told, pass } = meterOf(1000)
    meter.resume(600)
    pass(1000)
    meter.part().add(100)
    expect(told).toEqual([{ bytesDone: 700, bytesTotal: 1000, bytesResumed: 600, bytesPerSecond: 100 }])
  })

  it('waits at the highest count when all starts over', () => {
    const { meter, told, pass } = meterOf(1000)
    pass(100)
    meter.part().add(900)
    meter.restart()
    const part = meter.part()
    pass(100)
    part.add(500)
    pass(100)
    part.add(500)
    expect(told.map(({ bytesDone }) => bytesDone)).toEqual([900, 900, 1000])
  })

  it('has no total before it is known', () => {
    const { meter, told, pairs, pass } = meterOf(undefined)
    pass(100)
    meter.part().add(5)
    meter.setTotal(5)
    meter.finish()
    expect(told.map(({ bytesTotal }) => bytesTotal)).toEqual([undefined, 5])
    expect(pairs).toEqual([
      [5, 0],
      [5, 5],
    ])
  })
})
