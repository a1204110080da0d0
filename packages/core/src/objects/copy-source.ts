// What a copy reads: one version, checked as a read of it would be.
import { assertKey, Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { attempt, type Plan } from '../catalog/attempt.js'
import type { LiveVersion } from '../catalog/records.js'
import { versionId } from '../catalog/records.js'
import { unchanged } from '../catalog/versions.js'
import { assertConditions, type Conditions } from '../content/preconditions.js'
import type { Check, Key } from '../ports.js'
import type { Store } from '../store.js'
import { findLive } from './find.js'
import { assertReadable } from './restore.js'
import { followLink } from './symlink.js'

export interface CopySource {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
  readonly conditions: Conditions
}

export interface FoundSource {
  readonly version: LiveVersion
  /** Where it stands. */
  readonly row: Key
  /** Told back when the source named one. */
  readonly versionId: string | undefined
  /** The source is still there, and with it its bytes. Nothing for small content, which is copied itself. */
  readonly checks: readonly Check[]
}

export interface CopyTurns {
  readonly source: CopySource
  /** Of what is written. */
  readonly target: string
}

/**
 * As attempt. Copies of one source do not wait for each other, so that they share what makes them durable; one that
 * loses again and again to those who write its source takes its turn among them.
 */
export async function attemptCopy<T>(
  call: Call,
  store: Store,
  { source, target }: CopyTurns,
  plan: () => Promise<Plan<T>>,
): Promise<T> {
  try {
    return await attempt(call, store, target, plan)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'SlowDown') throw error
    return attempt(call, store, [`${source.bucket}/${source.key}`, target], plan)
  }
}

/**
 * A symbolic link is copied as it is read: as its target. Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`,
 * `PreconditionFailed`, `InvalidObjectState` for archived ones that are not restored, `InvalidRequest` for delete markers,
 * `InvalidCopySource` for appendable objects, and what followLink throws.
 */
export async function findSource(call: Call, store: Store, source: CopySource): Promise<FoundSource> {
  const { bucket, key } = source
  assertKey(key)
  const named = await findLive(store, bucket, Buffer.from(key), source.versionId).catch(throwOfSource)
  const { version, entry } = await followLink(call, store, bucket, named)
  assertSource(call, source, version)
  return {
    version,
    row: entry.key,
    versionId: source.versionId ? versionId(named.version) : undefined,
    checks: version.content.kind === 'inline' ? [] : [unchanged(entry.key, entry)],
  }
}

/** What a read tells of a delete marker would be told of the target here, whose reply this is. */
function throwOfSource(error: unknown): never {
  if (!(error instanceof Fault) || !error.detail.deleteMarker) throw error
  if (error.code === 'NoSuchKey') throw new Fault('NoSuchKey')
  throw new Fault('InvalidRequest', { message: 'The source of a copy can not be a delete marker.' })
}

function assertSource(call: Call, { conditions }: CopySource, version: LiveVersion): void {
  try {
    assertConditions(conditions, version)
  } catch (error) {
    // Of a copy, every failed condition is a failure: there is nothing that would not be modified.
    if (error instanceof Fault && error.code === 'NotModified') throw new Fault('PreconditionFailed')
    throw error
  }
  assertReadable(call, version)
  if (version.appendable) {
    throw new Fault('InvalidCopySource', { message: 'An appendable object can not be copied.' })
  }
}

/** Throws `InvalidCopySource`. */
export function assertCopySize(size: number): void {
  if (size <= LIMITS.copyBytesMax) return
  throw new Fault('InvalidCopySource', {
    message: 'The source is larger than 5 GB; copy it in parts with UploadPartCopy.',
  })
}
