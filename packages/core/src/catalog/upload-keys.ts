// Row keys of uploads, their parts, and what they become.
//   upload/<bucket id><key>00<upload id>   part/<upload id><number>
//   turn/<upload id>                       manifest/<manifest><offset>
//   completed/<upload id>                  lapse/<not before><row>
import type { Key, KeyRange } from '../ports.js'
import { type ManifestId, orderBytes, rowsBelow } from './keys.js'

const UPLOAD = Buffer.from('upload/')
const PART = Buffer.from('part/')
const LAPSE = Buffer.from('lapse/')
const ZERO = Buffer.from([0])
const BUCKET_ID_BYTES = 8
const TIME_DIGITS = 13
const UPLOAD_ID_LENGTH = TIME_DIGITS + 32
const NUMBER_BYTES = 2
const TIME_BYTES = 8

/** Milliseconds since 1970 in 13 digits, then 16 bytes of chance in hex: ids sort by time and can't be guessed. */
export type UploadId = string & { readonly '~upload': true }

export function newUploadId(nowMs: number, chance: Uint8Array): UploadId {
  const time = String(Math.trunc(nowMs)).padStart(TIME_DIGITS, '0')
  return `${time}${Buffer.from(chance).toString('hex')}` as UploadId
}

/** The id, or undefined when no upload could ever have it. */
export function parseUploadId(text: string): UploadId | undefined {
  return /^\d{13}[0-9a-f]{32}$/.test(text) ? (text as UploadId) : undefined
}

/** An upload's parts become this manifest; until then it claims their blobs. */
export function manifestOf(upload: UploadId): ManifestId {
  return `m${upload}`
}

export function uploadOfManifest(manifest: ManifestId): UploadId {
  return manifest.slice(1) as UploadId
}

export function uploadRow(bucketId: Uint8Array, key: Uint8Array, upload: UploadId): Key {
  return Buffer.concat([UPLOAD, bucketId, key, ZERO, Buffer.from(upload)])
}

/** Upload rows whose key and id stand from `start` up to, without, `end`; undefined for the last of the bucket. */
export function uploadRows(bucketId: Uint8Array, start: Uint8Array, end: Uint8Array | undefined): KeyRange {
  const base = Buffer.concat([UPLOAD, bucketId])
  return {
    start: Buffer.concat([base, start]),
    end: end ? Buffer.concat([base, end]) : rowsBelow(base).end,
  }
}

/** What in uploadRows stands first behind the upload. */
export function afterUpload(key: Uint8Array, upload: string): Uint8Array {
  return Buffer.concat([key, ZERO, Buffer.from(upload), ZERO])
}

export function keyOfUploadRow(row: Key): Uint8Array {
  return row.subarray(UPLOAD.length + BUCKET_ID_BYTES, row.length - UPLOAD_ID_LENGTH - 1)
}

export function idOfUploadRow(row: Key): UploadId {
  return Buffer.from(row.subarray(row.length - UPLOAD_ID_LENGTH)).toString('latin1') as UploadId
}

export function partRow(upload: UploadId, number: number): Key {
  return Buffer.concat([PART, Buffer.from(upload), numberBytes(number)])
}

/** Parts with numbers greater than `after`. */
export function partRows(upload: UploadId, after = 0): KeyRange {
  const base = Buffer.concat([PART, Buffer.from(upload)])
  return { start: Buffer.concat([base, numberBytes(after + 1)]), end: rowsBelow(base).end }
}

export function numberOfPartRow(row: Key): number {
  return Buffer.from(row.buffer, row.byteOffset, row.length).readUInt16BE(row.length - NUMBER_BYTES)
}

/** A counter that every change of a part moves: Complete checks this one row instead of each part. */
export function turnRow(upload: UploadId): Key {
  return Buffer.from(`turn/${upload}`)
}

export function manifestRow(manifest: ManifestId, offset: number): Key {
  return Buffer.concat([Buffer.from(`manifest/${manifest}`), orderBytes(BigInt(offset))])
}

/** Rows of a manifest from, at least, `start` up to, without, `end`: offsets in bytes. */
export function manifestRows(manifest: ManifestId, start: number, end = Number.MAX_SAFE_INTEGER): KeyRange {
  return { start: manifestRow(manifest, start), end: manifestRow(manifest, end) }
}

export function offsetOfManifestRow(row: Key): number {
  return Number(Buffer.from(row.buffer, row.byteOffset, row.length).readBigUInt64BE(row.length - 8))
}

/** What a completed upload answered, kept for a while so that it can answer again. */
export function completedRow(upload: UploadId): Key {
  return Buffer.from(`completed/${upload}`)
}

/** Tells that a row is to be deleted once its time has come. */
export function lapseRow(notBeforeMs: number, row: Key): Key {
  return Buffer.concat([LAPSE, orderBytes(BigInt(Math.trunc(notBeforeMs))), row])
}

export function lapsedUntil(nowMs: number): KeyRange {
  return { start: LAPSE, end: Buffer.concat([LAPSE, orderBytes(BigInt(Math.trunc(nowMs)) + 1n)]) }
}

export function rowOfLapseRow(row: Key): Key {
  return row.subarray(LAPSE.length + TIME_BYTES)
}

function numberBytes(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES)
  bytes.writeUInt16BE(number)
  return bytes
}
