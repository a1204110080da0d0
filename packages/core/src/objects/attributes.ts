// What a writer says of an object beside its content, whichever operation writes it.
import {
  type AccessControlList,
  assertKey,
  Fault,
  isMultiZone,
  LIMITS,
  type StorageClass,
  type Tag,
  utf8Length,
} from '@coset/model'
import type { StoredHeaders } from '../catalog/records.js'

export interface ObjectAttributes {
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: StorageClass
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
  /** Only effective while the bucket never had versioning. */
  readonly forbidOverwrite: boolean
}

/** Where an object is written to, and as what. */
export interface Target extends ObjectAttributes {
  readonly bucket: string
  readonly key: string
}

/** Throws `KeyTooLong`, `InvalidObjectName`, `MAZOperationNotSupportOnOAZBucket`, `MetadataTooLarge`. */
export function assertTarget({ key, metadata, headers, storageClass }: Target): void {
  assertKey(key)
  if (isMultiZone(storageClass)) throw new Fault('MAZOperationNotSupportOnOAZBucket')
  if (sizeOf(metadata) > LIMITS.metadataBytesMax) throw new Fault('MetadataTooLarge')
  if (sizeOf(headers) > LIMITS.storedHeadersBytesMax) throw new Fault('MetadataTooLarge')
}

function sizeOf(map: Readonly<Record<string, string>>): number {
  let size = 0
  for (const name in map) size += name.length + utf8Length(map[name] ?? '')
  return size
}
