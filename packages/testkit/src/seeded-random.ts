// Random numbers that a seed repeats.
import type { Random } from '@coset/core'

export interface SeededRandom extends Random {
  /** A whole number from 0 up to, without, `end`. */
  below(end: number): number
  pick<T>(list: readonly T[]): T
  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean
}

/** Mulberry32: 32 bits of state, plenty for tests and nothing else. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (end: number) => Math.floor((next() / 2 ** 32) * end)
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
    below,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.')
      return list[below(list.length)] as T
    },
    chance: (percent) => below(100) < percent,
  }
}
