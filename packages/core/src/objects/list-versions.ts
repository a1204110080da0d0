// ListObjectVersions: every version and delete marker; keys in order, newest first.
import { Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { readWithBucket } from '../catalog/bucket-lookup.js'
import {
  afterKey,
  afterPrefix,
  keyOfObjectRow,
  keyOfVersionRow,
  nextObjectKey,
  nullRow,
  type Order,
  objectRow,
  objectRows,
  orderOfVersionRow,
  versionRow,
  versionRows,
  versionRowsOf,
} from '../catalog/keys.js'
import {
  assertDelimiter,
  type KeySource,
  listPage,
  pageSize,
  startAfter,
  startWith,
} from '../catalog/listing.js'
import {
  type BucketRecord,
  decodeVersion,
  names,
  parseVersionId,
  type Version,
  versionId,
} from '../catalog/records.js'
import { RowReader } from '../catalog/row-reader.js'
import { orderOf } from '../catalog/versions.js'
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'
import { textOf } from './list.js'

export interface ListVersionsInput {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string
  readonly keyMarker: string
  /** Counts only together with `keyMarker`. */
  readonly versionIdMarker: string
  readonly keysMax: number | undefined
}

export interface ListedVersion {
  readonly key: string
  readonly version: Version
  readonly isLatest: boolean
}

export interface ListVersionsResult {
  readonly bucket: BucketRecord
  readonly keysMax: number
  readonly versions: readonly ListedVersion[]
  readonly commonPrefixes: readonly string[]
  readonly next: { readonly keyMarker: string; readonly versionIdMarker: string | undefined } | undefined
}

/** Throws `NoSuchBucket`, `InvalidDelimiter`, `InvalidArgument` for a malformed version id. */
export async function listVersions(
  _call: Call,
  store: Store,
  input: ListVersionsInput,
): Promise<ListVersionsResult> {
  assertDelimiter(input.delimiter)
  const query = { prefix: input.prefix, delimiter: input.delimiter, keysMax: pageSize(input.keysMax) }
  const { record, id, within } = await readMarker(store, input)
  const start = within ? startWith(within.key, query) : startAfter(Buffer.from(input.keyMarker), query)
  const source = start && new VersionSource(store, id, start, input.prefix)
  if (source && within) await source.enter(within)
  const { listed, truncated } = source ? await listPage(source, query) : { listed: [], truncated: false }
  const last = listed.at(-1)
  return {
    bucket: record,
    keysMax: query.keysMax,
    versions: listed.flatMap((one) => (one.kind === 'entry' ? [{ key: textOf(one.key), ...one.entry }] : [])),
    commonPrefixes: listed.flatMap((one) => (one.kind === 'prefix' ? [textOf(one.prefix)] : [])),
    next: truncated && last ? nextMarkers(last) : undefined,
  }
}

function nextMarkers(last: Awaited<ReturnType<typeof listPage<VersionEntry>>>['listed'][number]) {
  if (last.kind === 'prefix') return { keyMarker: textOf(last.prefix), versionIdMarker: undefined }
  return { keyMarker: textOf(last.key), versionIdMarker: versionId(last.entry.version) }
}

interface Within {
  readonly key: Uint8Array
  /** The version after which the list goes on. */
  readonly order: Order
}

/** The bucket, and where inside a key the list goes on, when the markers name a version that is still known. */
async function readMarker(
  store: Store,
  { bucket: bucketName, keyMarker, versionIdMarker }: ListVersionsInput,
) {
  const key = Buffer.from(keyMarker)
  const { bucket, entries } = await readWithBucket(store, bucketName, ({ id }) => [
    objectRow(id, key),
    nullRow(id, key),
  ])
  const base = { record: bucket.record, id: bucket.id }
  if (keyMarker === '' || versionIdMarker === '') return { ...base, within: undefined }
  const name = parseVersionId(versionIdMarker)
  if (name === undefined)
    throw new Fault('InvalidArgument', { message: 'The version-id-marker is not valid.' })
  const [object, pointer] = entries
  const current = object && decodeVersion(object.value)
  if (current && names(name, current)) return { ...base, within: { key, order: current.order } }
  if (name !== 'null') return { ...base, within: { key, order: name } }
  return { ...base, within: pointer && { key, order: orderOf(pointer) } }
}

interface VersionEntry {
  readonly version: Version
  readonly isLatest: boolean
}

/**
 * Merges `object/`, which holds each key's newest live version, with `version/`, which holds the rest. They are read
 * in turn while versions move from the first to the second: rows of the second are always fetched later, so that
 * none is missed, and those already listed are passed over.
 */
class VersionSource implements KeySource<VersionEntry> {
  readonly #store: Store
  readonly #bucketId: Uint8Array
  readonly #objects: RowReader
  readonly #kept: RowReader
  /** The last version behind us. */
  #seen: { readonly key: Uint8Array; readonly order: Order } | undefined
  #next: { readonly from: 'objects' | 'kept'; readonly value: Uint8Array } | undefined

  constructor(store: Store, bucketId: Uint8Array, start: Uint8Array, prefix: string) {
    this.#store = store
    this.#bucketId = bucketId
    const end = afterPrefix(Buffer.from(prefix))
    const budget = { left: LIMITS.listScansMax }
    this.#objects = new RowReader(store.metadata, objectRows(bucketId, start, end), budget)
    this.#kept = new RowReader(store.metadata, versionRows(bucketId, start, end), budget)
  }

  /** Goes on inside a key, after one of its versions. */
  async enter({ key, order }: Within): Promise<void> {
    const row = versionRow(this.#bucketId, key, order)
    this.#kept.seek(afterKey(row))
    const [object] = await this.#store.metadata.read([objectRow(this.#bucketId, key)])
    const current = object && decodeVersion(object.value)
    // The marker's version was deleted since, and an older one took its place: that one is still to come.
    if (current && current.order > order) return
    this.#objects.seek(objectRows(this.#bucketId, nextObjectKey(key), undefined).start)
    const [newest] = await this.#store.metadata.scan(versionRowsOf(this.#bucketId, key), { limit: 1 })
    // Is something newer than what follows? Then what follows is not the latest.
    if (current || (newest && Buffer.compare(newest.key, row) <= 0)) this.#seen = { key, order }
  }

  async peek(): Promise<Uint8Array | undefined> {
    if (this.#objects.isFetchNext()) this.#refreshKept()
    const object = this.#objects.buffered() ?? (await this.#objects.peek())
    const kept = await this.#peekKept()
    const objectKey = object && keyOfObjectRow(object.key)
    const keptKey = kept && keyOfVersionRow(kept.key)
    const objectFirst = objectKey && (!keptKey || Buffer.compare(objectKey, keptKey) <= 0)
    if (object && objectFirst) {
      this.#next = { from: 'objects', value: object.value }
      return objectKey
    }
    this.#next = kept && { from: 'kept', value: kept.value }
    return keptKey
  }

  #refreshKept(): void {
    this.#kept.refresh()
    const seen = this.#seen
    if (seen) this.#kept.seek(afterKey(versionRow(this.#bucketId, seen.key, seen.order)))
  }

  async #peekKept(): Promise<Entry | undefined> {
    for (;;) {
      const row = this.#kept.buffered() ?? (await this.#kept.peek())
      if (!row || !this.#isSeenKey(keyOfVersionRow(row.key))) return row
      if (this.#seen && orderOfVersionRow(row.key) > this.#seen.order) return row
      this.#kept.skip()
    }
  }

  #isSeenKey(key: Uint8Array): boolean {
    return this.#seen !== undefined && Buffer.compare(this.#seen.key, key) === 0
  }

  take(key: Uint8Array): VersionEntry {
    if (!this.#next) throw new Error('take before peek')
    const { from, value } = this.#next
    if (from === 'objects') this.#objects.skip()
    else this.#kept.skip()
    const version = decodeVersion(value)
    const isLatest = !this.#isSeenKey(key)
    this.#seen = { key, order: version.order }
    return { version, isLatest }
  }

  seek(start: Uint8Array | undefined): void {
    const from = start ?? Buffer.alloc(1024, 0xff)
    this.#objects.seek(objectRows(this.#bucketId, from, undefined).start)
    this.#kept.seek(versionRows(this.#bucketId, from, undefined).start)
  }
}
