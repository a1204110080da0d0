// The rows of the metadata port: point reads and scans. Everything handed out is a copy.
import type { Entry, Key, KeyRange, Stamp } from '@coset/core'
import type { EntryCache } from './entry-cache.js'
import { KEY_SIZE_MAX, type Rows } from './environment.js'
import { rowValueOf, stampOf, withArena } from './row-codec.js'

export function isStorable(key: Key): boolean {
  return key.length > 0 && key.length <= KEY_SIZE_MAX
}

export function readStamp(rows: Rows, key: Key): Stamp | null {
  const lent = isStorable(key) ? rows.getBinaryFast(key) : undefined
  return lent ? stampOf(lent) : null
}

/** From the cache when its stamp still stands in the store: then nothing has to be copied. */
export function readEntry(rows: Rows, key: Key, cache: EntryCache): Entry | undefined {
  const lent = isStorable(key) ? rows.getBinaryFast(key) : undefined
  if (!lent) return undefined
  const stamp = stampOf(lent)
  const name = nameOf(key)
  const cached = cache.get(name)
  if (cached?.stamp === stamp) return cached
  const entry = { key: Uint8Array.from(key), value: rowValueOf(lent), stamp }
  cache.set(name, entry)
  return entry
}

function nameOf(key: Key): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length)
}

export function scanEntries(rows: Rows, range: KeyRange, limit: number, reverse: boolean): Entry[] {
  if (limit <= 0 || Buffer.compare(range.start, range.end) >= 0) return []
  return withArena(() => {
    const entries: Entry[] = []
    for (const { key, value } of rows.getRange({ ...bounds(range, reverse), limit, reverse })) {
      entries.push({ key, value: value.value, stamp: value.stamp })
    }
    return entries
  })
}

export function isEmptyRange(rows: Rows, range: KeyRange): boolean {
  return scanEntries(rows, range, 1, false).length === 0
}

/** A bound longer than any key is cut; no key lies between the two, so only its own inclusion changes. */
function bounds(range: KeyRange, reverse: boolean) {
  const start = range.start.subarray(0, KEY_SIZE_MAX)
  const end = range.end.subarray(0, KEY_SIZE_MAX)
  const startIsCut = range.start.length > KEY_SIZE_MAX
  const endIsCut = range.end.length > KEY_SIZE_MAX
  return reverse
    ? { start: end, exclusiveStart: !endIsCut, end: start, inclusiveEnd: !startIsCut }
    : { start, exclusiveStart: startIsCut, end, inclusiveEnd: endIsCut }
}
