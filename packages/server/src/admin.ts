// What an operator does to a data folder, beside a running server or without one.
import {
  type Amount,
  type Damage,
  GARBAGE_DELAY_MS,
  type GarbageReport,
  inspectGarbage,
  type Log,
  reclaimReported,
  type ScrubProgress,
  type Store,
  scrub,
} from '@coset/core'
import { type LocalStore, openLocalStore, StoreInUseError } from '@coset/store-local'
import { createPace } from './scrub-pace.js'
import { storeAbove, systemClock } from './server.js'
import { taskCall } from './task-call.js'
import { ORPHAN_AGE_MS } from './tasks.js'

/** Both must exist, and belong together. */
export interface Folders {
  readonly data: string
  /** Needed when the server has one. */
  readonly coldData: string | undefined
}

export interface ReclaimOptions extends Folders {
  /** Only tell; nothing is written. */
  readonly dryRun: boolean
  readonly signal: AbortSignal
  /** Hears how many blobs were looked at. */
  readonly onProgress?: (blobs: number) => void
}

export interface ReclaimOutcome {
  /** Whether another process has the folder open. */
  readonly shared: boolean
  readonly found: Pick<GarbageReport, 'due' | 'waiting' | 'orphans' | 'young'>
  /** What was given back; undefined for a dry run. */
  readonly reclaimed: Amount | undefined
}

/**
 * Without another process, the folder is taken for the time being, so that no server starts in between: then whatever
 * nobody claims is an orphan. Throws the store's errors, and the reason of the signal.
 */
export async function reclaimFolder(options: ReclaimOptions): Promise<ReclaimOutcome> {
  const { dryRun, signal, onProgress } = options
  const startedMs = Date.now()
  const local = dryRun ? await join(options) : await takeOrJoin(options)
  try {
    const shared = !local.isAlone()
    const store = await storeAbove(local)
    const call = adminCall('reclaim', signal)
    const orphansBeforeMs = shared ? startedMs - ORPHAN_AGE_MS : startedMs
    const report = await inspectGarbage(call, store, { orphansBeforeMs, onProgress })
    const notBeforeMs = shared ? Date.now() + GARBAGE_DELAY_MS : Date.now()
    const reclaimed = dryRun ? undefined : await reclaimReported(call, store, report, notBeforeMs)
    return { shared, found: report, reclaimed }
  } finally {
    await local.close()
  }
}

export interface ScrubFolderOptions extends Folders {
  /** Default: all buckets. */
  readonly bucket: string | undefined
  readonly prefix: string | undefined
  readonly bytesPerSecond: number
  readonly signal: AbortSignal
  readonly onDamage: (damage: Damage) => void
  readonly onProgress?: (progress: ScrubProgress) => void
}

/** Reads as one more process beside the others, and never keeps a server from starting. */
export async function scrubFolder(options: ScrubFolderOptions): Promise<ScrubProgress> {
  const { bucket, prefix, bytesPerSecond, signal, onDamage, onProgress } = options
  const local = await join(options)
  try {
    const store: Store = await storeAbove(local)
    const pace = createPace(bytesPerSecond, signal)
    return await scrub(adminCall('scrub', signal), store, { bucket, prefix, pace, onDamage, onProgress })
  } finally {
    await local.close()
  }
}

function join({ data: dir, coldData: coldDir }: Folders): Promise<LocalStore> {
  return openLocalStore({ dir, coldDir, role: 'worker', mustExist: true })
}

async function takeOrJoin(folders: Folders): Promise<LocalStore> {
  try {
    return await openLocalStore({ dir: folders.data, coldDir: folders.coldData, mustExist: true })
  } catch (error) {
    if (error instanceof StoreInUseError) return join(folders)
    throw error
  }
}

const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** What goes wrong is thrown and told by the command; there is no log. */
function adminCall(name: string, signal: AbortSignal) {
  return taskCall(name, { log: SILENT, clock: systemClock, signal })
}

function nothing(): void {}
