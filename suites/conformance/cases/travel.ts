// The clock of a server whose tests go forward in time. It runs on, as requests are signed by clocks that do.
import type { StartOptions } from '@coset/server/testing'

export interface Travel {
  now(): number
  forward(byMs: number): void
  /** Back to the time of the day. */
  home(): void
}

export function travel(): Travel {
  let offsetMs = 0
  return {
    now: () => Date.now() + offsetMs,
    forward(byMs) {
      offsetMs += byMs
    },
    home() {
      offsetMs = 0
    },
  }
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** As COS documents them, at their shortest. */
export const RESTORE_MS: NonNullable<StartOptions['restoreMs']> = {
  ARCHIVE: { Expedited: MINUTE, Standard: 3 * HOUR, Bulk: 5 * HOUR },
  DEEP_ARCHIVE: { Standard: 12 * HOUR, Bulk: 24 * HOUR },
}
