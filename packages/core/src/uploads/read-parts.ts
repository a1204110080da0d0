// The parts of an upload, all of them: at most 10,000 rows.
import { LIMITS } from '@coset/model'
import { numberOfPartRow, partRows, type UploadId } from '../catalog/upload-keys.js'
import { decodePart, type PartRecord } from '../catalog/upload-records.js'
import type { Store } from '../store.js'

export interface NumberedPart {
  readonly number: number
  readonly part: PartRecord
}

export async function readParts(store: Store, id: UploadId): Promise<ReadonlyMap<number, NumberedPart>> {
  const parts = new Map<number, NumberedPart>()
  for (const row of await store.metadata.scan(partRows(id), { limit: LIMITS.partsMax })) {
    const number = numberOfPartRow(row.key)
    parts.set(number, { number, part: decodePart(row.value) })
  }
  return parts
}
