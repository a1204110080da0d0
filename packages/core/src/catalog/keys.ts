// Row keys. Object keys stand in them as raw UTF-8, so rows sort as COS lists keys.
//   bucket/<name>                      object/<bucket id><key>
//   version/<bucket id><key>00<order>  null/<bucket id><key>
//   garbage/<not before><claimed>      ref/<claimed>/<bucket id><order><key>
//                                      ref/<blob>/<8 zero bytes><manifest><number>
// A claim of a version that is gone lingers, for its readers: ref/ then holds the key of the garbage row that ends it,
// whose key goes on with that of the claim: garbage/<not before><claimed>/<bucket id><order><key>.
//   setting/<bucket id><name>          task/<name>
// Rows of uploads and manifests stand in upload-keys.ts. Keys hold no NUL byte, so 00 ends a key before an order without breaking its place.
import type { BlobId, Key, KeyRange } from '../ports.js'

const BUCKET = Buffer.from('bucket/')
const OBJECT = Buffer.from('object/')
const VERSION = Buffer.from('version/')
const NULL_VERSION = Buffer.from('null/')
const SETTING = Buffer.from('setting/')
const GARBAGE = Buffer.from('garbage/')
const REF = Buffer.from('ref/')
const SLASH = 0x2f
const ZERO = Buffer.from([0])
const ONE = Buffer.from([1])
const ID_BYTES = 8
const ORDER_BYTES = 8

/** Names the rows that tell where the bytes of parts and appended pieces are; never looks like a blob's id. */
export type ManifestId = `m${string}`
/** What versions lay claim to. */
export type Claimed = BlobId | ManifestId

export function isManifest(claimed: Claimed): claimed is ManifestId {
  return claimed.startsWith('m')
}

/** Where a version stands among those of its key: smaller is newer. */
export type Order = bigint
export const ORDER_MAX = 2n ** 64n - 1n

export function bucketRow(name: string): Key {
  return Buffer.concat([BUCKET, Buffer.from(name)])
}

/** Bucket names after `name`; all of them after ''. */
export function bucketsAfter(name: string): KeyRange {
  const start = name === '' ? BUCKET : Buffer.concat([BUCKET, Buffer.from(name), ZERO])
  return { start, end: successor(BUCKET) }
}

export function objectRow(bucketId: Uint8Array, key: Uint8Array): Key {
  const row = Buffer.allocUnsafe(OBJECT.length + ID_BYTES + key.length)
  row.set(OBJECT)
  row.set(bucketId, OBJECT.length)
  row.set(key, OBJECT.length + ID_BYTES)
  return row
}

/** Object rows whose key stands from `start` up to, without, `end`; undefined for the last of the bucket. */
export function objectRows(bucketId: Uint8Array, start: Uint8Array, end: Uint8Array | undefined): KeyRange {
  const base = Buffer.concat([OBJECT, bucketId])
  return { start: Buffer.concat([base, start]), end: end ? Buffer.concat([base, end]) : successor(base) }
}

export function keyOfObjectRow(row: Key): Uint8Array {
  return row.subarray(OBJECT.length + ID_BYTES)
}

export function versionRow(bucketId: Uint8Array, key: Uint8Array, order: Order): Key {
  return Buffer.concat([VERSION, bucketId, key, ZERO, orderBytes(order)])
}

/** All kept versions of one key that are newer than `before`, which is left out; all of them without it. */
export function versionRowsOf(bucketId: Uint8Array, key: Uint8Array, before?: Order): KeyRange {
  const base = Buffer.concat([VERSION, bucketId, key, ZERO])
  return {
    start: base,
    end: before === undefined ? successor(base) : Buffer.concat([base, orderBytes(before)]),
  }
}

/** Version rows of keys from `start` up to, without, `end`; undefined for the last of the bucket. */
export function versionRows(bucketId: Uint8Array, start: Uint8Array, end: Uint8Array | undefined): KeyRange {
  const base = Buffer.concat([VERSION, bucketId])
  return { start: Buffer.concat([base, start]), end: end ? Buffer.concat([base, end]) : successor(base) }
}

export function keyOfVersionRow(row: Key): Uint8Array {
  return row.subarray(VERSION.length + ID_BYTES, row.length - ORDER_BYTES - 1)
}

export function orderOfVersionRow(row: Key): Order {
  return Buffer.from(row.buffer, row.byteOffset, row.length).readBigUInt64BE(row.length - ORDER_BYTES)
}

export function nullRow(bucketId: Uint8Array, key: Uint8Array): Key {
  return Buffer.concat([NULL_VERSION, bucketId, key])
}

/** Configuration documents that stand in rows of their own, beside the bucket's record. */
export const SETTING_NAMES = ['cors'] as const
export type SettingName = (typeof SETTING_NAMES)[number]

