// Copy within the store: a new version that shares its source's bytes. Nothing is read but metadata, unless the bytes
// move from warm storage to cold or back.
import { Fault, isArchived, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { Order } from '../catalog/keys.js'
import type { BodyContent, LiveVersion } from '../catalog/records.js'
import { discard, ingest } from '../content/ingest.js'
import { readContent } from '../content/read-content.js'
import type { Key } from '../ports.js'
import type { Store } from '../store.js'
import { assertTarget, type Target } from './attributes.js'
import { assertCopySize, attemptCopy, type CopySource, type FoundSource, findSource } from './copy-source.js'
import { isDefinite, planWrite } from './write.js'

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

/** How often a source that is replaced while its bytes are moved is read anew. */
const READS_MAX = 4

/**
 * Storage class and access control list are the target's own, never the source's. Throws, with nothing changed:
 * `InvalidRequest` for a copy onto itself that replaces nothing, what findSource, assertTarget and planWrite throw.
 */
export async function copyObject(call: Call, store: Store, input: CopyInput): Promise<CopyResult> {
  assertTarget(input)
  assertNotItself(input)
  for (let reads = 0; reads < READS_MAX; reads++) {
    const moved = store.hasColdStorage ? await moveBytes(call, store, input) : undefined
    try {
      const result = await commitCopy(call, store, input, moved)
      if (result) return result
      await discardMoved(call, store, moved)
    } catch (error) {
      if (isDefinite(error)) await discardMoved(call, store, moved)
      throw error
    }
  }
  throw new Fault('SlowDown', { message: 'The source is replaced faster than it can be copied.' })
}

/** Undefined: the source is no longer the one whose bytes were moved. */
function commitCopy(
  call: Call,
  store: Store,
  input: CopyInput,
  moved: Moved | undefined,
): Promise<CopyResult | undefined> {
  const turns = { source: input.source, target: `${input.bucket}/${input.key}` }
  return attemptCopy(call, store, turns, async () => {
    const found = await findSource(call, store, input.source)
    const { version: source, versionId: sourceVersionId, checks } = found
    assertCopySize(source.size)
    const mustMove = store.hasColdStorage && changesStorage(source, input)
    if (mustMove ? !isMoved(found, moved) : moved) {
      return { commit: { checks: [], writes: [] }, result: undefined }
    }
    const { size, etag, crc64 } = source
    const target = {
      ...input,
      ...(input.replacesMetadata ? {} : { headers: source.headers, metadata: source.metadata }),
      ...(input.replacesTags ? {} : { tags: source.tags }),
    }
    const content = moved?.content ?? source.content
    const placed = await planWrite(call, store, target, { size, etag, crc64, content })
    const { modifiedMs } = placed.version
    return {
      commit: { checks: [...placed.changes.checks, ...checks], writes: placed.changes.writes },
      result: { etag, crc64, modifiedMs, versionId: placed.versionId, sourceVersionId },
    }
  })
}

interface Moved {
  /** Of the source version: its place, which is another's for another target of a symbolic link, and its order there. */
  readonly row: Key
  readonly order: Order
  readonly content: BodyContent
}

function isMoved({ version, row }: FoundSource, moved: Moved | undefined): boolean {
  return moved !== undefined && moved.order === version.order && Buffer.compare(moved.row, row) === 0
}

/** Between warm and cold storage bytes can't be shared: they are written anew. Undefined where they may stay. */
async function moveBytes(call: Call, store: Store, input: CopyInput): Promise<Moved | undefined> {
  const { version, row } = await findSource(call, store, input.source)
  assertCopySize(version.size)
  if (!changesStorage(version, input)) return undefined
  const content = await readContent(call, store, version, { offset: 0, length: version.size })
  if (content.kind === 'bytes') throw new Error('Content of a row is copied with its row.')
  const ingested = await ingest(
    call,
    store,
    { stream: content.stream, length: version.size },
    {
      sizeMax: LIMITS.copyBytesMax,
      expected: { crc64: version.crc64 },
      cold: isArchived(input.storageClass),
    },
  )
  return { row, order: version.order, content: ingested.content }
}

function changesStorage({ content, storageClass }: LiveVersion, target: Target): boolean {
  return content.kind !== 'inline' && isArchived(storageClass) !== isArchived(target.storageClass)
}

async function discardMoved(call: Call, store: Store, moved: Moved | undefined): Promise<void> {
  if (moved) await discard(call, store, moved.content)
}

function assertNotItself({ source, bucket, key, replacesMetadata }: CopyInput): void {
  if (replacesMetadata || source.versionId || source.bucket !== bucket || source.key !== key) return
  throw new Fault('InvalidRequest', {
    message: 'An object can be copied onto itself only with x-cos-metadata-directive: Replaced.',
  })
}
