// The rate of a scrub: reading waits until the bytes so far have had their time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace } from '@coset/core'

/** Time that went by without reading is made up for by at most so much. */
const BURST_MS = 250
/** Shorter waits are saved up. */
const WAIT_MS_MIN = 10

export function createPace(bytesPerSecond: number, signal: AbortSignal): Pace {
  let dueMs = performance.now()
  return async (bytes) => {
    signal.throwIfAborted()
    dueMs = Math.max(dueMs, performance.now() - BURST_MS) + (bytes / bytesPerSecond) * 1000
    const waitMs = dueMs - performance.now()
    if (waitMs >= WAIT_MS_MIN) await sleep(waitMs, undefined, { signal })
  }
}
