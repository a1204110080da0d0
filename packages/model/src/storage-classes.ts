// Storage classes a server of one availability zone accepts, and which of them must be restored before a read.

export const STORAGE_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
  'MAZ_STANDARD',
  'MAZ_STANDARD_IA',
  'MAZ_INTELLIGENT_TIERING',
] as const

export type StorageClass = (typeof STORAGE_CLASSES)[number]

export function isStorageClass(text: string): text is StorageClass {
  return (STORAGE_CLASSES as readonly string[]).includes(text)
}

/** Archived objects answer `InvalidObjectState` to every read until they are restored. */
export function isArchived(storageClass: StorageClass): boolean {
  return storageClass === 'ARCHIVE' || storageClass === 'DEEP_ARCHIVE'
}

export function isMultiZone(storageClass: StorageClass): boolean {
  return storageClass.startsWith('MAZ_')
}