export function settingRow(bucketId: Uint8Array, name: SettingName): Key {
  return Buffer.concat([SETTING, bucketId, Buffer.from(name)])
}

export function garbageRow(notBeforeMs: number, claimed: Claimed): Key {
  return Buffer.concat([GARBAGE, orderBytes(BigInt(Math.trunc(notBeforeMs))), Buffer.from(claimed)])
}

/** Garbage whose time has come by `nowMs`. */
export function garbageUntil(nowMs: number): KeyRange {
  return { start: GARBAGE, end: Buffer.concat([GARBAGE, orderBytes(BigInt(Math.trunc(nowMs)) + 1n)]) }
}

/** Ends the claim that this row of `ref/` makes. */
export function endOfClaimRow(notBeforeMs: number, ref: Key): Key {
  return Buffer.concat([GARBAGE, orderBytes(BigInt(Math.trunc(notBeforeMs))), ref.subarray(REF.length)])
}

/** The claim that ends with the row; undefined for one that only says to look. */
export function claimOfGarbageRow(row: Key): Key | undefined {
  const rest = row.subarray(GARBAGE.length + ORDER_BYTES)
  return rest.includes(SLASH) ? Buffer.concat([REF, rest]) : undefined
}

export function claimedOfGarbageRow(row: Key): Claimed {
  const rest = Buffer.from(row.subarray(GARBAGE.length + ORDER_BYTES))
  const slash = rest.indexOf(SLASH)
  return rest.toString('latin1', 0, slash < 0 ? rest.length : slash) as Claimed
}

/** Milliseconds since 1970. */
export function timeOfGarbageRow(row: Key): number {
  return Number(Buffer.from(row.buffer, row.byteOffset, row.length).readBigUInt64BE(GARBAGE.length))
}

/** What a background task remembers. */
export function taskRow(name: string): Key {
  return Buffer.from(`task/${name}`)
}

export interface Holder {
  readonly bucketId: Uint8Array
  readonly key: Uint8Array
  readonly order: Order
}

export function refRow(claimed: Claimed, { bucketId, key, order }: Holder): Key {
  return Buffer.concat([Buffer.from(`ref/${claimed}/`), bucketId, orderBytes(order), key])
}

export function refsOf(claimed: Claimed): KeyRange {
  return rowsBelow(Buffer.from(`ref/${claimed}/`))
}

/** A manifest claims blobs for each of its parts apart: the same blob may stand in several. `number`: the part's own, or where an appended piece begins. */
export function manifestRefRow(blob: BlobId, manifest: ManifestId, number: number): Key {
  return Buffer.concat([manifestRefBase(blob, manifest), orderBytes(BigInt(number))])
}

/** All claims of one manifest on a blob. */
export function manifestRefsOf(blob: BlobId, manifest: ManifestId): KeyRange {
  return rowsBelow(manifestRefBase(blob, manifest))
}

/** The manifest that lays the claim; undefined when a version does. */
export function manifestOfRef(blob: BlobId, row: Key): ManifestId | undefined {
  const holder = Buffer.from(row.buffer, row.byteOffset, row.length).subarray(`ref/${blob}/`.length)
  if (holder.subarray(0, ID_BYTES).some((byte) => byte !== 0)) return undefined
  return holder.toString('latin1', ID_BYTES, holder.length - ORDER_BYTES) as ManifestId
}

/** No bucket has the id 0. */
function manifestRefBase(blob: BlobId, manifest: ManifestId): Buffer {
  return Buffer.concat([Buffer.from(`ref/${blob}/`), Buffer.alloc(ID_BYTES), Buffer.from(manifest)])
}

/** Every row that begins with `base`. */
export function rowsBelow(base: Uint8Array): KeyRange {
  return { start: base, end: successor(base) }
}

export function orderBytes(order: Order): Buffer {
  const bytes = Buffer.allocUnsafe(ORDER_BYTES)
  bytes.writeBigUInt64BE(order)
  return bytes
}

/** The first key after every key that begins with `prefix`; undefined when there is none such. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let end = prefix.length
  while (end > 0 && prefix[end - 1] === 0xff) end--
  if (end === 0) return undefined
  const bytes = Buffer.from(prefix.subarray(0, end))
  bytes[end - 1] = (bytes[end - 1] ?? 0) + 1
  return bytes
}

/** As afterPrefix, for row prefixes, which begin with a word and so always have an end. */
function successor(prefix: Uint8Array): Key {
  const end = afterPrefix(prefix)
  if (!end) throw new Error('A row prefix of 0xff bytes has no successor.')
  return end
}

/** The very next row after `row`. */
export function afterKey(row: Key): Key {
  return Buffer.concat([row, ZERO])
}

/** The first object key there can be after `key`; in `version/`, it stands after all versions of `key`. */
export function nextObjectKey(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, ONE])
}
