// The scrub that runs beside the server: a pass over everything every so often, at a bounded rate. How far it came
// is kept in the store, so that a restart goes on with a pass instead of beginning it again.
import {
  type Call,
  type Clock,
  type Damage,
  type Log,
  readScrubState,
  type ScrubProgress,
  type ScrubState,
  type Store,
  saveScrubState,
  scrub,
} from '@coset/core'
import { createPace } from './scrub-pace.js'
import { taskCall } from './task-call.js'
import type { Tasks } from './tasks.js'

const CHECK_EVERY_MS = 60_000
const SAVE_EVERY_MS = 30_000

export interface ScrubSchedule {
  /** From the start of a pass to the start of the next, in milliseconds. */
  readonly everyMs: number
  readonly bytesPerSecond: number
}

export interface ScrubSurroundings {
  readonly store: Store
  readonly log: Log
  readonly clock: Clock
}

export function startScrub(around: ScrubSurroundings, schedule: ScrubSchedule): Tasks {
  const controller = new AbortController()
  const { signal } = controller
  const call = taskCall('scrub', { ...around, signal })
  let running: Promise<void> | undefined
  const check = () => {
    running ??= passIfDue(call, around.store, schedule)
      .catch((error: unknown) => {
        if (!signal.aborted) around.log.error({ err: error }, 'a scrub failed; it goes on later')
      })
      .finally(() => {
        running = undefined
      })
  }
  check()
  const timer = setInterval(check, CHECK_EVERY_MS).unref()
  return {
    async stop() {
      clearInterval(timer)
      controller.abort(new Error('The server is stopping.'))
      await running
    },
  }
}

/** Begins a pass, or goes on with one that was interrupted. */
export async function passIfDue(call: Call, store: Store, schedule: ScrubSchedule): Promise<void> {
  const last = await readScrubState(store)
  const nowMs = call.clock.now()
  if (last?.progress) return pass(call, store, last, schedule)
  if (last && nowMs - last.startedMs < schedule.everyMs) return
  await pass(call, store, { startedMs: nowMs, progress: NOTHING_YET }, schedule)
}

const NOTHING_YET: ScrubProgress = { versions: 0, bytes: 0, damaged: 0 }

async function pass(call: Call, store: Store, state: ScrubState, schedule: ScrubSchedule): Promise<void> {
  const { log, clock } = call
  const { startedMs } = state
  await saveScrubState(store, state)
  let progress = state.progress
  let savedMs = clock.now()
  let saving: Promise<void> = Promise.resolve()
  const onProgress = (step: ScrubProgress) => {
    progress = step
    if (clock.now() - savedMs < SAVE_EVERY_MS) return
    savedMs = clock.now()
    saving = saving.then(() => saveScrubState(store, { startedMs, progress: step }))
    // It may fail between two looks at it; the end of the pass looks.
    saving.catch(() => {})
  }
  const onDamage = (damage: Damage) => log.error(damage, 'a stored object is damaged')
  const pace = createPace(schedule.bytesPerSecond, call.signal)
  try {
    const { versions, bytes, damaged } = await scrub(call, store, {
      from: state.progress,
      pace,
      onDamage,
      onProgress,
    })
    progress = undefined
    log.info({ versions, bytes, damaged, startedMs }, 'a scrub has read everything')
  } finally {
    await saving.catch(() => {})
    await saveScrubState(store, progress ? { startedMs, progress } : { startedMs })
  }
}
