// What the rows of buckets and versions hold.
import type { AccessControlList, RestoreTier, StorageClass, Tag } from '@coset/model'
import type { BlobId, Entry } from '../ports.js'
import { type ManifestId, ORDER_MAX, type Order } from './keys.js'
import { decodeRow, encodeRow } from './row.js'

export type VersioningState = 'Enabled' | 'Suspended'

export interface BucketRecord {
  /** 8 bytes in hex, new for each creation: rows of a deleted namesake are never seen again. */
  readonly id: string
  readonly name: string
  readonly region: string
  readonly owner: string
  readonly createdMs: number
  /** Absent: never enabled. */
  readonly versioning?: VersioningState
  /** What the cross-origin rules say of `Vary`, for requests that have no need to read the rules. */
  readonly variesByOrigin?: boolean
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
}

export interface Extent {
  readonly blob: BlobId
  readonly offset: number
  readonly length: number
}

/** What one body became. */
export type BodyContent =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'extents'; readonly extents: readonly Extent[] }

export type Content =
  | BodyContent
  /** Rows of its own tell where the bytes are: of parts and appended pieces there may be many. */
  | { readonly kind: 'manifest'; readonly manifest: ManifestId }

/** Headers kept with an object, by their lower-case names. */
export type StoredHeaders = Readonly<Record<string, string>>

interface VersionBase {
  readonly order: Order
  /** Written while versioning was off or suspended; its version id is `null`. */
  readonly isNull: boolean
  readonly modifiedMs: number
}

/** A copy asked for of archived content: under way until it is ready, then there until it expires. */
export interface RestoreRecord {
  readonly tier: RestoreTier
  readonly requestedMs: number
  readonly readyMs: number
  readonly expiresMs: number
}

export interface LiveVersion extends VersionBase {
  readonly kind: 'live'
  readonly size: number
  /** Bare. */
  readonly etag: string
  readonly crc64: bigint
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: StorageClass
  readonly acl: AccessControlList
  readonly tags: readonly Tag[]
  /** The last one asked for; what it means now, restoreStateOf tells. Absent: none was. */
  readonly restore?: RestoreRecord
  /** Of a symbolic link: the key it stands for. */
  readonly linkTarget?: string
  readonly content: Content
  /** Made by AppendObject, and may grow. */
  readonly appendable?: boolean | undefined
}

export interface DeleteMarker extends VersionBase {
  readonly kind: 'marker'
}

export type Version = LiveVersion | DeleteMarker

export function encodeBucket(record: BucketRecord): Uint8Array {
  return encodeRow(record, undefined)
}

export function decodeBucket(row: Uint8Array): BucketRecord {
  return decodeRow(row).json as BucketRecord
}

export function encodeSetting(setting: object): Uint8Array {
  return encodeRow(setting, undefined)
}

/** As whoever wrote the row under its name put it. */
export function decodeSetting<T>(row: Uint8Array): T {
  return decodeRow(row).json as T
}

export function encodeVersion(version: Version): Uint8Array {
  const { kind, isNull, modifiedMs } = version
  const order = version.order.toString(16)
  if (version.kind === 'marker') return encodeRow({ kind, order, isNull, modifiedMs }, undefined)
  const { size, etag, headers, metadata, storageClass, acl, tags, restore, linkTarget, content, appendable } =
    version
  const crc64 = version.crc64.toString(16)
  const inline = content.kind === 'inline' ? content.bytes : undefined
  const extents = content.kind === 'extents' ? content.extents : undefined
  const manifest = content.kind === 'manifest' ? content.manifest : undefined
  // One literal, in which JSON leaves out what is undefined: every put of a small object comes by here.
  return encodeRow(
    {
      kind,
      order,
      isNull,
      modifiedMs,
      size,
      etag,
      crc64,
      headers,
      metadata,
      storageClass,
      acl,
      tags,
      restore,
      linkTarget,
      extents,
      manifest,
      appendable,
    },
    inline,
  )
}

type VersionJson = Omit<LiveVersion, 'kind' | 'order' | 'crc64' | 'content'> & {
  readonly kind: Version['kind']
  readonly order: string
  readonly crc64: string
  readonly extents?: readonly Extent[]
  readonly manifest?: ManifestId
}

const decoded = new WeakMap<Uint8Array, Version>()

/** As decodeVersion, once for each row value: stores may hand out the same value to many readers of a hot key. */
export function versionOf(entry: Entry): Version {
  const known = decoded.get(entry.value)
  if (known) return known
  const version = decodeVersion(entry.value)
  decoded.set(entry.value, version)
  return version
}

export function decodeVersion(row: Uint8Array): Version {
  const { json, rest } = decodeRow(row)
  const { order, crc64, extents, manifest, kind, ...plain } = json as VersionJson
  const base = { order: BigInt(`0x${order}`) }
  if (kind === 'marker') return { kind, isNull: plain.isNull, modifiedMs: plain.modifiedMs, ...base }
  const content = contentOf({ extents, manifest }, rest)
  return { kind, ...plain, ...base, crc64: BigInt(`0x${crc64}`), content }
}

interface ContentJson {
  readonly extents: VersionJson['extents'] | undefined
  readonly manifest: VersionJson['manifest'] | undefined
}

function contentOf({ extents, manifest }: ContentJson, rest: Uint8Array): Content {
  if (extents) return { kind: 'extents', extents }
  return manifest ? { kind: 'manifest', manifest } : { kind: 'inline', bytes: rest }
}

/** `null`, or base64 without padding of the order in decimal, as COS's own ids are. */
export function versionId(version: { readonly order: Order; readonly isNull: boolean }): string {
  return version.isNull ? 'null' : Buffer.from(version.order.toString()).toString('base64').replace(/=+$/, '')
}

export type VersionName = 'null' | Order

/** What a version id names, or undefined when no version could ever have it. */
export function parseVersionId(text: string): VersionName | undefined {
  if (text === 'null') return 'null'
  if (!/^[A-Za-z0-9+/]{2,28}$/.test(text)) return undefined
  const decimal = Buffer.from(text, 'base64').toString('latin1')
  if (!/^[1-9]\d{0,19}$/.test(decimal)) return undefined
  const order = BigInt(decimal)
  return order <= ORDER_MAX ? order : undefined
}

export function names(name: VersionName, version: Version): boolean {
  return name === 'null' ? version.isNull : !version.isNull && version.order === name
}
