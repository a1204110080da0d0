// What reclaim would give back, told without changing anything; and giving back what was told.
import type { Call } from '../call.js'
import {
  afterKey,
  type Claimed,
  claimedOfGarbageRow,
  garbageUntil,
  isManifest,
  type ManifestId,
  manifestOfRef,
  refsOf,
  timeOfGarbageRow,
} from '../catalog/keys.js'
import { type BlobId, blobIdPrefix, type Entry } from '../ports.js'
import type { Store } from '../store.js'
import { discardBlobs, reclaimGarbage } from './reclaim.js'

const BATCH = 256

export interface Amount {
  readonly blobs: number
  readonly bytes: number
}

/** Blobs that nothing claims, or only manifests do that nothing claims. */
export interface GarbageReport {
  /** Replaced or deleted, and its time has come. */
  readonly due: Amount
  /** Replaced or deleted a moment ago: someone may read it still. */
  readonly waiting: Amount & {
    /** When the first and the last of it may go, in milliseconds since 1970. */
    readonly firstMs: number | undefined
    readonly lastMs: number | undefined
  }
  /** Without any row: what a crash or a broken upload left. */
  readonly orphans: Amount
  /** Without any row, but so young that a request may be about to claim it. */
  readonly young: Amount
  /** Size of each blob counted above, in bytes. */
  readonly sizes: ReadonlyMap<BlobId, number>
  readonly orphanIds: readonly BlobId[]
}

export interface InspectOptions {
  /** Blobs made before are orphans when nothing knows them; `reclaimOrphans` says when that is safe. */
  readonly orphansBeforeMs: number
  /** Hears how many blobs were looked at. */
  readonly onProgress?: ((blobs: number) => void) | undefined
}

/** Walks all blobs and all garbage rows; it keeps one entry for each blob that nothing claims. */
export async function inspectGarbage(
  call: Call,
  store: Store,
  { orphansBeforeMs, onProgress }: InspectOptions,
): Promise<GarbageReport> {
  const garbage: Garbage = { blobs: new Map(), manifests: new Map() }
  await readGarbage(call, store, garbage)
  const sizes = await listUnclaimed(call, store, { garbage, onProgress })
  // Again: what was released during the walk had no row at its start.
  await readGarbage(call, store, garbage)
  return reportOf({ dueMs: garbage.blobs, sizes, nowMs: call.clock.now(), orphansBeforeMs })
}

/**
 * Gives back what is due, and makes garbage of the report's orphans, to go from `orphansNotBeforeMs` on: now only when
 * no one else has the store open, since one may have been replaced a moment ago, and be read still.
 */
export async function reclaimReported(
  call: Call,
  store: Store,
  report: GarbageReport,
  orphansNotBeforeMs: number,
): Promise<Amount> {
  const given = { blobs: 0, bytes: 0 }
  for (let at = 0; at < report.orphanIds.length; at += BATCH) {
    call.signal.throwIfAborted()
    await discardBlobs(store, report.orphanIds.slice(at, at + BATCH), orphansNotBeforeMs)
  }
  const tell = (blobs: readonly BlobId[]) => {
    given.blobs += blobs.length
    for (const blob of blobs) given.bytes += report.sizes.get(blob) ?? 0
  }
  await reclaimGarbage(call, store, call.clock.now(), { tell })
  return given
}

/** When each may go, in milliseconds since 1970; manifests only when no version claims them. */
interface Garbage {
  readonly blobs: Map<BlobId, number>
  readonly manifests: Map<ManifestId, number>
}

/** Adds what has a garbage row; the earliest of several rows counts. */
async function readGarbage(call: Call, store: Store, { blobs, manifests }: Garbage): Promise<void> {
  const { end, start: first } = garbageUntil(Number.MAX_SAFE_INTEGER)
  for (let start = first; ; ) {
    call.signal.throwIfAborted()
    const rows = await store.metadata.scan({ start, end }, { limit: BATCH })
    for (const { key } of rows) {
      const claimed = claimedOfGarbageRow(key)
      if (!isManifest(claimed)) setEarliest(blobs, claimed, timeOfGarbageRow(key))
      else {
        const endMs = await endOfClaims(store, claimed, NO_MANIFESTS)
        if (endMs !== undefined) manifests.set(claimed, Math.max(endMs, timeOfGarbageRow(key)))
      }
    }
    const last = rows.at(-1)
    if (!last) return
    start = afterKey(last.key)
  }
}

