// Background work of the one process that owns the store.
import { type Clock, type Log, reclaimGarbage, reclaimOrphans, removeLapsed, type Store } from '@coset/core'
import { LIMITS } from '@coset/model'
import { taskCall } from './task-call.js'

const GARBAGE_EVERY_MS = 60_000
const ORPHANS_EVERY_MS = 3600_000
/** Blobs of requests that may still commit are younger than this. */
export const ORPHAN_AGE_MS = LIMITS.requestDurationMsMax + 3600_000

export interface Tasks {
  stop(): Promise<void>
}

/**
 * Reclaims what earlier processes left: any blob from before `startedMs` without a claim is an orphan, since no
 * request of theirs is alive. Then garbage and lapsed rows every minute, and orphans of this run once they are old enough.
 */
export function startTasks(store: Store, log: Log, clock: Clock, startedMs: number): Tasks {
  const controller = new AbortController()
  const call = taskCall('reclaim', { log, clock, signal: controller.signal })
  const tidy = async () => {
    await reclaimGarbage(call, store, clock.now())
    await removeLapsed(call, store, clock.now())
  }
  let running: Promise<unknown> = guarded(log, controller.signal, async () => {
    await reclaimOrphans(call, store, startedMs)
    await tidy()
  })
  const enqueue = (work: () => Promise<unknown>) => {
    running = running.then(() => guarded(log, controller.signal, work))
  }
  const garbage = setInterval(() => enqueue(tidy), GARBAGE_EVERY_MS)
  const orphans = setInterval(
    () => enqueue(() => reclaimOrphans(call, store, clock.now() - ORPHAN_AGE_MS)),
    ORPHANS_EVERY_MS,
  )
  garbage.unref()
  orphans.unref()
  return {
    async stop() {
      clearInterval(garbage)
      clearInterval(orphans)
      controller.abort(new Error('The server is stopping.'))
      await running
    },
  }
}

async function guarded(log: Log, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'reclaiming failed; it is tried again later')
  }
}
