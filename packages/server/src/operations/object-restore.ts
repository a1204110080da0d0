import { type LiveVersion, type RestoreState, restoreObject as restore, restoreStateOf } from '@coset/core'
import { formatHttpDate } from '@coset/protocol'
import type { Handler } from '../handlers.js'

export const restoreObject: Handler<'restoreObject'> = async ({ call, store, config }, input) => {
  const { Days, CASJobParameters } = input.RestoreRequest
  const { outcome, expiresMs } = await restore(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    versionId: input.VersionId,
    days: Days,
    tier: CASJobParameters?.Tier ?? 'Standard',
    durationsMs: config.restoreMs,
  })
  return { Restore: outcome === 'extended' ? restoredText(expiresMs) : undefined }
}

/** What GET and HEAD tell of a copy. Nothing is computed for versions that were never restored. */
export function restoreMembers(state: RestoreState | undefined) {
  if (state === undefined) return NO_MEMBERS
  if (state.kind === 'restored') return { Restore: restoredText(state.expiresMs), RestoreStatus: undefined }
  return {
    Restore: 'ongoing-request="true"',
    RestoreStatus: `tier="${state.tier.toLowerCase()}"; request-date="${dateText(state.requestedMs)}"`,
  }
}

const NO_MEMBERS = { Restore: undefined, RestoreStatus: undefined }

/** `RestoreStatus` of an entry in a list. */
export function listedRestore(version: LiveVersion, nowMs: number): string | undefined {
  const state = version.restore && restoreStateOf(version, nowMs)
  if (state === undefined) return undefined
  return state.kind === 'ongoing' ? 'ONGOING' : 'DONE'
}

function restoredText(expiresMs: number): string {
  return `ongoing-request="false", expiry-date="${dateText(expiresMs)}"`
}

function dateText(timeMs: number): string {
  return formatHttpDate(new Date(timeMs))
}
