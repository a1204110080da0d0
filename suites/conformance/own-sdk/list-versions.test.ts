// GET Bucket Object versions, by our own SDK.
import type { ListObjectVersionsInput, ListObjectVersionsOutput } from '@coset/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

/** One version or marker, as a list shows it: key, id, and whether it is the latest. */
type Row = readonly [key: string, id: string, latest: boolean]

eachStyle((at) => {
  const all: Row[] = []
  const page = (params: Omit<ListObjectVersionsInput, 'Bucket'> = {}) =>
    at.cos.listObjectVersions({ Bucket: at.Bucket, ...params })
  const rows = ({ Version, DeleteMarker }: ListObjectVersionsOutput) =>
    sorted(
      [...Version, ...DeleteMarker].map(({ Key, VersionId, IsLatest }) => [Key, VersionId ?? '', IsLatest]),
    )
  const sorted = (list: readonly Row[]) => [...list].sort((a, b) => order(a) - order(b))
  const order = ([key, id]: Row) => all.findIndex((row) => row[0] === key && row[1] === id)

  beforeAll(async () => {
    const put = async (Key: string) =>
      (await at.cos.putObject({ Bucket: at.Bucket, Key, Body: Key })).VersionId ?? 'null'
    const set = (Status: 'Enabled' | 'Suspended') => at.cos.putBucketVersioning({ Bucket: at.Bucket, Status })
    await put('a')
    await put('b/1')
    await set('Enabled')
    const [a1, a2] = [await put('a'), await put('a')]
    const { VersionId: marker = '' } = await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'a' })
    const [b1, b2] = [await put('b/2'), await put('b/2')]
    const c = await put('c d+')
    await set('Suspended')
    await put('c d+')
    all.push(
      ['a', marker, true],
      ['a', a2, false],
      ['a', a1, false],
      ['a', 'null', false],
      ['b/1', 'null', true],
      ['b/2', b2, true],
      ['b/2', b1, false],
      ['c d+', 'null', true],
      ['c d+', c, false],
    )
  })

  it('lists keys in order, newest first, one latest each', async () => {
    const whole = await page()
    expect(rows(whole)).toEqual(all)
    const versions = whole.Version.map(({ Key, VersionId }) => [Key, VersionId])
    expect(versions).toEqual(all.slice(1).map(([key, id]) => [key, id]))
    expect(whole).toMatchObject({ Name: at.Bucket, MaxKeys: 1000, IsTruncated: false, CommonPrefixes: [] })
    expect([whole.Prefix ?? '', whole.KeyMarker ?? '', whole.VersionIdMarker ?? '']).toEqual(['', '', ''])
  })

  it('tells each version and marker', async () => {
    const { Version, DeleteMarker } = await page({ Prefix: 'a' })
    const Owner = { ID: '1250000000', DisplayName: '1250000000' }
    expect(DeleteMarker).toEqual([
      { Key: 'a', VersionId: all[0]?.[1], IsLatest: true, LastModified: expect.any(Date), Owner },
    ])
    expect(Version[0]).toEqual({
      Key: 'a',
      VersionId: all[1]?.[1],
      IsLatest: false,
      LastModified: expect.any(Date),
      ETag: '"0cc175b9c0f1b6a831c399e269772661"',
      Size: 1,
      StorageClass: 'STANDARD',
      Owner,
    })
  })

  it.each([1, 2, 3, 4])('pages by %d, inside keys as well', async (MaxKeys) => {
    const seen: Row[] = []
    let markers: Pick<ListObjectVersionsInput, 'KeyMarker' | 'VersionIdMarker'> = {}
    for (;;) {
      const next = await page({ MaxKeys, ...markers })
      expect(rows(next).length).toBeLessThanOrEqual(MaxKeys)
      seen.push(...rows(next))
      if (!next.IsTruncated) break
      expect([next.NextKeyMarker, next.NextVersionIdMarker]).toEqual(seen.at(-1)?.slice(0, 2))
      markers = { KeyMarker: next.NextKeyMarker, VersionIdMarker: next.NextVersionIdMarker }
    }
    expect(seen).toEqual(all)
  })

  it.each([
    { MaxKeys: 1 },
    { MaxKeys: 2, EncodingType: 'url' as const },
    { MaxKeys: 3, Prefix: 'b/' },
    {},
  ])('gives every version, page after page: %o', async (params) => {
    const seen: Row[] = []
    for await (const entry of at.cos.paginateObjectVersions({ Bucket: at.Bucket, ...params })) {
      const key = params.EncodingType ? decodeURIComponent(entry.Key) : entry.Key
      seen.push([key, entry.VersionId ?? '', entry.IsLatest])
      expect(entry.IsDeleteMarker).toBe(entry.VersionId === all[0]?.[1])
    }
    expect(seen).toEqual(all.filter(([key]) => key.startsWith(params.Prefix ?? '')))
  })

  it('starts after all versions of a key marker', async () => {
    expect(rows(await page({ KeyMarker: 'a' }))).toEqual(all.slice(4))
    expect(rows(await page({ KeyMarker: 'b/1' }))).toEqual(all.slice(5))
    expect(rows(await page({ KeyMarker: 'z' }))).toEqual([])
    expect(rows(await page({ KeyMarker: 'z'.repeat(3000) }))).toEqual([])
  })

  it('starts inside a key after a version', async () => {
    for (const [index, [KeyMarker, VersionIdMarker]] of all.entries())
      expect(rows(await page({ KeyMarker, VersionIdMarker }))).toEqual(all.slice(index + 1))
  })

  it('keeps to a prefix and folds at a delimiter', async () => {
    expect(rows(await page({ Prefix: 'b/' }))).toEqual(all.slice(4, 7))
    const folded = await page({ Delimiter: '/' })
    expect(folded.CommonPrefixes).toEqual([{ Prefix: 'b/' }])
    expect(rows(folded)).toEqual([...all.slice(0, 4), ...all.slice(7)])
    const first = await page({ Delimiter: '/', MaxKeys: 5 })
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'b/' })
    expect(first.NextVersionIdMarker ?? '').toBe('')
    expect(rows(await page({ Delimiter: '/', KeyMarker: 'b/' }))).toEqual(all.slice(7))
  })

  it('encodes keys when it is asked to', async () => {
    const encoded = await page({ EncodingType: 'url', Prefix: 'c ' })
    expect(encoded).toMatchObject({ EncodingType: 'url', Prefix: 'c%20' })
    expect(encoded.Version.map(({ Key }) => Key)).toEqual(['c%20d%2B', 'c%20d%2B'])
  })

  it.each([
    [{ MaxKeys: -1 }, '400 InvalidArgument'],
    [{ EncodingType: 'hex' as 'url' }, '400 InvalidArgument'],
    [{ Delimiter: 'ab' }, '400 InvalidDelimiter'],
    [{ KeyMarker: 'a', VersionIdMarker: 'x!' }, '400 InvalidArgument'],
  ])('refuses %o', async (params, expected) => {
    expect(await refusal(page(params))).toBe(expected)
  })

  describe('of a bucket that never had versioning', () => {
    it('shows its objects without an id', async () => {
      const bucket = { Bucket: newBucketName() }
      await at.cos.putBucket(bucket)
      for (const Key of ['x', 'y']) await at.cos.putObject({ ...bucket, Key, Body: '' })
      const { Version, DeleteMarker } = await at.cos.listObjectVersions(bucket)
      expect(Version.map(({ Key, VersionId, IsLatest }) => [Key, VersionId ?? '', IsLatest])).toEqual([
        ['x', '', true],
        ['y', '', true],
      ])
      expect(DeleteMarker).toEqual([])
    })

    it('needs to be there', async () => {
      const call = at.cos.listObjectVersions({ Bucket: newBucketName() })
      expect(await refusal(call)).toBe('404 NoSuchBucket')
    })
  })
})
