// The rows a scrub passes: bucket by bucket, first the newest versions, then the older ones.
import type { Call } from '../call.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { afterKey, afterPrefix, bucketsAfter, objectRows, versionRows } from '../catalog/keys.js'
import { decodeBucket } from '../catalog/records.js'
import type { Entry, KeyRange } from '../ports.js'
import type { Store } from '../store.js'

const BATCH = 64
const TABLES = ['object', 'version'] as const

export type VersionTable = (typeof TABLES)[number]

/** The last row that was dealt with; plain JSON. */
export interface ScrubPosition {
  readonly bucket: string
  readonly table: VersionTable
  /** Hex. */
  readonly row: string
}

export interface VersionPlace {
  readonly bucket: string
  readonly bucketId: Uint8Array
  readonly table: VersionTable
  readonly entry: Entry
}

export interface Walk {
  /** Default: all. */
  readonly bucket?: string | undefined
  readonly prefix?: string | undefined
  /** Goes on behind it. */
  readonly after?: ScrubPosition | undefined
}

interface Stretch {
  readonly bucket: string
  readonly bucketId: Uint8Array
  readonly table: VersionTable
  readonly range: KeyRange
}

/**
 * A version that is replaced on the way moves from the first table to the second, and may be met twice; one that a
 * deletion makes the newest again moves the other way, and may be left to the next pass. Throws `NoSuchBucket` when
 * one is named that is not there.
 */
export async function* walkVersions(call: Call, store: Store, walk: Walk): AsyncGenerator<VersionPlace> {
  for await (const { name, id } of bucketsOf(store, walk)) {
    for (const table of TABLES) {
      const range = rangeOf(Buffer.from(id, 'hex'), table, walk.prefix ?? '')
      const stretch = { bucket: name, bucketId: Buffer.from(id, 'hex'), table, range }
      const rest = behind(stretch, walk.after)
      if (rest) yield* rowsIn(call, store, rest)
    }
  }
}

async function* bucketsOf(
  store: Store,
  { bucket, after }: Walk,
): AsyncGenerator<{ name: string; id: string }> {
  if (bucket !== undefined) {
    yield (await readBucket(store, bucket)).record
    return
  }
  for (let start = bucketsAfter('').start; ; ) {
    const [entry] = await store.metadata.scan({ ...bucketsAfter(''), start }, { limit: 1 })
    if (!entry) return
    const record = decodeBucket(entry.value)
    if (after === undefined || record.name >= after.bucket) yield record
    start = afterKey(entry.key)
  }
}

function rangeOf(bucketId: Uint8Array, table: VersionTable, prefix: string): KeyRange {
  const start = Buffer.from(prefix)
  const rows = table === 'object' ? objectRows : versionRows
  return rows(bucketId, start, afterPrefix(start))
}

/** What is left of a stretch behind a position; undefined when the position lies beyond it. */
function behind(stretch: Stretch, after: ScrubPosition | undefined): Stretch | undefined {
  if (after === undefined || after.bucket !== stretch.bucket) return stretch
  if (TABLES.indexOf(stretch.table) < TABLES.indexOf(after.table)) return undefined
  const row = Buffer.from(after.row, 'hex')
  const { start, end } = stretch.range
  // A row elsewhere is one of the other table, or of a deleted bucket of the same name.
  const isInside = Buffer.compare(row, start) >= 0 && Buffer.compare(row, end) < 0
  return isInside ? { ...stretch, range: { start: afterKey(row), end } } : stretch
}

async function* rowsIn(call: Call, store: Store, { range, ...where }: Stretch): AsyncGenerator<VersionPlace> {
  for (let { start } = range; ; ) {
    call.signal.throwIfAborted()
    const entries = await store.metadata.scan({ start, end: range.end }, { limit: BATCH })
    for (const entry of entries) yield { ...where, entry }
    const last = entries.at(-1)
    if (!last) return
    start = afterKey(last.key)
  }
}
