// Reads every live version and tells what is damaged, long before someone asks for it. It repairs and deletes nothing.
import type { Call } from '../call.js'
import { keyOfObjectRow, keyOfVersionRow, objectRow } from '../catalog/keys.js'
import { decodeVersion, type Version, versionId } from '../catalog/records.js'
import { textOf } from '../objects/list.js'
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'
import { type ScrubPosition, type VersionPlace, walkVersions } from './scrub-walk.js'
import { type Flaw, type Pace, verifyContent } from './verify-content.js'

export type { Flaw, Pace, ScrubPosition }

/** What a version counts at least, so that a rate of bytes bounds small objects too. */
const VERSION_BYTES_MIN = 16 * 1024
/** How often a version is read again because it changed meanwhile, before what was found is told all the same. */
const READS_MAX = 4

export interface Damage extends Flaw {
  readonly bucket: string
  readonly key: string
  /** `null` for versions without an id; undefined when the row does not tell. */
  readonly versionId: string | undefined
}

/** Plain JSON: it can be kept, and a later scrub can go on from it. */
export interface ScrubProgress {
  readonly versions: number
  readonly bytes: number
  readonly damaged: number
  /** Absent before the first version. */
  readonly position?: ScrubPosition | undefined
}

export interface ScrubOptions {
  /** Default: all buckets. */
  readonly bucket?: string | undefined
  readonly prefix?: string | undefined
  /** Goes on where an earlier scrub of the same bucket and prefix stopped. */
  readonly from?: ScrubProgress | undefined
  /** Comes for all bytes read; versions count as at least 16 KiB. */
  readonly pace: Pace
  readonly onDamage: (damage: Damage) => void
  /** Comes after each version. */
  readonly onProgress?: ((progress: ScrubProgress) => void) | undefined
}

/** Throws `NoSuchBucket`, and the reason of the call's signal when that fires. */
export async function scrub(call: Call, store: Store, options: ScrubOptions): Promise<ScrubProgress> {
  const { bucket, prefix, from, pace, onDamage, onProgress } = options
  let progress: ScrubProgress = from ?? { versions: 0, bytes: 0, damaged: 0 }
  for await (const place of walkVersions(call, store, { bucket, prefix, after: from?.position })) {
    const found = await examine(call, store, place, pace)
    if (found?.damage) onDamage(found.damage)
    progress = {
      versions: progress.versions + (found ? 1 : 0),
      bytes: progress.bytes + (found?.bytes ?? 0),
      damaged: progress.damaged + (found?.damage ? 1 : 0),
      position: positionOf(place),
    }
    onProgress?.(progress)
  }
  return progress
}

function positionOf({ bucket, table, entry }: VersionPlace): ScrubPosition {
  return { bucket, table, row: Buffer.from(entry.key).toString('hex') }
}

interface Examined {
  readonly bytes: number
  readonly damage: Damage | undefined
}

/**
 * Undefined for delete markers and what vanished. Only a version that still stands unchanged after its reading failed
 * is damaged: one that was deleted meanwhile loses its bytes in time.
 */
async function examine(
  call: Call,
  store: Store,
  place: VersionPlace,
  pace: Pace,
): Promise<Examined | undefined> {
  let entry = place.entry
  for (let reads = 1; ; reads++) {
    const version = decode(entry)
    if (version?.kind === 'marker') return undefined
    const flaw = version ? await verifyContent(call, store, version, pace) : UNREADABLE_ROW
    const size = version?.size ?? 0
    if (size < VERSION_BYTES_MIN) await pace(VERSION_BYTES_MIN - size)
    if (!flaw) return { bytes: size, damage: undefined }
    const now = await readAgain(store, place, version)
    if (!now) return undefined
    if (now.stamp === entry.stamp || reads === READS_MAX) {
      return { bytes: size, damage: damageAt(place, version, flaw) }
    }
    entry = now
  }
}

const UNREADABLE_ROW: Flaw = { kind: 'row', problem: 'Its metadata row cannot be read.', blobs: [] }

function decode({ value }: Entry): Version | undefined {
  try {
    return decodeVersion(value)
  } catch {
    // Whatever a row that was tampered with makes it throw: it is damage, and told as such.
    return undefined
  }
}

/**
 * The row of the version as it is now, wherever it stands; one that moved from the first table to the second is still
 * to come there, and counts as gone here.
 */
async function readAgain(
  store: Store,
  { bucketId, table, entry }: VersionPlace,
  version: Version | undefined,
): Promise<Entry | undefined> {
  const rows = [entry.key]
  if (table === 'version') rows.push(objectRow(bucketId, keyOfVersionRow(entry.key)))
  const [here, elsewhere] = await store.metadata.read(rows)
  // Of a row that can't be read, only the place is known.
  if (!version) return here
  return [here, elsewhere].find((row) => row && decode(row)?.order === version.order)
}

function damageAt({ bucket, table, entry }: VersionPlace, version: Version | undefined, flaw: Flaw): Damage {
  const key = table === 'object' ? keyOfObjectRow(entry.key) : keyOfVersionRow(entry.key)
  const id = version && versionId(version)
  return { bucket, key: textOf(key), versionId: id, ...flaw }
}
