// ListMultipartUploads: the uploads of a bucket that are neither completed nor aborted, by key, then by their start.
import { LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { afterPrefix } from '../catalog/keys.js'
import { assertDelimiter, type KeySource, listPage, startAfter, startWith } from '../catalog/listing.js'
import type { BucketRecord } from '../catalog/records.js'
import { RowReader } from '../catalog/row-reader.js'
import { afterUpload, idOfUploadRow, keyOfUploadRow, uploadRows } from '../catalog/upload-keys.js'
import { decodeUpload, type UploadRecord } from '../catalog/upload-records.js'
import { textOf } from '../objects/list.js'
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'

export interface ListUploadsInput {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string
  readonly keyMarker: string
  /** Counts only together with `keyMarker`: goes on behind that upload of the key. */
  readonly uploadIdMarker: string
  readonly uploadsMax: number | undefined
}

export interface ListedUpload {
  readonly key: string
  readonly uploadId: string
  readonly upload: UploadRecord
}

export interface ListUploadsResult {
  readonly bucket: BucketRecord
  readonly uploadsMax: number
  readonly uploads: readonly ListedUpload[]
  readonly commonPrefixes: readonly string[]
  readonly next: { readonly keyMarker: string; readonly uploadIdMarker: string } | undefined
}

/** Throws `NoSuchBucket`, `InvalidDelimiter`. */
export async function listUploads(
  _call: Call,
  store: Store,
  input: ListUploadsInput,
): Promise<ListUploadsResult> {
  assertDelimiter(input.delimiter)
  const bucket = await readBucket(store, input.bucket)
  const uploadsMax = Math.min(input.uploadsMax ?? LIMITS.listUploadsMax, LIMITS.listUploadsMax)
  const query = { prefix: input.prefix, delimiter: input.delimiter, keysMax: uploadsMax }
  const start = startOf(input, query)
  const source = start && uploadSource(store, bucket.id, start, input.prefix)
  const { listed, truncated } = source ? await listPage(source, query) : { listed: [], truncated: false }
  const last = listed.at(-1)
  const uploads = listed.flatMap((one) => (one.kind === 'entry' ? [uploadOf(one.entry)] : []))
  return {
    bucket: bucket.record,
    uploadsMax,
    uploads,
    commonPrefixes: listed.flatMap((one) => (one.kind === 'prefix' ? [textOf(one.prefix)] : [])),
    next: truncated && last ? nextOf(last) : undefined,
  }
}

type Last =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'prefix'; readonly prefix: Uint8Array }

function nextOf(last: Last) {
  if (last.kind === 'prefix') return { keyMarker: textOf(last.prefix), uploadIdMarker: '' }
  const { key, uploadId } = uploadOf(last.entry)
  return { keyMarker: key, uploadIdMarker: uploadId }
}

function uploadOf({ key, value }: Entry): ListedUpload {
  return { key: textOf(keyOfUploadRow(key)), uploadId: idOfUploadRow(key), upload: decodeUpload(value) }
}

function startOf(
  { keyMarker, uploadIdMarker, prefix }: ListUploadsInput,
  query: Parameters<typeof startAfter>[1],
): Uint8Array | undefined {
  const marker = Buffer.from(keyMarker)
  if (keyMarker === '' || uploadIdMarker === '') return startAfter(marker, query)
  const from = afterUpload(marker, uploadIdMarker)
  return prefix === '' ? from : startWith(from, query)
}

function uploadSource(
  store: Store,
  bucketId: Uint8Array,
  start: Uint8Array,
  prefix: string,
): KeySource<Entry> {
  const range = uploadRows(bucketId, start, afterPrefix(Buffer.from(prefix)))
  const reader = new RowReader(store.metadata, range, { left: LIMITS.listScansMax })
  let taken: Entry | undefined
  return {
    async peek() {
      taken = reader.buffered() ?? (await reader.peek())
      return taken && keyOfUploadRow(taken.key)
    },
    take() {
      if (!taken) throw new Error('take before peek')
      reader.skip()
      return taken
    },
    seek(key) {
      reader.seek(key ? uploadRows(bucketId, key, undefined).start : range.end)
    },
  }
}
