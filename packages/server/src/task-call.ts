// What background work and the admin commands call core with: no client, no deadline.
import { randomBytes } from 'node:crypto'
import type { Call, Clock, Log } from '@coset/core'

export interface TaskSurroundings {
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
}

export function taskCall(name: string, { log, clock, signal }: TaskSurroundings): Call {
  return {
    id: name,
    principal: { kind: 'owner', id: name },
    deadline: Number.POSITIVE_INFINITY,
    signal,
    get isAborted() {
      return signal.aborted
    },
    log,
    clock,
    random: { bytes: (length) => randomBytes(length) },
  }
}
