// The audit of uploads, their parts, and the manifests they become.
import type { Entry, Store } from '@coset/core'
import type { BucketRow, VersionRow } from './audit.js'
import { jsonOf, latin1, rowsOf } from './rows.js'

const UPLOAD_ID_LENGTH = 45

/** Unfinished uploads, by their ids. */
export async function auditUploads(
  store: Store,
  buckets: readonly BucketRow[],
  problems: string[],
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for (const { key } of await rowsOf(store, 'upload/')) {
    const name = Buffer.from(key).subarray('upload/'.length)
    const id = name.toString('latin1', name.length - UPLOAD_ID_LENGTH)
    if (name[name.length - UPLOAD_ID_LENGTH - 1] !== 0)
      problems.push(`An upload row is malformed: ${latin1(key)}`)
    if (!buckets.some((bucket) => bucket.id === name.toString('hex', 0, 8)))
      problems.push(`The upload ${id} is in no bucket.`)
    ids.add(id)
  }
  return ids
}

export interface ManifestClaims {
  /** `<blob> <manifest>` */
  readonly claims: readonly string[]
  readonly blobs: readonly string[]
  /** Blobs of what is being dissolved. */
  readonly dying: readonly string[]
  isDying(manifest: string): boolean
}

export interface Fate {
  /** Blobs and manifests that wait for their deletion. */
  readonly waiting: readonly string[]
  readonly uploads: ReadonlySet<string>
}

/** Rows of parts and manifests: each belongs to a version, to an upload, or waits to be dissolved. */
export async function auditManifests(
  store: Store,
  versions: readonly VersionRow[],
  { waiting, uploads }: Fate,
  problems: string[],
): Promise<ManifestClaims> {
  const live = new Set(versions.flatMap(({ manifest }) => manifest ?? []))
  const isDying = (manifest: string) => waiting.includes(manifest) && !live.has(manifest)
  const parts = (await rowsOf(store, 'part/')).map(readPart)
  const pieces = (await rowsOf(store, 'manifest/')).map(readPiece)
  for (const { manifest, number } of parts)
    if (!uploads.has(manifest.slice(1)) && !isDying(manifest))
      problems.push(`A row of part/ is left over: ${manifest} ${number}`)
  for (const { manifest, number } of pieces)
    if (!live.has(manifest) && !isDying(manifest))
      problems.push(`A row of manifest/ is left over: ${manifest} ${number}`)
  checkPieces(
    versions,
    pieces.filter(({ manifest }) => !isDying(manifest)),
    problems,
  )
  const rows = [...parts, ...pieces].flatMap(({ manifest, extents }) =>
    extents.map(({ blob }) => ({ manifest, blob })),
  )
  const standing = rows.filter(({ manifest }) => !isDying(manifest))
  return {
    claims: standing.map(({ manifest, blob }) => `${blob} ${manifest}`),
    blobs: standing.map(({ blob }) => blob),
    dying: rows.filter(({ manifest }) => isDying(manifest)).map(({ blob }) => blob),
    isDying,
  }
}

/** A part by its number, a piece by its offset. */
interface ManifestRow {
  readonly manifest: string
  readonly number: number
  readonly extents: readonly Extent[]
  readonly size: number
}

interface Extent {
  readonly blob: string
  readonly length: number
}

function readPart(row: Entry): ManifestRow {
  const key = Buffer.from(row.key).subarray('part/'.length)
  const manifest = `m${key.toString('latin1', 0, UPLOAD_ID_LENGTH)}`
  return { manifest, number: key.readUInt16BE(UPLOAD_ID_LENGTH), ...bytesOf(row) }
}

function readPiece(row: Entry): ManifestRow {
  const key = Buffer.from(row.key).subarray('manifest/'.length)
  const manifest = key.toString('latin1', 0, UPLOAD_ID_LENGTH + 1)
  return { manifest, number: Number(key.readBigUInt64BE(UPLOAD_ID_LENGTH + 1)), ...bytesOf(row) }
}

function bytesOf(row: Entry) {
  const { extents = [] } = jsonOf(row) as { readonly extents?: readonly Extent[] }
  const inline = row.value.length - 5 - Buffer.from(row.value).readUInt32BE(1)
  return { extents, size: inline + extents.reduce((sum, { length }) => sum + length, 0) }
}

/** Pieces follow each other without a gap, up to the size of every version that reads them. */
function checkPieces(
  versions: readonly VersionRow[],
  pieces: readonly ManifestRow[],
  problems: string[],
): void {
  const ends = new Map<string, number>()
  for (const { manifest, number, size } of pieces) {
    if ((ends.get(manifest) ?? 0) !== number) problems.push(`${manifest} has a gap at ${number}.`)
    ends.set(manifest, number + size)
  }
  for (const { manifest, size, key } of versions) {
    if (manifest === undefined || (ends.get(manifest) ?? 0) === size) continue
    problems.push(`${key} has ${size} bytes, its manifest ${ends.get(manifest) ?? 0}.`)
  }
}
