// The storage classes there are, and which of them need more than one availability zone.

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

export function isMultiZone(storageClass: StorageClass): boolean {
  return storageClass.startsWith('MAZ_')
}
