// Lists of any length, page by page.
import { decodePercent } from '@coset/protocol'
import type { CallOptions } from './context.js'
import { CosClientError } from './errors.js'
import { compareKeys } from './key-order.js'
import type { OperationInput, OperationOutput } from './operations.js'

export type ListObjectsPage = OperationOutput<'listObjects'>
export type ListObjectVersionsPage = OperationOutput<'listObjectVersions'>
/** An entry of listObjects' `Contents`. */
export type ListedObject = ListObjectsPage['Contents'][number]
/** A version that holds data, or a delete marker. */
export type ListedVersion =
  | (ListObjectVersionsPage['Version'][number] & { readonly IsDeleteMarker: false })
  | (ListObjectVersionsPage['DeleteMarker'][number] & { readonly IsDeleteMarker: true })

type List<I, O> = (input: I, options?: CallOptions) => Promise<O>

export async function* objectPages(
  list: List<OperationInput<'listObjects'>, ListObjectsPage>,
  input: OperationInput<'listObjects'>,
  options?: CallOptions,
): AsyncGenerator<ListObjectsPage> {
  const plain = plainText(input.EncodingType)
  let { Marker } = input
  for (;;) {
    const page = await list({ ...input, Marker }, options)
    yield page
    if (!page.IsTruncated) return
    const next = plain(page.NextMarker ?? lastKey(page))
    if (next === undefined || compareKeys(next, Marker ?? '') <= 0) throw stuckError()
    Marker = next
  }
}

export async function* versionPages(
  list: List<OperationInput<'listObjectVersions'>, ListObjectVersionsPage>,
  input: OperationInput<'listObjectVersions'>,
  options?: CallOptions,
): AsyncGenerator<ListObjectVersionsPage> {
  const plain = plainText(input.EncodingType)
  let { KeyMarker, VersionIdMarker } = input
  for (;;) {
    const page = await list({ ...input, KeyMarker, VersionIdMarker }, options)
    yield page
    if (!page.IsTruncated) return
    const key = plain(page.NextKeyMarker)
    const version = plain(page.NextVersionIdMarker) || undefined
    // Versions of one key may fill several pages: then only the version moves, and ids have no order to check.
    const advance = key === undefined ? -1 : compareKeys(key, KeyMarker ?? '')
    if (advance < 0 || (advance === 0 && version === VersionIdMarker)) throw stuckError()
    KeyMarker = key
    VersionIdMarker = version
  }
}

/** Versions and markers of a page in one order: by key, and the newest of a key first. */
export function mergeVersions(
  page: ListObjectVersionsPage,
  encodingType: string | undefined,
): ListedVersion[] {
  const plain = plainText(encodingType)
  const entries: ListedVersion[] = [
    ...page.Version.map((entry) => ({ ...entry, IsDeleteMarker: false as const })),
    ...page.DeleteMarker.map((entry) => ({ ...entry, IsDeleteMarker: true as const })),
  ]
  // The sort is stable, so that versions of one second stay as the server put them.
  return entries.sort((a, b) => compareKeys(plain(a.Key), plain(b.Key)) || newestFirst(a, b))
}

function newestFirst(a: ListedVersion, b: ListedVersion): number {
  if (a.IsLatest !== b.IsLatest) return a.IsLatest ? -1 : 1
  return b.LastModified.getTime() - a.LastModified.getTime() || Number(countdown(a) - countdown(b))
}

/** COS tells times in whole seconds, but its ids are base64 of a number that falls with time. */
function countdown({ VersionId = '' }: ListedVersion): bigint {
  const digits = /^[A-Za-z0-9+/]{8,}={0,2}$/.test(VersionId) ? atob(VersionId) : ''
  return /^\d+$/.test(digits) ? BigInt(digits) : 0n
}

/** Undoes the encoding that a caller asked for, as markers are sent as they are. */
function plainText(encodingType: string | undefined): <T extends string | undefined>(text: T) => T | string {
  return (text) => (encodingType === undefined || text === undefined ? text : (decodePercent(text) ?? text))
}

/** Some servers tell NextMarker only together with a delimiter. */
function lastKey(page: ListObjectsPage): string | undefined {
  const key = page.Contents.at(-1)?.Key ?? ''
  const prefix = page.CommonPrefixes.at(-1)?.Prefix ?? ''
  return (compareKeys(key, prefix) < 0 ? prefix : key) || undefined
}

function stuckError(): CosClientError {
  const message = 'The list says that it goes on, but not from where: its next marker does not advance.'
  return new CosClientError('body', message, { requestSent: true })
}
