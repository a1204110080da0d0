// Reads every row and lists every blob of a store at rest, and holds them against each other. It knows the row
// format from its description (core/catalog/keys.ts, records.ts) and shares no code with it.
import type { BlobId, Entry, Store } from '@coset/core'
import { auditManifests, auditUploads, type ManifestClaims } from './audit-uploads.js'
import { jsonOf, latin1, rowsOf } from './rows.js'

export interface Audit {
  /** Blobs that versions and parts point at, sorted. */
  readonly referenced: readonly string[]
  /** Blobs that wait for their deletion, sorted. */
  readonly garbage: readonly string[]
  /** Blobs on disk, sorted. */
  readonly stored: readonly string[]
  readonly versions: number
  /** Unfinished uploads. */
  readonly uploads: number
}

export interface VersionRow {
  readonly place: 'object' | 'version'
  readonly bucket: string
  readonly key: string
  readonly order: bigint
  readonly kind: 'live' | 'marker'
  readonly isNull: boolean
  readonly extents: readonly { readonly blob: string }[]
  readonly manifest: string | undefined
  readonly size: number
}

export interface BucketRow {
  readonly id: string
  readonly versioning?: string
}

/** Throws an error that names everything that does not fit together. Orphans are not told: compare `stored`. */
export async function audit(store: Store): Promise<Audit> {
  const problems: string[] = []
  const buckets = (await rowsOf(store, 'bucket/')).map((row) => jsonOf(row) as BucketRow)
  const versions = [
    ...(await rowsOf(store, 'object/')).map((row) => readVersion('object', row)),
    ...(await rowsOf(store, 'version/')).map((row) => readVersion('version', row)),
  ]
  checkKeys(buckets, versions, problems)
  checkSettings(buckets, await rowsOf(store, 'setting/'), problems)
  checkNulls(versions, await rowsOf(store, 'null/'), problems)
  const garbageRows = await rowsOf(store, 'garbage/')
  const waiting = garbageRows.map(
    ({ key }) =>
      latin1(key)
        .slice('garbage/'.length + 8)
        .split('/')[0] ?? '',
  )
  const uploads = await auditUploads(store, buckets, problems)
  const manifests = await auditManifests(store, versions, { waiting, uploads }, problems)
  const refs = await rowsOf(store, 'ref/')
  const isStanding = ({ value }: Entry) => value.length === 0
  checkRefs(versions, manifests, refs.filter(isStanding), problems)
  checkLingering(garbageRows, refs, problems)
  const garbage = [...waiting.filter((claimed) => !claimed.startsWith('m')), ...manifests.dying]
  const referenced = [
    ...versions.flatMap(({ extents }) => extents.map(({ blob }) => blob)),
    ...manifests.blobs,
  ]
  const stored = await blobsOf(store)
  const present = new Set(stored)
  for (const blob of referenced) if (!present.has(blob)) problems.push(`The blob ${blob} is missing.`)
  if (problems.length > 0) throw new Error(`The store does not fit together:\n${problems.join('\n')}`)
  return {
    referenced: sortedSet(referenced),
    garbage: sortedSet(garbage),
    stored,
    versions: versions.length,
    uploads: uploads.size,
  }
}

/** As audit; also throws when a blob is neither referenced nor garbage. It may be both: a copy outlived its source. */
export async function auditExactly(store: Store): Promise<Audit> {
  const found = await audit(store)
  const accounted = sortedSet([...found.referenced, ...found.garbage])
  if (accounted.join() === found.stored.join()) return found
  const [lost, claimed] = [difference(found.stored, accounted), difference(accounted, found.stored)]
  throw new Error(`Blobs without a row: ${lost}; without bytes: ${claimed}`)
}

async function blobsOf({ blobs }: Store): Promise<readonly string[]> {
  const ids: BlobId[] = []
  for (;;) {
    const after = ids.at(-1)
    const page = await blobs.list({ limit: 10_000, ...(after === undefined ? {} : { after }) })
    if (page.length === 0) return ids.sort()
    ids.push(...page.map(({ id }) => id))
  }
}

function readVersion(place: VersionRow['place'], row: Entry): VersionRow {
  const json = jsonOf(row) as Omit<VersionRow, 'order' | 'extents'> & {
    order: string
    extents?: VersionRow['extents']
    manifest?: string
    size?: number
  }
  const name = Buffer.from(row.key).subarray(place.length + 1)
  const order = BigInt(`0x${json.order}`)
  const keyEnd = place === 'object' ? name.length : name.length - 9
  if (place === 'version' && (name[keyEnd] !== 0 || name.readBigUInt64BE(keyEnd + 1) !== order)) {
    throw new Error(`A version row's key does not name its order: ${latin1(row.key)}`)
  }
  const key = name.toString('latin1', 8, keyEnd)
  const { kind, isNull, extents = [], manifest, size = 0 } = json
  return { place, bucket: name.toString('hex', 0, 8), key, order, kind, isNull, extents, manifest, size }
}

