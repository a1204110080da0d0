// Lists read to their end, page after page.
import { type Call, listObjects, listVersions, type Store } from '@coset/core'
import { shownVersions } from './history-told.js'

export interface PagedQuery {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string
  readonly keysMax: number
}

export async function allVersions(call: Call, store: Store, query: PagedQuery) {
  const versions: string[] = []
  const prefixes: string[] = []
  let next: { readonly keyMarker: string; readonly versionIdMarker: string | undefined } | undefined
  do {
    const markers = { keyMarker: next?.keyMarker ?? '', versionIdMarker: next?.versionIdMarker ?? '' }
    const page = await listVersions(call, store, { ...query, ...markers })
    versions.push(...shownVersions(page).versions)
    prefixes.push(...page.commonPrefixes)
    next = page.next
  } while (next)
  return { versions, prefixes }
}

/** Keys and common prefixes together, sorted as JavaScript does. */
export async function allKeys(call: Call, store: Store, query: PagedQuery): Promise<readonly string[]> {
  const keys: string[] = []
  let marker: string | undefined = ''
  while (marker !== undefined) {
    const page = await listObjects(call, store, { ...query, marker })
    keys.push(...page.objects.map((object) => object.key), ...page.commonPrefixes)
    marker = page.nextMarker
  }
  return keys.sort()
}
