// ListParts: what an upload has so far.
import { LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { numberOfPartRow, partRows } from '../catalog/upload-keys.js'
import { decodePart, type UploadRecord } from '../catalog/upload-records.js'
import type { Store } from '../store.js'
import { findUpload, type UploadName } from './find-upload.js'
import type { NumberedPart } from './read-parts.js'

export interface ListPartsInput extends UploadName {
  /** List parts with greater numbers. */
  readonly after: number
  readonly partsMax: number | undefined
}

export interface ListPartsResult {
  readonly upload: UploadRecord
  readonly parts: readonly NumberedPart[]
  readonly partsMax: number
  readonly truncated: boolean
}

/** Throws `NoSuchBucket`, `NoSuchUpload`. */
export async function listParts(_call: Call, store: Store, input: ListPartsInput): Promise<ListPartsResult> {
  const { id, record } = await findUpload(store, input)
  const partsMax = Math.min(input.partsMax ?? LIMITS.listPartsMax, LIMITS.listPartsMax)
  const after = Math.min(input.after, LIMITS.partsMax)
  const rows = await store.metadata.scan(partRows(id, after), { limit: partsMax + 1 })
  const parts = rows.slice(0, partsMax).map(({ key, value }) => {
    return { number: numberOfPartRow(key), part: decodePart(value) }
  })
  return { upload: record, parts, partsMax, truncated: partsMax > 0 && rows.length > partsMax }
}
