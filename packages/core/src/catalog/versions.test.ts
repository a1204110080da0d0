import { auditExactly, bytesNamed, TestBucket, type VersioningHistory } from '@coset/testkit'
import { describe, expect, it } from 'vitest'

type Act =
  | { readonly put: string }
  | { readonly delete: true }
  | { readonly set: 'Enabled' | 'Suspended' }
  /** The version that stands at this place of the timeline; its id is asked for, or `null`. */
  | { readonly remove: number }

/** What a key's versions are after each of these, newest first. */
const TRANSITIONS: readonly [
  name: string,
  begin: VersioningHistory,
  acts: readonly Act[],
  timeline: string[],
][] = [
  ['a put replaces', 'never', [{ put: 'a' }, { put: 'b' }], ['null b']],
  ['a deletion removes', 'never', [{ put: 'a' }, { delete: true }], []],
  ['the null version is deleted by name', 'never', [{ put: 'a' }, { remove: 0 }], []],

  ['puts add up', 'Enabled', [{ put: 'a' }, { put: 'b' }], ['b', 'a']],
  ['a deletion adds a marker', 'Enabled', [{ put: 'a' }, { delete: true }], ['marker', 'a']],
  ['a deletion of nothing adds a marker', 'Enabled', [{ delete: true }], ['marker']],
  ['markers add up', 'Enabled', [{ delete: true }, { delete: true }], ['marker', 'marker']],
  [
    'a put comes above a marker',
    'Enabled',
    [{ put: 'a' }, { delete: true }, { put: 'b' }],
    ['b', 'marker', 'a'],
  ],
  ['the newest goes, the next is current', 'Enabled', [{ put: 'a' }, { put: 'b' }, { remove: 0 }], ['a']],
  ['an older one goes', 'Enabled', [{ put: 'a' }, { put: 'b' }, { remove: 1 }], ['b']],
  ['a marker goes, the object is back', 'Enabled', [{ put: 'a' }, { delete: true }, { remove: 0 }], ['a']],
  [
    'the newest goes, a marker is next',
    'Enabled',
    [{ put: 'a' }, { delete: true }, { put: 'b' }, { remove: 0 }],
    ['marker', 'a'],
  ],
  [
    'of two markers the newer goes',
    'Enabled',
    [{ put: 'a' }, { delete: true }, { delete: true }, { remove: 0 }],
    ['marker', 'a'],
  ],
  [
    'of two markers the older goes',
    'Enabled',
    [{ put: 'a' }, { delete: true }, { delete: true }, { remove: 1 }],
    ['marker', 'a'],
  ],
  ['the last goes', 'Enabled', [{ put: 'a' }, { remove: 0 }], []],

  ['null puts replace each other', 'Suspended', [{ put: 'a' }, { put: 'b' }], ['null b']],
  ['a null marker replaces the null version', 'Suspended', [{ put: 'a' }, { delete: true }], ['null marker']],
  ['null markers replace each other', 'Suspended', [{ delete: true }, { delete: true }], ['null marker']],
  ['a put replaces the null marker', 'Suspended', [{ delete: true }, { put: 'a' }], ['null a']],

  ['the null version is kept', 'never', [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }], ['b', 'null a']],
  [
    'a marker keeps the null version',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { delete: true }],
    ['marker', 'null a'],
  ],
  [
    'the kept null version is promoted',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }, { remove: 0 }],
    ['null a'],
  ],
  [
    'the kept null version goes',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }, { remove: 1 }],
    ['b'],
  ],
  [
    'a suspended put replaces the kept null version',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }, { set: 'Suspended' }, { put: 'c' }],
    ['null c', 'b'],
  ],
  [
    'a suspended deletion replaces the kept null version',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }, { set: 'Suspended' }, { delete: true }],
    ['null marker', 'b'],
  ],
  [
    'a suspended put keeps a version with an id',
    'Enabled',
    [{ put: 'a' }, { set: 'Suspended' }, { put: 'b' }],
    ['null b', 'a'],
  ],
  [
    'a null marker is kept once versioning is back',
    'Suspended',
    [{ put: 'a' }, { delete: true }, { set: 'Enabled' }, { put: 'b' }],
    ['b', 'null marker'],
  ],
  [
    'a kept null marker is replaced',
    'Suspended',
    [{ delete: true }, { set: 'Enabled' }, { put: 'b' }, { set: 'Suspended' }, { put: 'c' }],
    ['null c', 'b'],
  ],
  [
    'a null marker goes, the version with an id is back',
    'Enabled',
    [{ put: 'a' }, { set: 'Suspended' }, { delete: true }, { remove: 0 }],
    ['a'],
  ],
  [
    'a promoted null version is replaced as current',
    'never',
    [{ put: 'a' }, { set: 'Enabled' }, { put: 'b' }, { remove: 0 }, { set: 'Suspended' }, { put: 'c' }],
    ['null c'],
  ],
]

