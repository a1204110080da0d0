// Bringing archived objects back for a while: how fast that may be asked for, and for how long.
import { LIMITS } from './limits.js'
import type { StorageClass } from './storage-classes.js'

/** Fastest first. */
export const RESTORE_TIERS = ['Expedited', 'Standard', 'Bulk'] as const

export type RestoreTier = (typeof RESTORE_TIERS)[number]

/** Objects in these answer `InvalidObjectState` to every read until they are restored. */
export const ARCHIVE_CLASSES = ['ARCHIVE', 'DEEP_ARCHIVE'] as const satisfies readonly StorageClass[]

export type ArchiveClass = (typeof ARCHIVE_CLASSES)[number]

export function isArchived(storageClass: StorageClass): storageClass is ArchiveClass {
  return storageClass === 'ARCHIVE' || storageClass === 'DEEP_ARCHIVE'
}

export function isFasterTier(tier: RestoreTier, than: RestoreTier): boolean {
  return RESTORE_TIERS.indexOf(tier) < RESTORE_TIERS.indexOf(than)
}

export function isRestoreDays(days: number): boolean {
  return Number.isInteger(days) && days >= 1 && days <= LIMITS.restoreDaysMax
}
