// What core and model tell, in one form, so that the two can be held against each other.
import { type ListVersionsResult, versionId } from '@coset/core'
import { Fault } from '@coset/model'
import type { Listing, ModelEntry, ModelVersion } from '@coset/testkit'
import type { Range } from './history-choices.js'

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly markerId: string | undefined }

export async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { ok: false, code: error.code, markerId: error.detail.versionId }
  }
}

/** As RFC 7233 has it: a range that ends before it begins is ignored, one beyond the end fails. */
export function slice(bytes: Buffer, range: Range | undefined): Buffer {
  if (!range || (range.last !== undefined && range.last < range.first)) return bytes
  if (range.first >= bytes.length) throw new Fault('InvalidRange')
  return bytes.subarray(range.first, range.last === undefined ? undefined : range.last + 1)
}

export function shownObjects({ entries, commonPrefixes, next }: Listing<ModelVersion>) {
  const objects = entries.map(({ key, entry }) => {
    return `${key} ${entry.content?.etag} ${entry.content?.bytes.length}`
  })
  return { objects, prefixes: commonPrefixes, next }
}

export function shownVersions({ versions, commonPrefixes, next }: ListVersionsResult) {
  const shown = versions.map(({ key, version, isLatest }) => {
    const what = version.kind === 'live' ? version.etag : 'marker'
    return `${key} ${versionId(version)} ${what} ${isLatest ? 'latest' : 'older'}`
  })
  return { versions: shown, prefixes: commonPrefixes, next: next && { ...next } }
}

export function shownModelVersions({ entries, commonPrefixes, last, next }: Listing<ModelEntry>) {
  const versions = entries.map(({ key, entry: { version, isLatest } }) => {
    const what = version.content?.etag ?? 'marker'
    return `${key} ${version.id} ${what} ${isLatest ? 'latest' : 'older'}`
  })
  const idMarker = typeof last === 'string' ? undefined : last?.entry.version.id
  const markers = next === undefined ? undefined : { keyMarker: next, versionIdMarker: idMarker }
  return { versions, prefixes: commonPrefixes, next: markers }
}
