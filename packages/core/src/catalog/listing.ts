// Lists by skip-scan: keys in order, folded at the delimiter; past each finished prefix the scan jumps.
import { Fault, LIMITS } from '@coset/model'
import { afterPrefix, nextObjectKey } from './keys.js'

export interface ListQuery {
  readonly prefix: string
  /** One character, or empty. */
  readonly delimiter: string
  readonly keysMax: number
}

/** What a list walks: sources of keys in order, which can jump. */
export interface KeySource<T> {
  /** The next key; undefined at the end. */
  peek(): Promise<Uint8Array | undefined>
  /** The entry at the next key, which it leaves behind. Called only after peek. */
  take(key: Uint8Array): T
  /** Goes on at the first key not before `start`; undefined: nothing is left. */
  seek(start: Uint8Array | undefined): void
}

export type Listed<T> =
  | { readonly kind: 'entry'; readonly key: Uint8Array; readonly entry: T }
  | { readonly kind: 'prefix'; readonly prefix: Uint8Array }

export interface Page<T> {
  readonly listed: readonly Listed<T>[]
  readonly truncated: boolean
}

/** Throws `InvalidDelimiter`, unless it is empty or one character. */
export function assertDelimiter(delimiter: string): void {
  if ([...delimiter].length > 1) throw new Fault('InvalidDelimiter')
}

/** Entries a page may hold: what was asked for, at most what COS allows. */
export function pageSize(asked: number | undefined): number {
  return Math.min(asked ?? LIMITS.listKeysMax, LIMITS.listKeysMax)
}

/** The first key a list may show: after the marker, and after all of a common prefix that the marker is. */
export function startAfter(marker: Uint8Array, query: ListQuery): Uint8Array | undefined {
  const prefix = Buffer.from(query.prefix)
  if (marker.length === 0) return prefix
  const folded = fold(marker, prefix, Buffer.from(query.delimiter))
  const after = folded && folded.length === marker.length ? afterPrefix(marker) : nextObjectKey(marker)
  return after && startWith(after, query)
}

/** `key`, unless the list's prefix comes later. */
export function startWith(key: Uint8Array, query: ListQuery): Uint8Array {
  const prefix = Buffer.from(query.prefix)
  return Buffer.compare(key, prefix) > 0 ? key : prefix
}

export async function listPage<T>(source: KeySource<T>, query: ListQuery): Promise<Page<T>> {
  const prefix = Buffer.from(query.prefix)
  const delimiter = Buffer.from(query.delimiter)
  const listed: Listed<T>[] = []
  if (query.keysMax === 0) return { listed, truncated: false }
  for (let key = await source.peek(); key; key = await source.peek()) {
    if (listed.length === query.keysMax) return { listed, truncated: true }
    const folded = fold(key, prefix, delimiter)
    if (folded) {
      listed.push({ kind: 'prefix', prefix: folded })
      source.seek(afterPrefix(folded))
    } else {
      listed.push({ kind: 'entry', key, entry: source.take(key) })
    }
  }
  return { listed, truncated: false }
}

/** The common prefix that `key` belongs to: up to the first delimiter after the list's prefix. */
function fold(key: Uint8Array, prefix: Uint8Array, delimiter: Uint8Array): Uint8Array | undefined {
  if (delimiter.length === 0 || key.length <= prefix.length) return undefined
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length)
  if (prefix.length > 0 && Buffer.compare(bytes.subarray(0, prefix.length), prefix) !== 0) return undefined
  const at = bytes.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : bytes.subarray(0, at + delimiter.length)
}
