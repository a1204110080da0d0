// UploadPart: the body becomes a blob, and one commit makes it a part.
import { isArchived, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import type { BodyContent, Extent } from '../catalog/records.js'
import type { PartRecord } from '../catalog/upload-records.js'
import { type Body, discard, type ExpectedDigests, ingest } from '../content/ingest.js'
import { isDefinite } from '../objects/write.js'
import type { Store } from '../store.js'
import { findUpload } from './find-upload.js'
import { assertPartNumber, type PartName, partTurn, planPart } from './place-part.js'

export interface PutPartInput extends PartName {
  readonly body: Body
  readonly expected: ExpectedDigests
}

/** Throws, with nothing changed: `NoSuchBucket`, `NoSuchUpload`, `InvalidArgument`, and what ingest throws. */
export async function putPart(call: Call, store: Store, input: PutPartInput): Promise<PartRecord> {
  assertPartNumber(input)
  // Before the body is read.
  const { record } = await findUpload(store, input)
  const { content, size, md5, crc64 } = await ingest(call, store, input.body, {
    sizeMax: LIMITS.partBytesMax,
    expected: input.expected,
    inline: false,
    cold: isArchived(record.storageClass),
  })
  try {
    return await attempt(call, store, partTurn(input), () => {
      const modifiedMs = call.clock.now()
      return planPart(call, store, input, { size, etag: md5, crc64, modifiedMs, extents: extentsOf(content) })
    })
  } catch (error) {
    if (isDefinite(error)) await discard(call, store, content)
    throw error
  }
}

export function extentsOf(content: BodyContent): readonly Extent[] {
  if (content.kind === 'extents') return content.extents
  throw new Error('A part was kept inline.')
}
