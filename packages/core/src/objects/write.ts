// The last step of every write: one commit makes the new content the key's newest version.
import { Fault } from '@coset/model'
import type { Call } from '../call.js'
import { type LiveVersion, versionId } from '../catalog/records.js'
import { type Changes, displace, nextOrder, placeCurrent, readTimeline } from '../catalog/versions.js'
import type { Store } from '../store.js'
import type { Target } from './attributes.js'

/** What a version is made of, where that does not come from its target's attributes. */
export type NewContent = Omit<
  LiveVersion,
  'kind' | 'order' | 'isNull' | 'modifiedMs' | 'headers' | 'metadata' | 'storageClass' | 'acl' | 'tags'
>

export interface Placed {
  readonly changes: Changes
  readonly version: LiveVersion
  /** Present while versioning is enabled. */
  readonly versionId: string | undefined
}

/** What to commit so that `content` becomes the newest version. Throws `NoSuchBucket`, `FileAlreadyExists`. */
export async function planWrite(
  call: Call,
  store: Store,
  target: Target,
  content: NewContent,
): Promise<Placed> {
  const { timeline, changes } = await readTimeline(store, target.bucket, Buffer.from(target.key))
  const { versioning } = timeline.bucket.record
  if (target.forbidOverwrite && versioning === undefined && timeline.current)
    throw new Fault('FileAlreadyExists')
  const version: LiveVersion = {
    kind: 'live',
    order: nextOrder(call, timeline),
    isNull: versioning !== 'Enabled',
    modifiedMs: call.clock.now(),
    headers: target.headers,
    metadata: target.metadata,
    storageClass: target.storageClass,
    acl: target.acl,
    tags: target.tags,
    ...content,
  }
  displace(call, timeline, changes)
  placeCurrent(timeline, version, changes)
  return { changes, version, versionId: versioning === 'Enabled' ? versionId(version) : undefined }
}

/** Whether the error tells that nothing was committed; see MetadataStore.commit. */
export function isDefinite(error: unknown): boolean {
  return error instanceof Fault && error.code !== 'InternalError'
}