/** Rows come in the order of their times. */
function setEarliest<K>(times: Map<K, number>, key: K, timeMs: number): void {
  if (!times.has(key)) times.set(key, timeMs)
}

interface Listing {
  readonly garbage: Garbage
  readonly onProgress: InspectOptions['onProgress']
}

/** The size of each blob that may go, now or later. */
async function listUnclaimed(
  call: Call,
  store: Store,
  { garbage, onProgress }: Listing,
): Promise<Map<BlobId, number>> {
  const sizes = new Map<BlobId, number>()
  let seen = 0
  let after: BlobId | undefined
  for (;;) {
    call.signal.throwIfAborted()
    const page = await store.blobs.list({ limit: BATCH, ...(after === undefined ? {} : { after }) })
    const ends = await Promise.all(page.map(({ id }) => endOfClaims(store, id, garbage.manifests)))
    page.forEach(({ id, size }, at) => {
      const endMs = ends[at]
      if (endMs === undefined) return
      sizes.set(id, size)
      if (endMs !== NO_CLAIM) garbage.blobs.set(id, endMs)
    })
    seen += page.length
    onProgress?.(seen)
    after = page.at(-1)?.id
    if (after === undefined) return sizes
  }
}

const NO_CLAIM = 0
const NO_MANIFESTS: Garbage['manifests'] = new Map()
const REFS_BATCH = 16

/**
 * When the last claim ends: of a version that is gone, as its row tells, of a dying manifest, as that goes. Undefined
 * while anything else claims it.
 */
async function endOfClaims(
  store: Store,
  claimed: Claimed,
  dying: Garbage['manifests'],
): Promise<number | undefined> {
  const { end, start: first } = refsOf(claimed)
  let endMs = NO_CLAIM
  for (let start = first; ; ) {
    const refs = await store.metadata.scan({ start, end }, { limit: REFS_BATCH })
    for (const ref of refs) {
      const goesMs = endOfClaim(claimed, ref, dying)
      if (goesMs === undefined) return undefined
      endMs = Math.max(endMs, goesMs)
    }
    const last = refs.at(-1)
    if (!last) return endMs
    start = afterKey(last.key)
  }
}

function endOfClaim(
  claimed: Claimed,
  { key, value }: Entry,
  dying: Garbage['manifests'],
): number | undefined {
  if (value.length > 0) return timeOfGarbageRow(value)
  const manifest = isManifest(claimed) ? undefined : manifestOfRef(claimed, key)
  return manifest && dying.get(manifest)
}

interface Findings {
  readonly dueMs: ReadonlyMap<BlobId, number>
  readonly sizes: ReadonlyMap<BlobId, number>
  readonly nowMs: number
  readonly orphansBeforeMs: number
}

function reportOf({ dueMs, sizes, nowMs, orphansBeforeMs }: Findings): GarbageReport {
  const amounts = { due: none(), waiting: none(), orphans: none(), young: none() }
  const limit = blobIdPrefix(orphansBeforeMs)
  const orphanIds: BlobId[] = []
  let firstMs: number | undefined
  let lastMs: number | undefined
  for (const [blob, size] of sizes) {
    const mayGoMs = dueMs.get(blob)
    const kind = mayGoMs === undefined ? kindWithoutRow(blob, limit) : kindWithRow(mayGoMs, nowMs)
    amounts[kind].blobs++
    amounts[kind].bytes += size
    if (kind === 'orphans') orphanIds.push(blob)
    if (kind !== 'waiting' || mayGoMs === undefined) continue
    firstMs = Math.min(firstMs ?? mayGoMs, mayGoMs)
    lastMs = Math.max(lastMs ?? mayGoMs, mayGoMs)
  }
  return { ...amounts, waiting: { ...amounts.waiting, firstMs, lastMs }, sizes, orphanIds }
}

function none(): { blobs: number; bytes: number } {
  return { blobs: 0, bytes: 0 }
}

function kindWithRow(mayGoMs: number, nowMs: number): 'due' | 'waiting' {
  return mayGoMs <= nowMs ? 'due' : 'waiting'
}

function kindWithoutRow(blob: BlobId, limit: BlobId): 'orphans' | 'young' {
  return blob < limit ? 'orphans' : 'young'
}