async function perform(bucket: TestBucket, act: Act): Promise<void> {
  if ('put' in act) await bucket.put('key', act.put)
  else if ('set' in act) await bucket.setVersioning(act.set)
  else if ('delete' in act) await bucket.delete('key')
  else await removeAt(bucket, act.remove)
}

async function removeAt(bucket: TestBucket, place: number): Promise<void> {
  const { versions } = await bucket.listVersions()
  const version = versions.filter(({ key }) => key === 'key')[place]?.version
  if (!version) throw new Error(`There is no version at ${place}.`)
  const decimal = Buffer.from(version.order.toString()).toString('base64').replace(/=+$/, '')
  const versionId = version.isNull ? 'null' : decimal
  const deleted = await bucket.delete('key', versionId)
  expect(deleted).toEqual({ versionId, deleteMarker: version.kind === 'marker' })
}

describe('the versions of a key', () => {
  it.each(TRANSITIONS)('%s (%s)', async (_name, begin, acts, timeline) => {
    const bucket = await TestBucket.open(begin)
    for (const act of acts) await perform(bucket, act)
    expect(await bucket.timeline('key')).toEqual(timeline)
    const [newest] = timeline
    const current = newest === undefined || newest.endsWith('marker') ? [] : ['key']
    expect((await bucket.list()).objects.map(({ key }) => key)).toEqual(current)
    await auditExactly(bucket.store)
  })

  it.each(TRANSITIONS)('lose no neighbours: %s (%s)', async (_name, begin, acts) => {
    const bucket = await TestBucket.open(begin)
    const neighbours = ['ke', 'key!', 'key/', 'key\u0001', 'kez']
    for (const key of neighbours) await bucket.put(key, key)
    for (const act of acts) await perform(bucket, act)
    for (const key of neighbours) expect(await bucket.read(key)).toBe(key)
    await auditExactly(bucket.store)
  })
})

describe('version ids', () => {
  it('differ within one millisecond, and when the clock steps back', async () => {
    const bucket = await TestBucket.open('Enabled')
    const ids: (string | undefined)[] = []
    for (const step of [0, 0, 0, -60_000, 0, 1, 60_000]) {
      bucket.clock.advance(step)
      ids.push((await bucket.put('key', String(ids.length))).versionId)
    }
    expect(new Set(ids).size).toBe(7)
    expect(await bucket.timeline('key')).toEqual(['6', '5', '4', '3', '2', '1', '0'])
  })

  it('count on from a delete marker too', async () => {
    const bucket = await TestBucket.open('Enabled')
    await bucket.delete('key')
    bucket.clock.advance(-1000)
    await bucket.put('key', 'a')
    expect(await bucket.timeline('key')).toEqual(['a', 'marker'])
  })
})

describe('the blobs of versions', () => {
  it('are given back exactly when their version is gone', async () => {
    const bucket = await TestBucket.open('Enabled')
    const { versionId: one = '' } = await bucket.put('key', bytesNamed('1', 10_000))
    const { versionId: two = '' } = await bucket.put('key', bytesNamed('2', 10_000))
    await bucket.delete('key')
    expect((await auditExactly(bucket.store)).garbage).toHaveLength(0)
    await bucket.delete('key', one)
    expect((await auditExactly(bucket.store)).garbage).toHaveLength(1)
    await bucket.delete('key', two)
    expect((await auditExactly(bucket.store)).garbage).toHaveLength(2)
  })

  it('are kept through promotion', async () => {
    const bucket = await TestBucket.open('Enabled')
    const bytes = bytesNamed('1', 10_000)
    await bucket.put('key', bytes)
    const { versionId: marker = '' } = await bucket.delete('key')
    await bucket.delete('key', marker)
    expect(await bucket.read('key')).toBe(bytes.toString())
    expect((await auditExactly(bucket.store)).garbage).toHaveLength(0)
  })
})
