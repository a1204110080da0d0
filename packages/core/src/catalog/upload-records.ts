// What the rows of uploads, parts and manifests hold.
import type { AccessControlList, StorageClass, Tag } from '@coset/model'
import type { Extent, StoredHeaders } from './records.js'
import { decodeRow, encodeRow } from './row.js'

export interface UploadRecord {
  readonly initiatedMs: number
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: StorageClass
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
  readonly forbidOverwrite: boolean
}

export interface PartRecord {
  readonly size: number
  /** Hex MD5, bare. */
  readonly etag: string
  readonly crc64: bigint
  readonly modifiedMs: number
  readonly extents: readonly Extent[]
}

/** A stretch of a manifest's bytes, which begins at the offset in its row's key. */
export type Piece =
  | { readonly kind: 'extents'; readonly extents: readonly Extent[] }
  | { readonly kind: 'inline'; readonly bytes: Uint8Array; readonly crc64: bigint }

export interface CompletedRecord {
  readonly bucketId: string
  readonly key: string
  /** Of the list of parts it was completed with: only the same request gets the same answer. */
  readonly partsDigest: string
  readonly completedMs: number
  readonly etag: string
  readonly crc64: string
  readonly versionId: string | undefined
  readonly storageClass: StorageClass
}

export const encodeUpload = (record: UploadRecord): Uint8Array => encodeRow(record, undefined)
export const decodeUpload = (row: Uint8Array): UploadRecord => decodeRow(row).json as UploadRecord

export const encodeCompleted = (record: CompletedRecord): Uint8Array => encodeRow(record, undefined)
export const decodeCompleted = (row: Uint8Array): CompletedRecord => decodeRow(row).json as CompletedRecord

export function encodePart({ crc64, ...plain }: PartRecord): Uint8Array {
  return encodeRow({ ...plain, crc64: crc64.toString(16) }, undefined)
}

export function decodePart(row: Uint8Array): PartRecord {
  const { crc64, ...plain } = decodeRow(row).json as Omit<PartRecord, 'crc64'> & { readonly crc64: string }
  return { ...plain, crc64: BigInt(`0x${crc64}`) }
}

export function encodePiece(piece: Piece): Uint8Array {
  if (piece.kind === 'extents') return encodeRow({ extents: piece.extents }, undefined)
  return encodeRow({ crc64: piece.crc64.toString(16) }, piece.bytes)
}

export function decodePiece(row: Uint8Array): Piece {
  const { json, rest } = decodeRow(row)
  const { extents, crc64 } = json as { readonly extents?: readonly Extent[]; readonly crc64?: string }
  if (extents) return { kind: 'extents', extents }
  return { kind: 'inline', bytes: rest, crc64: BigInt(`0x${crc64}`) }
}

export function pieceLength(piece: Piece): number {
  if (piece.kind === 'inline') return piece.bytes.length
  return piece.extents.reduce((sum, { length }) => sum + length, 0)
}
