// A sorted map of byte keys, in buckets of bounded size so that an insertion moves few rows.
import type { Entry, Key, KeyRange } from '@coset/core'

const BUCKET_ROWS_MAX = 256

export function compareKeys(a: Key, b: Key): number {
  return Buffer.compare(a, b)
}

export class SortedRows {
  /** Never empty inside: a bucket that loses its last row is dropped, unless it is the only one. */
  readonly #buckets: Entry[][] = [[]]

  get(key: Key): Entry | undefined {
    const { bucket, index } = this.#locate(key)
    const found = bucket[index]
    return found !== undefined && compareKeys(found.key, key) === 0 ? found : undefined
  }

  set(entry: Entry): void {
    const { bucket, index, at } = this.#locate(entry.key)
    const found = bucket[index]
    const replaced = found !== undefined && compareKeys(found.key, entry.key) === 0 ? 1 : 0
    bucket.splice(index, replaced, entry)
    if (bucket.length > BUCKET_ROWS_MAX) {
      this.#buckets.splice(at + 1, 0, bucket.splice(bucket.length >> 1))
    }
  }

  delete(key: Key): void {
    const { bucket, index, at } = this.#locate(key)
    const found = bucket[index]
    if (found === undefined || compareKeys(found.key, key) !== 0) return
    bucket.splice(index, 1)
    if (bucket.length === 0 && this.#buckets.length > 1) this.#buckets.splice(at, 1)
  }

  *ascending(range: KeyRange): Generator<Entry> {
    const first = this.#locate(range.start)
    let index = first.index
    for (let at = first.at; at < this.#buckets.length; at++, index = 0) {
      const bucket = this.#buckets[at] ?? []
      for (; index < bucket.length; index++) {
        const entry = bucket[index]
        if (entry === undefined || compareKeys(entry.key, range.end) >= 0) return
        yield entry
      }
    }
  }

  *descending(range: KeyRange): Generator<Entry> {
    const last = this.#locate(range.end)
    let index = last.index - 1
    for (let at = last.at; at >= 0; at--, index = (this.#buckets[at]?.length ?? 0) - 1) {
      const bucket = this.#buckets[at] ?? []
      for (; index >= 0; index--) {
        const entry = bucket[index]
        if (entry === undefined || compareKeys(entry.key, range.start) < 0) return
        yield entry
      }
    }
  }

  /** Where the first row not below `key` is, or would be. */
  #locate(key: Key): { bucket: Entry[]; index: number; at: number } {
    const at = Math.max(0, firstNotBelow(this.#buckets.length, (i) => this.#startsAbove(i, key)) - 1)
    const bucket = this.#buckets[at] ?? []
    const index = firstNotBelow(bucket.length, (i) => {
      const entry = bucket[i]
      return entry === undefined || compareKeys(entry.key, key) >= 0
    })
    return { bucket, index, at }
  }

  #startsAbove(at: number, key: Key): boolean {
    const first = this.#buckets[at]?.[0]
    return first !== undefined && compareKeys(first.key, key) > 0
  }
}

/** The first of `count` positions for which `holds` is true; once true it stays true. */
function firstNotBelow(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
