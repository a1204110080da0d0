// ListObjects: the current, live version of each key.

import { LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import { afterPrefix, keyOfObjectRow, objectRows } from '../catalog/keys.js'
import { assertDelimiter, type KeySource, listPage, pageSize, startAfter } from '../catalog/listing.js'
import { type BucketRecord, decodeVersion, type LiveVersion } from '../catalog/records.js'
import { RowReader } from '../catalog/row-reader.js'
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'

export interface ListInput {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string
  readonly marker: string
  readonly keysMax: number | undefined
}

export interface ListedObject {
  readonly key: string
  readonly version: LiveVersion
}

export interface ListResult {
  readonly bucket: BucketRecord
  readonly keysMax: number
  readonly objects: readonly ListedObject[]
  readonly commonPrefixes: readonly string[]
  /** The last key or prefix listed, when more follow. */
  readonly nextMarker: string | undefined
}

/** Throws `NoSuchBucket`, `InvalidDelimiter`. */
export async function listObjects(_call: Call, store: Store, input: ListInput): Promise<ListResult> {
  assertDelimiter(input.delimiter)
  const bucket = await readBucket(store, input.bucket)
  const query = { prefix: input.prefix, delimiter: input.delimiter, keysMax: pageSize(input.keysMax) }
  const start = startAfter(Buffer.from(input.marker), query)
  const source =
    start &&
    objectSource(store, bucket.id, {
      start,
      prefix: input.prefix,
      keysMax: query.keysMax,
      folds: input.delimiter !== '',
    })
  const { listed, truncated } = source ? await listPage(source, query) : { listed: [], truncated: false }
  const last = listed.at(-1)
  const lastKey = last && (last.kind === 'entry' ? last.key : last.prefix)
  return {
    bucket: bucket.record,
    keysMax: query.keysMax,
    objects: listed.flatMap((one) =>
      one.kind === 'entry'
        ? [{ key: textOf(one.key), version: decodeVersion(one.entry.value) as LiveVersion }]
        : [],
    ),
    commonPrefixes: listed.flatMap((one) => (one.kind === 'prefix' ? [textOf(one.prefix)] : [])),
    nextMarker: truncated && lastKey ? textOf(lastKey) : undefined,
  }
}

interface SourceOptions {
  readonly start: Uint8Array
  readonly prefix: string
  readonly keysMax: number
  readonly folds: boolean
}

function objectSource(store: Store, bucketId: Uint8Array, options: SourceOptions): KeySource<Entry> {
  const { start, prefix, keysMax, folds } = options
  const range = objectRows(bucketId, start, afterPrefix(Buffer.from(prefix)))
  // Without folding, every row read is a row listed, so the first batch may take the whole page.
  const batch = folds ? undefined : keysMax + 1
  const reader = new RowReader(store.metadata, range, { left: LIMITS.listScansMax }, batch)
  let taken: Entry | undefined
  return {
    async peek() {
      taken = reader.buffered() ?? (await reader.peek())
      return taken && keyOfObjectRow(taken.key)
    },
    take() {
      if (!taken) throw new Error('take before peek')
      reader.skip()
      return taken
    },
    seek(key) {
      reader.seek(key ? objectRows(bucketId, key, undefined).start : range.end)
    },
  }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
