// Listing as its definition reads: sort everything, drop what stands before the marker, fold, cut the page.
import { LIMITS } from '@coset/model'

export interface ListingQuery {
  readonly prefix: string
  readonly delimiter: string
  readonly keysMax: number | undefined
}

export interface Keyed<T> {
  readonly key: string
  readonly entry: T
}

export interface Listing<T> {
  readonly entries: readonly Keyed<T>[]
  readonly commonPrefixes: readonly string[]
  /** The last entry or prefix listed. */
  readonly last: Keyed<T> | string | undefined
  /** Its key, when more follow. */
  readonly next: string | undefined
}

/** Start strictly after a key (and after all of a common prefix that it is), or with a key. */
export type Start = string | { readonly from: string }

/** Entries of one key stay in their order. */
export function listNaively<T>(all: readonly Keyed<T>[], query: ListingQuery, start: Start): Listing<T> {
  const { prefix, delimiter, keysMax = LIMITS.listKeysMax } = query
  const pageMax = Math.min(keysMax, LIMITS.listKeysMax)
  const listed: (Keyed<T> | string)[] = []
  let truncated = false
  for (const one of [...all].sort((a, b) => compareUtf8(a.key, b.key))) {
    const folded = commonPrefix(one.key, prefix, delimiter)
    if (!one.key.startsWith(prefix) || !isFrom(start, one.key, folded)) continue
    if (folded !== undefined && listed.at(-1) === folded) continue
    if (listed.length === pageMax) {
      truncated = pageMax > 0
      break
    }
    listed.push(folded ?? one)
  }
  const last = listed.at(-1)
  return {
    entries: listed.filter((one) => typeof one !== 'string'),
    commonPrefixes: listed.filter((one) => typeof one === 'string'),
    last,
    next: truncated && last !== undefined ? keyOf(last) : undefined,
  }
}

/** Keys in COS's order: by the bytes of their UTF-8. */
export function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The common prefix `key` is folded into, if any. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

function isFrom(start: Start, key: string, folded: string | undefined): boolean {
  if (typeof start !== 'string') return compareUtf8(key, start.from) >= 0
  return start === '' || (compareUtf8(key, start) > 0 && folded !== start)
}

function keyOf(listed: string | { readonly key: string }): string {
  return typeof listed === 'string' ? listed : listed.key
}