/** Each key's newest version stands in `object/` when it is live, everything else in `version/`. */
function checkKeys(buckets: readonly BucketRow[], versions: readonly VersionRow[], problems: string[]): void {
  const byKey = new Map<string, VersionRow[]>()
  for (const version of versions) {
    const name = `${version.bucket} ${version.key}`
    byKey.set(name, [...(byKey.get(name) ?? []), version])
  }
  for (const [name, ofKey] of byKey) {
    const bucket = buckets.find(({ id }) => id === ofKey[0]?.bucket)
    const sorted = [...ofKey].sort((a, b) => (a.order < b.order ? -1 : 1))
    const misplaced = sorted.some(
      ({ kind, place }, at) => (place === 'object') !== (at === 0 && kind === 'live'),
    )
    if (!bucket) problems.push(`${name} is in no bucket.`)
    if (misplaced) problems.push(`The versions of ${name} are not where they belong.`)
    if (new Set(sorted.map(({ order }) => order)).size < sorted.length)
      problems.push(`${name}: equal orders.`)
    if (sorted.filter(({ isNull }) => isNull).length > 1) problems.push(`${name} has two null versions.`)
    if (bucket && !bucket.versioning && sorted.length > 1)
      problems.push(`${name} has versions in a plain bucket.`)
  }
}

function checkSettings(buckets: readonly BucketRow[], rows: readonly Entry[], problems: string[]): void {
  for (const { key } of rows) {
    const name = Buffer.from(key).subarray('setting/'.length)
    const bucket = name.toString('hex', 0, 8)
    if (!buckets.some(({ id }) => id === bucket)) {
      problems.push(`The setting ${name.toString('latin1', 8)} is of no bucket: ${bucket}.`)
    }
  }
}

function checkNulls(versions: readonly VersionRow[], pointers: readonly Entry[], problems: string[]): void {
  const expected = versions
    .filter(({ place, isNull }) => place === 'version' && isNull)
    .map(({ bucket, key, order }) => `${bucket} ${key} ${order}`)
  const found = pointers.map(({ key, value }) => {
    const name = Buffer.from(key).subarray('null/'.length)
    const order = Buffer.from(value).readBigUInt64BE()
    return `${name.toString('hex', 0, 8)} ${name.toString('latin1', 8)} ${order}`
  })
  tellDifference('null', expected, found, problems)
}

/** Manifests claim a blob once for each part or piece; which number a claim has, the rows no longer tell. */
function checkRefs(
  versions: readonly VersionRow[],
  { claims, isDying }: ManifestClaims,
  refs: readonly Entry[],
  problems: string[],
): void {
  const ofVersions = versions.flatMap(({ bucket, key, order, extents, manifest }) =>
    [...extents.map(({ blob }) => blob), ...(manifest === undefined ? [] : [manifest])].map(
      (claimed) => `${claimed} ${bucket} ${order} ${key}`,
    ),
  )
  const found = refs.map(({ key }) => {
    const row = Buffer.from(key)
    const slash = row.indexOf('/', 'ref/'.length)
    const claimed = row.toString('latin1', 4, slash)
    const bucket = row.toString('hex', slash + 1, slash + 9)
    if (bucket === '0'.repeat(16)) return `${claimed} ${row.toString('latin1', slash + 9, row.length - 8)}`
    return `${claimed} ${bucket} ${row.readBigUInt64BE(slash + 9)} ${row.toString('latin1', slash + 17)}`
  })
  // Claims of what is being dissolved go page by page.
  const isStanding = (ref: string) => ref.split(' ').length > 2 || !isDying(ref.split(' ')[1] ?? '')
  const expected = [...new Set([...ofVersions, ...claims])]
  tellDifference('ref', expected, [...new Set(found)].filter(isStanding), problems)
}

/** A claim that lingers names the garbage row that ends it. */
function checkLingering(garbage: readonly Entry[], refs: readonly Entry[], problems: string[]): void {
  const ends = new Set(garbage.map(({ key }) => latin1(key)))
  for (const { key, value } of refs) {
    const end = latin1(value)
    const isIts = ends.has(end) && end.endsWith(latin1(key).slice('ref/'.length))
    if (end !== '' && !isIts) problems.push(`A claim lingers without end: ${latin1(key)}`)
  }
}

function tellDifference(
  table: string,
  expected: readonly string[],
  found: readonly string[],
  problems: string[],
): void {
  for (const row of difference(expected, found)) problems.push(`A row of ${table}/ is missing: ${row}`)
  for (const row of difference(found, expected)) problems.push(`A row of ${table}/ is left over: ${row}`)
}

function difference(all: readonly string[], without: readonly string[]): readonly string[] {
  const taken = new Set(without)
  return all.filter((one) => !taken.has(one))
}

function sortedSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}
