// The metadata port in memory: one event-loop turn per call makes every call atomic.
import type {
  Check,
  Commit,
  CommitResult,
  Entry,
  Key,
  KeyRange,
  MetadataStore,
  Stamp,
  Write,
} from '@coset/core'
import { compareKeys, SortedRows } from './sorted-rows.js'

interface Change {
  readonly key: Key
  /** Absent: the key goes. */
  readonly value: Uint8Array | undefined
}

export function memoryMetadataStore(): MetadataStore {
  const rows = new SortedRows()
  let stamp: Stamp = 0n

  return {
    async read(keys) {
      return keys.map((key) => {
        const entry = rows.get(key)
        return entry && copy(entry)
      })
    },

    async scan(range, options) {
      const found: Entry[] = []
      if (options.limit <= 0 || compareKeys(range.start, range.end) >= 0) return found
      for (const entry of options.reverse ? rows.descending(range) : rows.ascending(range)) {
        found.push(copy(entry))
        if (found.length >= options.limit) break
      }
      return found
    },

    async commit(commit: Commit): Promise<CommitResult> {
      const failed = commit.checks.find((check) => !holds(rows, check))
      if (failed !== undefined) return { ok: false, failed }
      // Everything that can throw happens before the first row changes.
      const changes = resolve(rows, commit.writes)
      stamp += 1n
      for (const { key, value } of changes) {
        if (value === undefined) rows.delete(key)
        else rows.set({ key, value, stamp })
      }
      return { ok: true, stamp }
    },

    async close() {},
  }
}

function holds(rows: SortedRows, check: Check): boolean {
  if (check.kind === 'unchanged') return (rows.get(check.key)?.stamp ?? null) === check.stamp
  return isEmpty(rows, check.range)
}

function isEmpty(rows: SortedRows, range: KeyRange): boolean {
  if (compareKeys(range.start, range.end) >= 0) return true
  for (const _ of rows.ascending(range)) return false
  return true
}

/** Turns counters into plain values; later writes of a commit see the earlier ones. */
function resolve(rows: SortedRows, writes: readonly Write[]): readonly Change[] {
  const latest = new Map<string, Uint8Array | undefined>()
  return writes.map((write) => {
    if (write.key.length === 0) throw new RangeError('A key has at least one byte.')
    const name = Buffer.from(write.key).toString('latin1')
    const current = latest.has(name) ? latest.get(name) : rows.get(write.key)?.value
    const value = nextValue(write, current)
    latest.set(name, value)
    return { key: Uint8Array.from(write.key), value }
  })
}

function nextValue(write: Write, current: Uint8Array | undefined): Uint8Array | undefined {
  if (write.kind === 'delete') return undefined
  if (write.kind === 'put') return Uint8Array.from(write.value)
  return counter(asCount(current) + write.delta)
}

function asCount(value: Uint8Array | undefined): bigint {
  if (value === undefined) return 0n
  if (value.length !== 8) throw new TypeError('The row to add to is not a counter.')
  return new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0)
}

function counter(count: bigint): Uint8Array {
  const value = new Uint8Array(8)
  new DataView(value.buffer).setBigInt64(0, count)
  return value
}

/** Callers own what they receive. */
function copy(entry: Entry): Entry {
  return { key: Uint8Array.from(entry.key), value: Uint8Array.from(entry.value), stamp: entry.stamp }
}
