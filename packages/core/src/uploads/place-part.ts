// A part takes its place in an upload, whoever made its bytes.
import { Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { Plan } from '../catalog/attempt.js'
import { garbageRow, manifestRefRow } from '../catalog/keys.js'
import { manifestOf, partRow, turnRow } from '../catalog/upload-keys.js'
import { decodePart, encodePart, type PartRecord } from '../catalog/upload-records.js'
import { distinctBlobs, unchanged } from '../catalog/versions.js'
import type { Write } from '../ports.js'
import type { Store } from '../store.js'
import { findUpload, type UploadName, uploadIdOf } from './find-upload.js'

export interface PartName extends UploadName {
  readonly partNumber: number
}

/** Throws `InvalidArgument`. */
export function assertPartNumber({ partNumber }: PartName): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= LIMITS.partsMax) return
  throw new Fault('InvalidArgument', { message: `A part number is 1 to ${LIMITS.partsMax}.` })
}

/** Writers of one part wait for each other; those of different parts do not. */
export function partTurn({ uploadId, partNumber }: PartName): string {
  return `part ${uploadId} ${partNumber}`
}

/** What to commit so that the part is there, in the place of one with its number. Throws `NoSuchUpload`. */
export async function planPart(
  call: Call,
  store: Store,
  name: PartName,
  part: PartRecord,
): Promise<Plan<PartRecord>> {
  const { partNumber } = name
  const row = partRow(uploadIdOf(name), partNumber)
  const { id, entry, entries } = await findUpload(store, name, [row])
  const [existing] = entries
  const manifest = manifestOf(id)
  const writes: Write[] = [
    { kind: 'put', key: row, value: encodePart(part) },
    { kind: 'add', key: turnRow(id), delta: 1n },
  ]
  for (const blob of existing ? distinctBlobs(decodePart(existing.value).extents) : []) {
    // Due at once: nobody reads parts, and readers of objects that share the blob have their own claims.
    writes.push({ kind: 'delete', key: manifestRefRow(blob, manifest, partNumber) })
    writes.push({ kind: 'put', key: garbageRow(call.clock.now(), blob), value: new Uint8Array() })
  }
  // After the deletions: a copied part may replace one of the same blob.
  for (const blob of distinctBlobs(part.extents)) {
    writes.push({ kind: 'put', key: manifestRefRow(blob, manifest, partNumber), value: new Uint8Array() })
  }
  return { commit: { checks: [unchanged(entry.key, entry), unchanged(row, existing)], writes }, result: part }
}
