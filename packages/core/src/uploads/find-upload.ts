// An upload by its name.
import { assertKey, Fault } from '@coset/model'
import { type Bucket, readWithBucket } from '../catalog/bucket-lookup.js'
import { parseUploadId, type UploadId, uploadRow } from '../catalog/upload-keys.js'
import { decodeUpload, type UploadRecord } from '../catalog/upload-records.js'
import type { Entry, Key } from '../ports.js'
import type { Store } from '../store.js'

export interface UploadName {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

export interface SoughtUpload {
  readonly bucket: Bucket
  readonly id: UploadId
  /** Undefined: never begun, or completed or aborted already. */
  readonly upload: { readonly record: UploadRecord; readonly entry: Entry } | undefined
  /** Of the rows asked for, from the same snapshot. */
  readonly entries: readonly (Entry | undefined)[]
}

export type FoundUpload = Omit<SoughtUpload, 'upload'> & NonNullable<SoughtUpload['upload']>

/** The id, for keys and uploads there can be. Throws `NoSuchUpload`, `InvalidObjectName`, `KeyTooLong`. */
export function uploadIdOf({ key, uploadId }: UploadName): UploadId {
  assertKey(key)
  const id = parseUploadId(uploadId)
  if (id === undefined) throw new Fault('NoSuchUpload')
  return id
}

/** Throws `NoSuchBucket`, `NoSuchUpload`. */
export async function findUpload(
  store: Store,
  name: UploadName,
  rows: readonly Key[] = [],
): Promise<FoundUpload> {
  const { upload, ...sought } = await seekUpload(store, name, rows)
  if (!upload) throw new Fault('NoSuchUpload')
  return { ...sought, ...upload }
}

/** Throws `NoSuchBucket`, and `NoSuchUpload` for an id that no upload can have. */
export async function seekUpload(
  store: Store,
  name: UploadName,
  rows: readonly Key[] = [],
): Promise<SoughtUpload> {
  const id = uploadIdOf(name)
  const key = Buffer.from(name.key)
  const { bucket, entries } = await readWithBucket(store, name.bucket, (of) => [
    uploadRow(of.id, key, id),
    ...rows,
  ])
  const [entry, ...others] = entries
  return { bucket, id, upload: entry && { record: decodeUpload(entry.value), entry }, entries: others }
}
