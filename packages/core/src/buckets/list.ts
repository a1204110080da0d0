// The buckets of the account, in order of name.
import { LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import { bucketsAfter } from '../catalog/keys.js'
import { type BucketRecord, decodeBucket } from '../catalog/records.js'
import type { Store } from '../store.js'

export interface ListBucketsInput {
  readonly tagKey?: string | undefined
  readonly tagValue?: string | undefined
  readonly region?: string | undefined
  readonly createdMs?: number | undefined
  readonly comparison?: 'lt' | 'gt' | 'lte' | 'gte' | undefined
  readonly marker: string
  readonly bucketsMax: number | undefined
}

export interface ListBucketsResult {
  readonly buckets: readonly BucketRecord[]
  /** The last name listed, when more follow. */
  readonly nextMarker: string | undefined
}

export async function listBuckets(
  _call: Call,
  store: Store,
  input: ListBucketsInput,
): Promise<ListBucketsResult> {
  const pageMax = Math.min(input.bucketsMax ?? LIMITS.listBucketsMax, LIMITS.listBucketsMax)
  const rows = await store.metadata.scan(bucketsAfter(input.marker), { limit: LIMITS.listBucketsMax + 1 })
  const matching = rows.map((row) => decodeBucket(row.value)).filter((bucket) => matches(bucket, input))
  const buckets = matching.slice(0, pageMax)
  const truncated = buckets.length > 0 && matching.length > buckets.length
  return { buckets, nextMarker: truncated ? buckets.at(-1)?.name : undefined }
}

function matches(
  bucket: BucketRecord,
  { tagKey, tagValue, region, createdMs, comparison }: ListBucketsInput,
): boolean {
  if (region !== undefined && region !== '' && bucket.region !== region) return false
  if (tagKey !== undefined && tagKey !== '') {
    const tagged = bucket.tags.some((tag) => tag.Key === tagKey && (!tagValue || tag.Value === tagValue))
    if (!tagged) return false
  }
  return (
    createdMs === undefined || comparesSo(seconds(bucket.createdMs), seconds(createdMs), comparison ?? 'gte')
  )
}

function comparesSo(created: number, asked: number, comparison: 'lt' | 'gt' | 'lte' | 'gte'): boolean {
  switch (comparison) {
    case 'lt':
      return created < asked
    case 'gt':
      return created > asked
    case 'lte':
      return created <= asked
    case 'gte':
      return created >= asked
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
