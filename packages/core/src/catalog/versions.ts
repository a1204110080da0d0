// The rules of versioning, once. `object/` holds a key's newest version while that is live; everything older, and
// a newest delete marker, stands in `version/`, newest first; `null/` points at a null version kept there.
import type { Call } from '../call.js'
import type { BlobId, Check, Entry, Write } from '../ports.js'
import type { Store } from '../store.js'
import { type Bucket, readWithBucket } from './bucket-lookup.js'
import {
  type Claimed,
  endOfClaimRow,
  nullRow,
  ORDER_MAX,
  type Order,
  objectRow,
  orderBytes,
  refRow,
  versionRow,
  versionRowsOf,
} from './keys.js'
import { decodeVersion, type Extent, encodeVersion, type LiveVersion, type Version } from './records.js'

/** How long replaced bytes stay, for readers that began before. */
export const GARBAGE_DELAY_MS = 15 * 60 * 1000

/** One key as a snapshot held it. */
export interface Timeline {
  readonly bucket: Bucket
  readonly key: Uint8Array
  readonly current: LiveVersion | undefined
  /** The newest row of `version/`. */
  readonly newestKept: Version | undefined
  /** The null version kept in `version/`. */
  readonly keptNull: Version | undefined
}

export interface Changes {
  readonly checks: Check[]
  readonly writes: Write[]
}

export interface Read {
  readonly timeline: Timeline
  readonly changes: Changes
}

/** The key's rows, and the checks that no one changes them before the commit. */
export async function readTimeline(store: Store, bucketName: string, key: Uint8Array): Promise<Read> {
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id, record }) =>
    record.versioning ? [objectRow(id, key), nullRow(id, key)] : [objectRow(id, key)],
  )
  const [object, pointer] = entries
  const checks: Check[] = [bucket.check, unchanged(objectRow(bucket.id, key), object)]
  const current = object && live(decodeVersion(object.value))
  const base = { bucket, key, current }
  if (!bucket.record.versioning) {
    return {
      timeline: { ...base, newestKept: undefined, keptNull: undefined },
      changes: { checks, writes: [] },
    }
  }
  checks.push(unchanged(nullRow(bucket.id, key), pointer))
  const [newest] = await store.metadata.scan(versionRowsOf(bucket.id, key), { limit: 1 })
  const newestKept = newest && decodeVersion(newest.value)
  // Together: no newer row came, and this one is still there.
  checks.push({ kind: 'empty', range: versionRowsOf(bucket.id, key, newestKept?.order) })
  if (newest) checks.push(unchanged(newest.key, newest))
  const keptNull = pointer && (await readKept(store, { bucket, key, order: orderOf(pointer) }, checks))
  return { timeline: { ...base, newestKept, keptNull }, changes: { checks, writes: [] } }
}

export interface KeptName {
  readonly bucket: Bucket
  readonly key: Uint8Array
  readonly order: Order
}

/** A row of `version/`; `checks` gains that it stays as it is. */
export async function readKept(store: Store, name: KeptName, checks: Check[]): Promise<Version | undefined> {
  const row = versionRow(name.bucket.id, name.key, name.order)
  const [entry] = await store.metadata.read([row])
  checks.push(unchanged(row, entry))
  return entry && decodeVersion(entry.value)
}

export function orderOf(pointer: Entry): Order {
  return Buffer.from(pointer.value.buffer, pointer.value.byteOffset, pointer.value.length).readBigUInt64BE()
}

export function unchanged(key: Uint8Array, entry: Entry | undefined): Check {
  return { kind: 'unchanged', key, stamp: entry?.stamp ?? null }
}

/** Microseconds since 1970, counted down, and past every version of the key even when clocks step back. */
export function nextOrder(call: Call, { current, newestKept }: Timeline): Order {
  const now = ORDER_MAX - BigInt(Math.trunc(call.clock.now())) * 1000n
  const newest = current?.order ?? newestKept?.order
  return newest !== undefined && newest <= now ? newest - 1n : now
}

/** Makes room for a new newest version as the bucket's state asks: keeps or replaces what is there. */
export function displace(call: Call, timeline: Timeline, changes: Changes): void {
  const { bucket, current, keptNull } = timeline
  const { versioning } = bucket.record
  const replacesCurrent =
    current && (versioning === undefined || (versioning === 'Suspended' && current.isNull))
  if (current && replacesCurrent) release(call, timeline, current, changes)
  if (current && !replacesCurrent) keep(timeline, current, changes)
  if (versioning === 'Suspended' && keptNull) removeKept(call, timeline, keptNull, changes)
}

/** Puts `version` in `object/`, with its claims. */
export function placeCurrent({ bucket, key }: Timeline, version: LiveVersion, { writes }: Changes): void {
  writes.push({ kind: 'put', key: objectRow(bucket.id, key), value: encodeVersion(version) })
  for (const claimed of claimsOf(version)) {
    const ref = refRow(claimed, { bucketId: bucket.id, key, order: version.order })
    writes.push({ kind: 'put', key: ref, value: new Uint8Array() })
  }
}

/** Puts `version` in `version/`; its blobs stay claimed as they were. */
export function keep({ bucket, key }: Timeline, version: Version, { writes }: Changes): void {
  writes.push({ kind: 'put', key: versionRow(bucket.id, key, version.order), value: encodeVersion(version) })
  if (version.isNull)
    writes.push({ kind: 'put', key: nullRow(bucket.id, key), value: orderBytes(version.order) })
}

/** Takes `version` out of `version/` for good. */
export function removeKept(call: Call, timeline: Timeline, version: Version, changes: Changes): void {
  forgetKept(timeline, version, changes)
  if (version.kind === 'live') release(call, timeline, version, changes)
}

/** Takes the row away but leaves the bytes claimed: the version goes elsewhere. */
export function forgetKept({ bucket, key }: Timeline, version: Version, { writes }: Changes): void {
  writes.push({ kind: 'delete', key: versionRow(bucket.id, key, version.order) })
  if (version.isNull) writes.push({ kind: 'delete', key: nullRow(bucket.id, key) })
}

export function removeCurrent({ bucket, key }: Timeline, { writes }: Changes): void {
  writes.push({ kind: 'delete', key: objectRow(bucket.id, key) })
}

/**
 * Gives up a version's claims: each lingers until its readers had their time, and then a garbage row ends it. Reclaim
 * deletes what no one else claims by then.
 */
export function release(
  call: Call,
  { bucket, key }: Timeline,
  version: LiveVersion,
  { writes }: Changes,
): void {
  const notBefore = call.clock.now() + GARBAGE_DELAY_MS
  for (const claimed of claimsOf(version)) {
    const ref = refRow(claimed, { bucketId: bucket.id, key, order: version.order })
    const end = endOfClaimRow(notBefore, ref)
    writes.push({ kind: 'put', key: ref, value: end }, { kind: 'put', key: end, value: new Uint8Array() })
  }
}

/** What the version keeps from being reclaimed. */
export function claimsOf({ content }: LiveVersion): readonly Claimed[] {
  if (content.kind === 'manifest') return [content.manifest]
  return content.kind === 'extents' ? distinctBlobs(content.extents) : []
}

export function distinctBlobs(extents: readonly Extent[]): readonly BlobId[] {
  const [first] = extents
  if (extents.length === 1 && first) return [first.blob]
  return [...new Set(extents.map((extent) => extent.blob))]
}

function live(version: Version): LiveVersion {
  if (version.kind !== 'live') throw new Error('An object row holds a delete marker.')
  return version
}
