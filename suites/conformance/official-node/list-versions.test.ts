// GET Bucket Object versions, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

/** One version or marker, as a list shows it: key, id, and whether it is the latest. */
type Row = readonly [key: string, id: string, latest: boolean]

eachStyle((at) => {
  const bucket = () => ({ Bucket: at.Bucket, Region: at.Region })
  const all: Row[] = []

  const page = (params: object = {}) => at.cos.listObjectVersions({ ...bucket(), ...params })
  type Page = Awaited<ReturnType<typeof page>>
  const rows = ({ Versions, DeleteMarkers }: Page): Row[] =>
    [...Versions, ...DeleteMarkers].map(({ Key, VersionId, IsLatest }) => [
      Key,
      VersionId,
      IsLatest === 'true',
    ])
  const sorted = (list: readonly Row[]) => [...list].sort((a, b) => order(a) - order(b))
  const order = ([key, id]: Row) => all.findIndex((row) => row[0] === key && row[1] === id)

  beforeAll(async () => {
    const put = async (Key: string) =>
      (await at.cos.putObject({ ...bucket(), Key, Body: Key })).VersionId ?? 'null'
    const set = (Status: 'Enabled' | 'Suspended') =>
      at.cos.putBucketVersioning({ ...bucket(), VersioningConfiguration: { Status } })
    await put('a')
    await put('b/1')
    await set('Enabled')
    const a = [
      await put('a'),
      await put('a'),
      (await at.cos.deleteObject({ ...bucket(), Key: 'a' })).VersionId,
    ]
    const b2 = [await put('b/2'), await put('b/2')]
    const c = [await put('c d+')]
    await set('Suspended')
    const cNull = await put('c d+')
    all.push(
      ['a', a[2] ?? '', true],
      ['a', a[1] ?? '', false],
      ['a', a[0] ?? '', false],
      ['a', 'null', false],
      ['b/1', 'null', true],
      ['b/2', b2[1] ?? '', true],
      ['b/2', b2[0] ?? '', false],
      ['c d+', cNull, true],
      ['c d+', c[0] ?? '', false],
    )
  })

  it('lists keys in order, newest first, one latest each', async () => {
    const whole = await page()
    expect(sorted(rows(whole))).toEqual(all)
    const versions = whole.Versions.map(({ Key, VersionId }) => [Key, VersionId])
    expect(versions).toEqual(all.slice(1).map(([key, id]) => [key, id]))
    expect(whole).toMatchObject({
      Name: at.Bucket,
      Prefix: '',
      KeyMarker: '',
      VersionIdMarker: '',
      MaxKeys: '1000',
      IsTruncated: 'false',
    })
  })

  it('tells each version and marker', async () => {
    const { Versions, DeleteMarkers } = await page({ Prefix: 'a' })
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const Owner = { ID: '1250000000', DisplayName: '1250000000' }
    expect(DeleteMarkers).toEqual([
      { Key: 'a', VersionId: all[0]?.[1], IsLatest: 'true', LastModified: time, Owner },
    ])
    expect(Versions[0]).toEqual({
      Key: 'a',
      VersionId: all[1]?.[1],
      IsLatest: 'false',
      LastModified: time,
      ETag: '"0cc175b9c0f1b6a831c399e269772661"',
      Size: '1',
      StorageClass: 'STANDARD',
      Owner,
    })
  })

  it.each([1, 2, 3, 4])('pages by %d, inside keys as well', async (MaxKeys) => {
    const seen: Row[] = []
    let markers: object = {}
    for (;;) {
      const next = await page({ MaxKeys, ...markers })
      expect(rows(next).length).toBeLessThanOrEqual(MaxKeys)
      seen.push(...sorted(rows(next)))
      if (next.IsTruncated === 'false') break
      expect([next.NextKeyMarker, next.NextVersionIdMarker]).toEqual(seen.at(-1)?.slice(0, 2))
      markers = { KeyMarker: next.NextKeyMarker, VersionIdMarker: next.NextVersionIdMarker }
    }
    expect(seen).toEqual(all)
  })

  it('starts after all versions of a key marker', async () => {
    expect(sorted(rows(await page({ KeyMarker: 'a' })))).toEqual(all.slice(4))
    expect(sorted(rows(await page({ KeyMarker: 'b/1' })))).toEqual(all.slice(5))
    expect(rows(await page({ KeyMarker: 'z' }))).toEqual([])
    expect(rows(await page({ KeyMarker: 'z'.repeat(3000) }))).toEqual([])
  })

  it('starts inside a key after a version', async () => {
    for (let index = 0; index < all.length; index++) {
      const [KeyMarker, VersionIdMarker] = all[index] ?? []
      expect(sorted(rows(await page({ KeyMarker, VersionIdMarker })))).toEqual(all.slice(index + 1))
    }
  })

  it('keeps to a prefix and folds at a delimiter', async () => {
    expect(sorted(rows(await page({ Prefix: 'b/' })))).toEqual(all.slice(4, 7))
    const folded = await page({ Delimiter: '/' })
    expect(folded.CommonPrefixes).toEqual({ Prefix: 'b/' })
    expect(sorted(rows(folded))).toEqual([...all.slice(0, 4), ...all.slice(7)])
    const first = await page({ Delimiter: '/', MaxKeys: 5 })
    expect(first).toMatchObject({ IsTruncated: 'true', NextKeyMarker: 'b/' })
    expect(first.NextVersionIdMarker ?? '').toBe('')
    const rest = await page({ Delimiter: '/', KeyMarker: 'b/' })
    expect(sorted(rows(rest))).toEqual(all.slice(7))
  })

  it('encodes keys when it is asked to', async () => {
    const encoded = await page({ EncodingType: 'url', Prefix: 'c ' })
    expect(encoded.EncodingType).toBe('url')
    expect(encoded.Prefix).toBe('c%20')
    expect(encoded.Versions.map(({ Key }) => Key)).toEqual(['c%20d%2B', 'c%20d%2B'])
  })

  it.each([
    [{ MaxKeys: -1 }, '400 InvalidArgument'],
    [{ EncodingType: 'hex' }, '400 InvalidArgument'],
    [{ Delimiter: 'ab' }, '400 InvalidDelimiter'],
    [{ KeyMarker: 'a', VersionIdMarker: 'x!' }, '400 InvalidArgument'],
  ])('refuses %o', async (params, expected) => {
    expect(await refusal(page(params))).toBe(expected)
  })

  describe('of a bucket that never had versioning', () => {
    it('shows its objects with an empty id', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region }
      await at.cos.putBucket(own)
      for (const Key of ['x', 'y']) await at.cos.putObject({ ...own, Key, Body: '' })
      const { Versions, DeleteMarkers } = await at.cos.listObjectVersions(own)
      expect(Versions.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).toEqual([
        ['x', '', 'true'],
        ['y', '', 'true'],
      ])
      expect(DeleteMarkers).toEqual([])
    })

    it('needs to be there', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region }
      expect(await refusal(at.cos.listObjectVersions(own))).toBe('404 NoSuchBucket')
    })
  })
})
