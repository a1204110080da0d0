// Copy within the store: a new version that shares its source's bytes. Nothing is read but metadata.
import { Fault } from '@coset/model'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { claimsOf, sharedWrites } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { assertTarget, type Target } from './attributes.js'
import { assertCopySize, type CopySource, findSource, sourceTurn } from './copy-source.js'
import { planWrite } from './write.js'

export interface CopyInput extends Target {
  readonly source: CopySource
  /** Take the target's headers and metadata instead of the source's. */
  readonly replacesMetadata: boolean
  readonly replacesTags: boolean
}

export interface CopyResult {
  readonly etag: string
  readonly crc64: bigint
  readonly modifiedMs: number
  /** Present while versioning is enabled. */
  readonly versionId: string | undefined
  /** Present when the source named one. */
  readonly sourceVersionId: string | undefined
}

/**
 * Storage class and access control list are the target's own, never the source's. Throws, with nothing changed:
 * `InvalidRequest` for a copy onto itself that replaces nothing, what findSource, assertTarget and planWrite throw.
 */
export async function copyObject(call: Call, store: Store, input: CopyInput): Promise<CopyResult> {
  assertTarget(input)
  assertNotItself(input)
  return attempt(call, store, [sourceTurn(input.source), `${input.bucket}/${input.key}`], async () => {
    const {
      version: source,
      versionId: sourceVersionId,
      checks,
    } = await findSource(call, store, input.source)
    assertCopySize(source.size)
    const { size, etag, crc64, content } = source
    const target = {
      ...input,
      ...(input.replacesMetadata ? {} : { headers: source.headers, metadata: source.metadata }),
      ...(input.replacesTags ? {} : { tags: source.tags }),
    }
    const placed = await planWrite(call, store, target, { size, etag, crc64, content })
    const { modifiedMs } = placed.version
    const writes = [...placed.changes.writes, ...sharedWrites(claimsOf(placed.version))]
    return {
      commit: { checks: [...placed.changes.checks, ...checks], writes },
      result: { etag, crc64, modifiedMs, versionId: placed.versionId, sourceVersionId },
    }
  })
}

function assertNotItself({ source, bucket, key, replacesMetadata }: CopyInput): void {
  if (replacesMetadata || source.versionId || source.bucket !== bucket || source.key !== key) return
  throw new Fault('InvalidRequest', {
    message: 'An object can be copied onto itself only with x-cos-metadata-directive: Replaced.',
  })
}
