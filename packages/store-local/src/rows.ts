// The rows of the metadata port: point reads and scans. Everything handed out is a copy.
import type { Entry, Key, KeyRange, Stamp } from '@coset/core'
import { KEY_SIZE_MAX, type Rows } from './environment.js'
import { withArena } from './row-codec.js'

export function isStorable(key: Key): boolean {
  return key.length > 0 && key.length <= KEY_SIZE_MAX
}

export function readStamp(rows: Rows, key: Key): Stamp | null {
  return (isStorable(key) ? rows.get(key)?.stamp : undefined) ?? null
}

export function readEntry(rows: Rows, key: Key): Entry | undefined {
  const row = isStorable(key) ? rows.get(key) : undefined
  return row && { key: Uint8Array.from(key), value: row.value, stamp: row.stamp }
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
