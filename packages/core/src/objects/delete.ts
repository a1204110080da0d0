// Delete: the current version, or one that is named.
import { assertKey, Fault } from '@coset/model'
import type { Call } from '../call.js'
import { attempt, type Plan } from '../catalog/attempt.js'
import { versionRowsOf } from '../catalog/keys.js'
import {
  type DeleteMarker,
  decodeVersion,
  names,
  parseVersionId,
  type Version,
  type VersionName,
  versionId,
} from '../catalog/records.js'
import {
  type Changes,
  displace,
  forgetKept,
  keep,
  nextOrder,
  placeCurrent,
  type Read,
  readKept,
  readTimeline,
  release,
  removeCurrent,
  removeKept,
  type Timeline,
  unchanged,
} from '../catalog/versions.js'
import type { Store } from '../store.js'

export interface DeleteInput {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}

export interface DeleteResult {
  /** The delete marker made, or the version removed. */
  readonly versionId: string | undefined
  /** Whether a marker was made or removed. */
  readonly deleteMarker: boolean
}

export const NOTHING_DELETED: DeleteResult = { versionId: undefined, deleteMarker: false }

/**
 * A key or version that is not there is no error. A key that no object can have is: its delete marker would stand
 * among rows. Throws `NoSuchBucket`, `InvalidArgument`, `KeyTooLong`, `InvalidObjectName`.
 */
export async function deleteObject(call: Call, store: Store, input: DeleteInput): Promise<DeleteResult> {
  assertKey(input.key)
  const name = input.versionId ? parseVersionId(input.versionId) : undefined
  if (input.versionId && name === undefined) {
    throw new Fault('InvalidArgument', { message: 'The version id is not valid.' })
  }
  return attempt(call, store, `${input.bucket}/${input.key}`, async () => {
    const read = await readTimeline(store, input.bucket, Buffer.from(input.key))
    return name === undefined ? planDelete(call, read) : planDeleteVersion(call, store, read, name)
  })
}

function planDelete(call: Call, { timeline, changes }: Read): Plan<DeleteResult> {
  const { versioning } = timeline.bucket.record
  displace(call, timeline, changes)
  if (timeline.current) removeCurrent(timeline, changes)
  if (versioning === undefined) return { commit: changes, result: NOTHING_DELETED }
  const marker: DeleteMarker = {
    kind: 'marker',
    order: nextOrder(call, timeline),
    isNull: versioning === 'Suspended',
    modifiedMs: call.clock.now(),
  }
  keep(timeline, marker, changes)
  return { commit: changes, result: { versionId: versionId(marker), deleteMarker: true } }
}

async function planDeleteVersion(
  call: Call,
  store: Store,
  { timeline, changes }: Read,
  name: VersionName,
): Promise<Plan<DeleteResult>> {
  const { current, newestKept } = timeline
  if (current && names(name, current)) {
    removeCurrent(timeline, changes)
    release(call, timeline, current, changes)
    if (newestKept) promote(timeline, newestKept, changes)
    return { commit: changes, result: removed(current) }
  }
  const kept = await findKept(store, timeline, name, changes)
  if (!kept) return { commit: { checks: [], writes: [] }, result: NOTHING_DELETED }
  removeKept(call, timeline, kept, changes)
  if (!current && kept.order === newestKept?.order) await promoteSecond(store, timeline, changes)
  return { commit: changes, result: removed(kept) }
}

function removed(version: Version): DeleteResult {
  return { versionId: versionId(version), deleteMarker: version.kind === 'marker' }
}

async function findKept(
  store: Store,
  timeline: Timeline,
  name: VersionName,
  { checks }: Changes,
): Promise<Version | undefined> {
  const { newestKept, keptNull, bucket, key } = timeline
  if (newestKept && names(name, newestKept)) return newestKept
  if (name === 'null') return keptNull
  const version = await readKept(store, { bucket, key, order: name }, checks)
  return version && names(name, version) ? version : undefined
}

/** The newest of `version/` becomes the current version, unless it is a marker. */
function promote(timeline: Timeline, version: Version, changes: Changes): void {
  if (version.kind !== 'live') return
  forgetKept(timeline, version, changes)
  placeCurrent(timeline, version, changes)
}

async function promoteSecond(store: Store, timeline: Timeline, changes: Changes): Promise<void> {
  const rows = await store.metadata.scan(versionRowsOf(timeline.bucket.id, timeline.key), { limit: 2 })
  const second = rows[1]
  if (!second) return
  // Rows only ever appear before the newest, which is checked already, so this one stays second while it stays.
  changes.checks.push(unchanged(second.key, second))
  promote(timeline, decodeVersion(second.value), changes)
}
