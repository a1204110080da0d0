// What reclaim would give back, told without changing anything; and giving back what was told.
import type { Call } from '../call.js'
import { afterKey, blobOfGarbageRow, garbageUntil, timeOfGarbageRow } from '../catalog/keys.js'
import { type BlobId, blobIdPrefix } from '../ports.js'
import type { Store } from '../store.js'
import { discardBlobs, isClaimed, reclaimGarbage } from './reclaim.js'

const BATCH = 256

export interface Amount {
  readonly blobs: number
  readonly bytes: number
}

/** Blobs that nothing claims. */
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
  const dueMs = new Map<BlobId, number>()
  await readGarbage(call, store, dueMs)
  const sizes = await listUnclaimed(call, store, onProgress)
  // Again: what was released during the walk had no row at its start.
  await readGarbage(call, store, dueMs)
  return reportOf({ dueMs, sizes, nowMs: call.clock.now(), orphansBeforeMs })
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
  await reclaimGarbage(call, store, call.clock.now(), (blobs) => {
    given.blobs += blobs.length
    for (const blob of blobs) given.bytes += report.sizes.get(blob) ?? 0
  })
  return given
}

/** Adds when each blob with a garbage row may go; the earliest of several rows counts. */
async function readGarbage(call: Call, store: Store, dueMs: Map<BlobId, number>): Promise<void> {
  const { end, start: first } = garbageUntil(Number.MAX_SAFE_INTEGER)
  for (let start = first; ; ) {
    call.signal.throwIfAborted()
    const rows = await store.metadata.scan({ start, end }, { limit: BATCH })
    for (const { key } of rows) {
      const blob = blobOfGarbageRow(key)
      if (!dueMs.has(blob)) dueMs.set(blob, timeOfGarbageRow(key))
    }
    const last = rows.at(-1)
    if (!last) return
    start = afterKey(last.key)
  }
}

async function listUnclaimed(
  call: Call,
  store: Store,
  onProgress: InspectOptions['onProgress'],
): Promise<Map<BlobId, number>> {
  const sizes = new Map<BlobId, number>()
  let seen = 0
  let after: BlobId | undefined
  for (;;) {
    call.signal.throwIfAborted()
    const page = await store.blobs.list({ limit: BATCH, ...(after === undefined ? {} : { after }) })
    const claimed = await Promise.all(page.map(({ id }) => isClaimed(store, id)))
    page.forEach(({ id, size }, at) => {
      if (!claimed[at]) sizes.set(id, size)
    })
    seen += page.length
    onProgress?.(seen)
    after = page.at(-1)?.id
    if (after === undefined) return sizes
  }
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
