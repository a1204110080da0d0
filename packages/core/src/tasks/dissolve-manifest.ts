// A manifest that no version claims any more, or whose upload was aborted: its blobs become garbage, its rows go. There
// may be very many, so they go page by page; the manifest's own garbage row stays until the last, and a crash in
// between only means that the next pass goes on.
import type { Call } from '../call.js'
import { garbageRow, type ManifestId, manifestRefsOf, refsOf, timeOfGarbageRow } from '../catalog/keys.js'
import { manifestRows, partRows, turnRow, uploadOfManifest } from '../catalog/upload-keys.js'
import { decodePart, decodePiece } from '../catalog/upload-records.js'
import { distinctBlobs } from '../catalog/versions.js'
import type { Check, Entry, Write } from '../ports.js'
import type { Store } from '../store.js'

const PAGE = 64

export interface DeadManifest {
  /** Its garbage row. */
  readonly row: Entry
  readonly manifest: ManifestId
}

export async function dissolveManifest(call: Call, store: Store, dead: DeadManifest): Promise<void> {
  const { row, manifest } = dead
  const own: Check = { kind: 'unchanged', key: row.key, stamp: row.stamp }
  const checks: Check[] = [own, { kind: 'empty', range: refsOf(manifest) }]
  for (;;) {
    call.signal.throwIfAborted()
    const page = await readPage(store, manifest)
    const isLast = page.length === 0
    const writes = isLast ? lastWrites(dead) : await pageWrites(store, dead, page)
    const done = await store.metadata.commit({ checks, writes })
    if (!done.ok) {
      // A version claims it after all, or another process was faster.
      await store.metadata.commit({ checks: [own], writes: [{ kind: 'delete', key: row.key }] })
      return
    }
    if (isLast) return
  }
}

async function readPage(store: Store, manifest: ManifestId): Promise<readonly Entry[]> {
  const pieces = await store.metadata.scan(manifestRows(manifest, 0), { limit: PAGE })
  if (pieces.length > 0) return pieces
  return store.metadata.scan(partRows(uploadOfManifest(manifest)), { limit: PAGE })
}

async function pageWrites(
  store: Store,
  { row, manifest }: DeadManifest,
  page: readonly Entry[],
): Promise<readonly Write[]> {
  const blobs = distinctBlobs(page.flatMap(extentsOf))
  // Due as the manifest was: its readers had their time, and those of objects that share a blob have their own claims.
  const notBefore = timeOfGarbageRow(row.key)
  const writes: Write[] = page.map(({ key }) => ({ kind: 'delete', key }))
  for (const blob of blobs) {
    // All of the manifest's claims on it, those of pages to come too: none of them is read any more.
    const refs = await store.metadata.scan(manifestRefsOf(blob, manifest), { limit: 20_000 })
    for (const { key } of refs) writes.push({ kind: 'delete', key })
    writes.push({ kind: 'put', key: garbageRow(notBefore, blob), value: new Uint8Array() })
  }
  return writes
}

function extentsOf({ key, value }: Entry) {
  if (Buffer.from(key).toString('latin1', 0, 5) === 'part/') return decodePart(value).extents
  const piece = decodePiece(value)
  return piece.kind === 'extents' ? piece.extents : []
}

function lastWrites({ row, manifest }: DeadManifest): readonly Write[] {
  return [row.key, turnRow(uploadOfManifest(manifest))].map((key) => ({ kind: 'delete', key }))
}
