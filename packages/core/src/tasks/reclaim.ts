// Bytes no object claims any more are given back to the disk: replaced and deleted ones from `garbage/`, and
// orphans, which a crash or a broken upload left without any row.
import type { Call } from '../call.js'
import {
  claimedOfGarbageRow,
  claimOfGarbageRow,
  garbageRow,
  garbageUntil,
  isManifest,
  refsOf,
  timeOfGarbageRow,
} from '../catalog/keys.js'
import { lapsedUntil, rowOfLapseRow } from '../catalog/upload-keys.js'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { type BlobId, blobIdPrefix, type Entry } from '../ports.js'
import type { Store } from '../store.js'
import { dissolveManifest } from './dissolve-manifest.js'

const BATCH = 256

export interface Reclaimed {
  /** Found and dealt with. */
  readonly blobs: number
}

export interface ReclaimOptions {
  /** Hears of each blob that is gone. */
  readonly tell?: (blobs: readonly BlobId[]) => void
}

/** Deletes the blobs of garbage rows whose time has come by `untilMs`, unless something claims them again. */
export async function reclaimGarbage(
  call: Call,
  store: Store,
  untilMs: number,
  { tell }: ReclaimOptions = {},
): Promise<Reclaimed> {
  let blobs = 0
  for (;;) {
    call.signal.throwIfAborted()
    const rows = await store.metadata.scan(garbageUntil(untilMs), { limit: BATCH })
    if (rows.length === 0) return { blobs }
    const freed = await Promise.all(rows.map((row) => settle(call, store, row)))
    const unclaimed = freed.filter((blob) => blob !== undefined)
    await store.blobs.delete(unclaimed)
    tell?.(unclaimed)
    blobs += unclaimed.length
  }
}

/**
 * Takes the row away, and tells its blob if nothing claims it. The blob is deleted after the row: a crash between
 * the two leaves an orphan, which the other half of this file finds.
 */
async function settle(call: Call, store: Store, found: Entry): Promise<BlobId | undefined> {
  const row = await endClaim(store, found)
  if (!row) return undefined
  const claimed = claimedOfGarbageRow(row.key)
  if (isManifest(claimed)) {
    await dissolveManifest(call, store, { row, manifest: claimed })
    return undefined
  }
  const unchanged = { kind: 'unchanged', key: row.key, stamp: row.stamp } as const
  const writes = [{ kind: 'delete', key: row.key } as const]
  const freed = await store.metadata.commit({
    checks: [unchanged, { kind: 'empty', range: refsOf(claimed) }],
    writes,
  })
  if (freed.ok) return claimed
  await store.metadata.commit({ checks: [unchanged], writes })
  return undefined
}

/**
 * Ends the claim that lingered until this garbage row came due, and gives the row that now says to look at what was
 * claimed; undefined when another process was faster. A claim that was made anew under the same name does not linger,
 * and stays.
 */
async function endClaim(store: Store, row: Entry): Promise<Entry | undefined> {
  const claim = claimOfGarbageRow(row.key)
  if (!claim) return row
  const [ref] = await store.metadata.read([claim])
  const lingers = ref !== undefined && Buffer.compare(ref.value, row.key) === 0
  const key = garbageRow(timeOfGarbageRow(row.key), claimedOfGarbageRow(row.key))
  const value = new Uint8Array()
  const done = await store.metadata.commit({
    checks: [
      { kind: 'unchanged', key: row.key, stamp: row.stamp },
      { kind: 'unchanged', key: claim, stamp: ref?.stamp ?? null },
    ],
    writes: [
      { kind: 'delete', key: row.key },
      { kind: 'put', key, value },
      ...(lingers ? [{ kind: 'delete', key: claim } as const] : []),
    ],
  })
  return done.ok ? { key, value, stamp: done.stamp } : undefined
}

/** Deletes rows that were kept for a time, once that is over by `untilMs`. */
export async function removeLapsed(call: Call, store: Store, untilMs: number): Promise<void> {
  for (;;) {
    call.signal.throwIfAborted()
    const rows = await store.metadata.scan(lapsedUntil(untilMs), { limit: BATCH })
    if (rows.length === 0) return
    const keys = rows.flatMap(({ key }) => [key, rowOfLapseRow(key)])
    await store.metadata.commit({ checks: [], writes: keys.map((key) => ({ kind: 'delete', key })) })
  }
}

/**
 * Makes garbage of blobs made before `beforeMs` that nothing claims. Safe for blobs older than any request that could
 * still commit a claim: those from before this process took the store, or older than the longest request. They are
 * not deleted at once: one may have been replaced a moment ago, and be read still.
 */
export async function reclaimOrphans(call: Call, store: Store, beforeMs: number): Promise<Reclaimed> {
  const limit = blobIdPrefix(beforeMs)
  let blobs = 0
  let after: BlobId | undefined
  for (;;) {
    call.signal.throwIfAborted()
    const page = await store.blobs.list({ limit: BATCH, ...(after === undefined ? {} : { after }) })
    const old = page.filter(({ id }) => id < limit).map(({ id }) => id)
    const claimed = await Promise.all(old.map((id) => isClaimed(store, id)))
    const orphans = old.filter((_id, at) => !claimed[at])
    await discardBlobs(store, orphans, call.clock.now() + GARBAGE_DELAY_MS)
    blobs += orphans.length
    after = page.at(-1)?.id
    if (after === undefined) return { blobs }
  }
}

/** Makes garbage of blobs that nothing claims, to be deleted from `notBeforeMs` on. */
export async function discardBlobs(
  store: Store,
  blobs: readonly BlobId[],
  notBeforeMs: number,
): Promise<void> {
  if (blobs.length === 0) return
  const writes = blobs.map((blob) => {
    return { kind: 'put', key: garbageRow(notBeforeMs, blob), value: new Uint8Array() } as const
  })
  await store.metadata.commit({ checks: [], writes })
}

/** A blob whose garbage row still waits has no claim; a second row does no harm. */
async function isClaimed(store: Store, blob: BlobId): Promise<boolean> {
  const refs = await store.metadata.scan(refsOf(blob), { limit: 1 })
  return refs.length > 0
}
