// A clock that stands still until a test moves it.
import type { Clock } from '@coset/core'

/** 2026-01-01T00:00:00Z */
export const TEST_TIME_MS = Date.UTC(2026, 0, 1)

export interface FakeClock extends Clock {
  set(timeMs: number): void
  /** Backwards when negative. */
  advance(byMs: number): void
}

export function fakeClock(startMs = TEST_TIME_MS): FakeClock {
  let timeMs = startMs
  return {
    now: () => timeMs,
    set(to) {
      timeMs = to
    },
    advance(byMs) {
      timeMs += byMs
    },
  }
}
