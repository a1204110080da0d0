// GET Bucket, by our own SDK: pages, prefixes, folding, encoding.
import type { ListObjectsInput } from '@coset/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { byBytes, LIST_KEYS, LIST_MARKERS, LIST_PREFIXES } from '../cases/lists.js'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  type Params = Omit<ListObjectsInput, 'Bucket'>
  const list = (params: Params = {}) => at.cos.listObjects({ Bucket: at.Bucket, ...params })
  const shown = async (params: Params = {}) => {
    const { Contents, CommonPrefixes } = await list(params)
    return { keys: Contents.map(({ Key }) => Key), prefixes: CommonPrefixes.map(({ Prefix }) => Prefix) }
  }
  const plainKeys = LIST_KEYS.filter((key) => !key.includes('/'))

  beforeAll(async () => {
    await Promise.all(LIST_KEYS.map((Key) => at.cos.putObject({ Bucket: at.Bucket, Key, Body: Key })))
  })

  it('lists all keys in order of their bytes', async () => {
    const page = await list()
    expect(page.Contents.map(({ Key }) => Key)).toEqual(LIST_KEYS)
    expect(page).toMatchObject({
      Name: at.Bucket,
      MaxKeys: 1000,
      IsTruncated: false,
      CommonPrefixes: [],
      BucketRegion: at.server.region,
    })
    expect([page.Prefix ?? '', page.Marker ?? '']).toEqual(['', ''])
    expect([page.NextMarker, page.EncodingType]).toEqual([undefined, undefined])
  })

  it('tells each object', async () => {
    const { Contents } = await list({ Prefix: 'a/1' })
    expect(Contents).toEqual([
      {
        Key: 'a/1',
        LastModified: expect.any(Date),
        ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        Size: 3,
        Owner: { ID: '1250000000', DisplayName: '1250000000' },
        StorageClass: 'STANDARD',
      },
    ])
    expect(Math.abs((Contents[0]?.LastModified.getTime() ?? 0) - Date.now())).toBeLessThan(600_000)
  })

  it.each(LIST_PREFIXES)('keeps to the prefix %s', async (Prefix) => {
    expect((await shown({ Prefix })).keys).toEqual(LIST_KEYS.filter((key) => key.startsWith(Prefix)))
    expect((await list({ Prefix })).Prefix).toBe(Prefix)
  })

  it('folds keys at the delimiter', async () => {
    const folded = await shown({ Delimiter: '/' })
    expect(folded).toEqual({ keys: plainKeys, prefixes: ['a/', 'b/', '世界/'] })
    expect(await shown({ Delimiter: '/', Prefix: 'a/' })).toEqual({
      keys: ['a/', 'a/1', 'a/2'],
      prefixes: ['a/b/', 'a/c/'],
    })
    expect((await shown({ Delimiter: '世' })).prefixes).toEqual(['世'])
    expect((await list({ Delimiter: '/' })).Delimiter).toBe('/')
  })

  it.each([1, 2, 3, 7])('pages by %d', async (MaxKeys) => {
    const keys: string[] = []
    let Marker: string | undefined
    for (;;) {
      const page = await list({ MaxKeys, Marker })
      expect(page.Contents.length).toBeLessThanOrEqual(MaxKeys)
      expect(page.MaxKeys).toBe(MaxKeys)
      keys.push(...page.Contents.map(({ Key }) => Key))
      if (!page.IsTruncated) break
      expect(page.NextMarker).toBe(keys.at(-1))
      Marker = page.NextMarker
    }
    expect(keys).toEqual(LIST_KEYS)
  })

  it.each([
    { MaxKeys: 1 },
    { MaxKeys: 3, EncodingType: 'url' as const },
    { MaxKeys: 5, Marker: 'a/b' },
    {},
  ])('gives every object, page after page: %o', async (params) => {
    const keys: string[] = []
    for await (const { Key } of at.cos.paginateObjects({ Bucket: at.Bucket, ...params })) {
      keys.push(params.EncodingType ? decodeURIComponent(Key) : Key)
    }
    expect(keys).toEqual(LIST_KEYS.filter((key) => byBytes(key, params.Marker ?? '') > 0))
  })

  it.each([1, 2, 3])('pages by %d through prefixes, each once', async (MaxKeys) => {
    const seen: string[] = []
    const pages = at.cos.paginateObjectPages({ Bucket: at.Bucket, MaxKeys, Delimiter: '/' })
    for await (const { Contents, CommonPrefixes } of pages) {
      const names = [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)]
      expect(names.length).toBeLessThanOrEqual(MaxKeys)
      seen.push(...names)
    }
    expect([...seen].sort(byBytes)).toEqual([...plainKeys, 'a/', 'b/', '世界/'].sort(byBytes))
  })

  it('starts strictly after the marker, whatever it is', async () => {
    for (const Marker of LIST_MARKERS)
      expect((await shown({ Marker })).keys).toEqual(LIST_KEYS.filter((key) => byBytes(key, Marker) > 0))
    expect((await shown({ Marker: 'a/', Delimiter: '/' })).prefixes).toEqual(['b/', '世界/'])
    expect((await shown({ Marker: 'a/1', Delimiter: '/' })).prefixes).toEqual(['a/', 'b/', '世界/'])
  })

  it('finds nothing under a prefix longer than any key', async () => {
    expect(await shown({ Prefix: 'p'.repeat(5000) })).toEqual({ keys: [], prefixes: [] })
  })

  it('encodes keys when it is asked to', async () => {
    const page = await list({ EncodingType: 'url', Prefix: 'a', Marker: 'a b', MaxKeys: 2 })
    expect(page).toMatchObject({ EncodingType: 'url', Marker: 'a%20b', NextMarker: 'a%2Bb' })
    expect(page.Contents.map(({ Key }) => Key)).toEqual(['a%26b%3Dc', 'a%2Bb'])
    const folded = await list({ EncodingType: 'url', Delimiter: '/', Prefix: '世' })
    expect(folded.CommonPrefixes).toEqual([{ Prefix: '%E4%B8%96%E7%95%8C/' }])
    expect(folded).toMatchObject({ Prefix: '%E4%B8%96', Delimiter: '/' })
  })

  it('bounds the size of a page', async () => {
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000)
    expect(await list({ MaxKeys: 0 })).toMatchObject({ MaxKeys: 0, IsTruncated: false, Contents: [] })
  })

  it.each([
    [{ MaxKeys: -1 }, '400 InvalidArgument'],
    [{ MaxKeys: 'some' as '1' }, '400 InvalidArgument'],
    [{ EncodingType: 'base64' as 'url' }, '400 InvalidArgument'],
    [{ Delimiter: '//' }, '400 InvalidDelimiter'],
  ])('refuses %o', async (params, expected) => {
    expect(await refusal(list(params))).toBe(expected)
  })

  it('needs a bucket', async () => {
    expect(await refusal(at.cos.listObjects({ Bucket: newBucketName() }))).toBe('404 NoSuchBucket')
  })

  describe('of more than a page', () => {
    const many = Array.from({ length: 1003 }, (_, number) => `many/${String(number).padStart(5, '0')}`)

    it('holds 1,000 keys', async () => {
      const bucket = { Bucket: newBucketName() }
      await at.cos.putBucket(bucket)
      await Promise.all(many.map((Key) => at.cos.putObject({ ...bucket, Key, Body: '' })))
      const first = await at.cos.listObjects(bucket)
      expect(first.Contents.map(({ Key }) => Key)).toEqual(many.slice(0, 1000))
      expect(first).toMatchObject({ IsTruncated: true, NextMarker: many[999] })
      const all: string[] = []
      for await (const { Key } of at.cos.paginateObjects(bucket)) all.push(Key)
      expect(all).toEqual(many)
      const folded = await at.cos.listObjects({ ...bucket, Delimiter: '/' })
      expect(folded.CommonPrefixes).toEqual([{ Prefix: 'many/' }])
    })
  })
})
