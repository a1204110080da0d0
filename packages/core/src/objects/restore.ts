// Archived content and its copy for a while. Nothing runs in the background: the record of what was asked for, and
// the clock, tell whether a copy is under way, there, or gone again.
import {
  type ArchiveClass,
  Fault,
  isArchived,
  isFasterTier,
  isRestoreDays,
  LIMITS,
  type RestoreTier,
} from '@coset/model'
import type { Call } from '../call.js'
import type { LiveVersion, RestoreRecord } from '../catalog/records.js'
import type { Store } from '../store.js'
import { changeVersion, type VersionName } from './change.js'

const DAY_MS = 24 * 3600 * 1000

export type RestoreState =
  | { readonly kind: 'ongoing'; readonly tier: RestoreTier; readonly requestedMs: number }
  | { readonly kind: 'restored'; readonly expiresMs: number }

/** Undefined: no copy is there or on its way, because none was asked for or the last one has expired. */
export function restoreStateOf({ restore }: LiveVersion, nowMs: number): RestoreState | undefined {
  if (restore === undefined || nowMs >= restore.expiresMs) return undefined
  const { tier, requestedMs, readyMs, expiresMs } = restore
  return nowMs < readyMs ? { kind: 'ongoing', tier, requestedMs } : { kind: 'restored', expiresMs }
}

/** Throws `InvalidObjectState` for archived content without a copy. Every read of content passes here. */
export function assertReadable(call: Call, version: LiveVersion): void {
  const { storageClass } = version
  if (!isArchived(storageClass)) return
  if (restoreStateOf(version, call.clock.now())?.kind === 'restored') return
  throw new Fault('InvalidObjectState', { storageClass })
}

/** Milliseconds from the request until the copy is there. A tier without one is not offered for the class. */
export type RestoreDurations = {
  readonly [C in ArchiveClass]: { readonly [T in RestoreTier]?: number | undefined }
}

export interface RestoreInput extends VersionName {
  /** How long the copy is kept, from when it is ready. */
  readonly days: number
  readonly tier: RestoreTier
  readonly durationsMs: RestoreDurations
}

export interface RestoreResult {
  /** `started`: the copy is on its way. `extended`: it was there already, and its days count from now on. */
  readonly outcome: 'started' | 'extended'
  /** Until when the copy is kept. */
  readonly expiresMs: number
}

/**
 * Throws `RestoreNonArchiveObject`; `RestoreAlreadyInProgress`, unless the tier is faster and the class is
 * DEEP_ARCHIVE; `InvalidArgument` for days or a tier that can not be; and what changeVersion throws.
 */
export async function restoreObject(call: Call, store: Store, input: RestoreInput): Promise<RestoreResult> {
  if (!isRestoreDays(input.days)) {
    throw new Fault('InvalidArgument', { message: `Days must be from 1 to ${LIMITS.restoreDaysMax}.` })
  }
  let result: RestoreResult | undefined
  await changeVersion(call, store, input, (version) => {
    const { outcome, restore } = plan(version, input, call.clock.now())
    result = { outcome, expiresMs: restore.expiresMs }
    return { ...version, restore }
  })
  if (!result) throw new Error('The version was changed without a plan.')
  return result
}

interface RestorePlan {
  readonly outcome: RestoreResult['outcome']
  readonly restore: RestoreRecord
}

function plan(version: LiveVersion, { days, tier, durationsMs }: RestoreInput, nowMs: number): RestorePlan {
  const { storageClass, restore } = version
  if (!isArchived(storageClass)) throw new Fault('RestoreNonArchiveObject')
  const durationMs = durationsMs[storageClass][tier]
  if (durationMs === undefined) {
    const tiers = Object.keys(durationsMs[storageClass]).join(' or ')
    throw new Fault('InvalidArgument', { message: `The Tier for ${storageClass} must be ${tiers}.` })
  }
  const state = restoreStateOf(version, nowMs)
  if (restore && state?.kind === 'restored') {
    // As in S3, the new days count from now.
    return { outcome: 'extended', restore: { ...restore, expiresMs: nowMs + days * DAY_MS } }
  }
  const started = { tier, requestedMs: nowMs, ...timesOf(nowMs + durationMs, days) }
  if (!restore || state === undefined) return { outcome: 'started', restore: started }
  if (storageClass !== 'DEEP_ARCHIVE' || !isFasterTier(tier, restore.tier)) {
    throw new Fault('RestoreAlreadyInProgress')
  }
  // An upgrade never makes it later than it would have been.
  const times = timesOf(Math.min(started.readyMs, restore.readyMs), days)
  return { outcome: 'started', restore: { ...started, ...times } }
}

function timesOf(readyMs: number, days: number): Pick<RestoreRecord, 'readyMs' | 'expiresMs'> {
  return { readyMs, expiresMs: readyMs + days * DAY_MS }
}
