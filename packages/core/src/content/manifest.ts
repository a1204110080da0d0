// Manifests: rows that tell, by offset, where the bytes of many parts or appended pieces are. Copies share a manifest
// as they share a blob, so copying an object of 10,000 parts touches one row of it.
import { damagedContent, type Fault } from '@coset/model'
import type { ManifestId } from '../catalog/keys.js'
import type { Extent } from '../catalog/records.js'
import { manifestRow, manifestRows, offsetOfManifestRow } from '../catalog/upload-keys.js'
import { decodePiece, encodePiece, type Piece, pieceLength } from '../catalog/upload-records.js'
import type { ByteRange, Write } from '../ports.js'
import type { Store } from '../store.js'
import { joinExtents, sliceExtents } from './extents.js'

/** Extents in one row: a read at any offset decodes few that it does not need. */
const ROW_EXTENTS_MAX = 128
const SCAN_ROWS = 16

/** The rows of a new manifest. Claims on the blobs are the caller's to make. */
export function manifestWrites(manifest: ManifestId, extents: readonly Extent[]): readonly Write[] {
  const writes: Write[] = []
  let offset = 0
  for (let at = 0; at < extents.length; at += ROW_EXTENTS_MAX) {
    const piece: Piece = { kind: 'extents', extents: extents.slice(at, at + ROW_EXTENTS_MAX) }
    writes.push({ kind: 'put', key: manifestRow(manifest, offset), value: encodePiece(piece) })
    offset += pieceLength(piece)
  }
  return writes
}

/** A piece's part of a range. */
export interface PieceSlice {
  readonly piece: Piece
  readonly range: ByteRange
}

/** What of the manifest makes up the range, in order. Throws `InternalError` when rows are missing. */
export async function* readPieces(
  store: Store,
  manifest: ManifestId,
  range: ByteRange,
): AsyncGenerator<PieceSlice> {
  const end = range.offset + range.length
  let position = range.offset
  let next = range.length === 0 ? end : await pieceStart(store, manifest, range.offset)
  while (position < end) {
    const rows = await store.metadata.scan(manifestRows(manifest, next, end), { limit: SCAN_ROWS })
    if (rows.length === 0) throw damaged(manifest, position)
    for (const row of rows) {
      const piece = decodePiece(row.value)
      const start = offsetOfManifestRow(row.key)
      const pieceEnd = start + pieceLength(piece)
      if (start !== next || pieceEnd <= position) throw damaged(manifest, position)
      const length = Math.min(pieceEnd, end) - position
      yield { piece, range: { offset: position - start, length } }
      position += length
      next = pieceEnd
    }
  }
}

export interface ManifestRange extends ByteRange {
  readonly manifest: ManifestId
}

/**
 * The range as extents, undefined when these are more than `extentsMax`, or where bytes of it stand in rows: small ones
 * that were appended.
 */
export async function extentsOfManifest(
  store: Store,
  { manifest, ...range }: ManifestRange,
  extentsMax: number,
): Promise<readonly Extent[] | undefined> {
  let extents: readonly Extent[] = []
  for await (const { piece, range: slice } of readPieces(store, manifest, range)) {
    if (piece.kind === 'inline') return undefined
    extents = joinExtents([...extents, ...sliceExtents(piece.extents, slice)])
    if (extents.length > extentsMax) return undefined
  }
  return extents
}

/** Where the piece that holds the byte at `offset` begins. */
async function pieceStart(store: Store, manifest: ManifestId, offset: number): Promise<number> {
  const [row] = await store.metadata.scan(manifestRows(manifest, 0, offset + 1), { limit: 1, reverse: true })
  if (!row) throw damaged(manifest, offset)
  return offsetOfManifestRow(row.key)
}

function damaged(manifest: ManifestId, position: number): Fault {
  return damagedContent(`The manifest ${manifest} does not tell where its byte ${position} is.`)
}
