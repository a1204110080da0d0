// GET Bucket, by the official Node SDK: pages, prefixes, folding, encoding.
import { beforeAll, describe, expect, it } from 'vitest'
import { byBytes, LIST_KEYS, LIST_MARKERS, LIST_PREFIXES } from '../cases/lists.js'
import { eachStyle, headersOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const bucket = () => ({ Bucket: at.Bucket, Region: at.Region })
  const list = (params: object = {}) => at.cos.getBucket({ ...bucket(), ...params })
  const shown = async (params: object = {}) => {
    const { Contents, CommonPrefixes } = await list(params)
    return { keys: Contents.map(({ Key }) => Key), prefixes: CommonPrefixes.map(({ Prefix }) => Prefix) }
  }

  beforeAll(async () => {
    await Promise.all(LIST_KEYS.map((Key) => at.cos.putObject({ ...bucket(), Key, Body: Key })))
  })

  it('lists all keys in order of their bytes', async () => {
    const page = await list()
    expect(page.Contents.map(({ Key }) => Key)).toEqual(LIST_KEYS)
    expect(page).toMatchObject({
      Name: at.Bucket,
      Prefix: '',
      Marker: '',
      MaxKeys: '1000',
      IsTruncated: 'false',
    })
    expect(page.NextMarker).toBeUndefined()
    expect(headersOf(page)['x-cos-bucket-region']).toBe(at.Region)
  })

  it('tells each object', async () => {
    const { Contents } = await list({ Prefix: 'a/1' })
    expect(Contents).toEqual([
      {
        Key: 'a/1',
        LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        Size: '3',
        Owner: { ID: '1250000000', DisplayName: '1250000000' },
        StorageClass: 'STANDARD',
      },
    ])
  })

  it.each(LIST_PREFIXES)('keeps to the prefix %s', async (Prefix) => {
    expect((await shown({ Prefix })).keys).toEqual(LIST_KEYS.filter((key) => key.startsWith(Prefix)))
    expect((await list({ Prefix })).Prefix).toBe(Prefix)
  })

  it('folds keys at the delimiter', async () => {
    const folded = await shown({ Delimiter: '/' })
    expect(folded.prefixes).toEqual(['a/', 'b/', '世界/'])
    expect(folded.keys).toEqual(LIST_KEYS.filter((key) => !key.includes('/')))
    expect(await shown({ Delimiter: '/', Prefix: 'a/' })).toEqual({
      keys: ['a/', 'a/1', 'a/2'],
      prefixes: ['a/b/', 'a/c/'],
    })
    expect((await shown({ Delimiter: '世' })).prefixes).toEqual(['世'])
    expect((await list({ Delimiter: '/' })).Delimiter).toBe('/')
  })

  it.each([1, 2, 3, 7])('pages by %d', async (MaxKeys) => {
    const keys: string[] = []
    let Marker = ''
    for (;;) {
      const page = await list({ MaxKeys, Marker })
      expect(page.Contents.length).toBeLessThanOrEqual(MaxKeys)
      expect(page.MaxKeys).toBe(String(MaxKeys))
      keys.push(...page.Contents.map(({ Key }) => Key))
      if (page.IsTruncated === 'false') break
      expect(page.NextMarker).toBe(keys.at(-1))
      Marker = page.NextMarker ?? ''
    }
    expect(keys).toEqual(LIST_KEYS)
  })

  it.each([1, 2, 3])('pages by %d through prefixes, each once', async (MaxKeys) => {
    const seen: string[] = []
    let Marker = ''
    for (;;) {
      const page = await list({ MaxKeys, Marker, Delimiter: '/' })
      const names = [
        ...page.Contents.map(({ Key }) => Key),
        ...page.CommonPrefixes.map(({ Prefix }) => Prefix),
      ]
      expect(names.length).toBeLessThanOrEqual(MaxKeys)
      seen.push(...names)
      if (page.IsTruncated === 'false') break
      Marker = page.NextMarker ?? ''
    }
    expect([...seen].sort(byBytes)).toEqual(
      [...LIST_KEYS.filter((key) => !key.includes('/')), 'a/', 'b/', '世界/'].sort(byBytes),
    )
  })

  it('starts strictly after the marker, whatever it is', async () => {
    for (const Marker of LIST_MARKERS) {
      expect((await shown({ Marker })).keys).toEqual(LIST_KEYS.filter((key) => byBytes(key, Marker) > 0))
    }
    expect((await shown({ Marker: 'a/', Delimiter: '/' })).prefixes).toEqual(['b/', '世界/'])
    expect((await shown({ Marker: 'a/1', Delimiter: '/' })).prefixes).toEqual(['a/', 'b/', '世界/'])
  })

  it('finds nothing under a prefix longer than any key', async () => {
    expect(await shown({ Prefix: 'p'.repeat(5000) })).toEqual({ keys: [], prefixes: [] })
  })

  it('encodes keys when it is asked to', async () => {
    const page = await list({ EncodingType: 'url', Prefix: 'a', Marker: 'a b', MaxKeys: 2 })
    expect(page.EncodingType).toBe('url')
    expect(page.Marker).toBe('a%20b')
    expect(page.Contents.map(({ Key }) => Key)).toEqual(['a%26b%3Dc', 'a%2Bb'])
    expect(page.NextMarker).toBe('a%2Bb')
    const folded = await list({ EncodingType: 'url', Delimiter: '/', Prefix: '世' })
    expect(folded.CommonPrefixes).toEqual([{ Prefix: '%E4%B8%96%E7%95%8C/' }])
    expect(folded.Prefix).toBe('%E4%B8%96')
    expect(folded.Delimiter).toBe('/')
  })

  it('bounds the size of a page', async () => {
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe('1000')
    const none = await list({ MaxKeys: 0 })
    expect(none).toMatchObject({ MaxKeys: '0', IsTruncated: 'false', Contents: [] })
  })

  it.each([
    [{ MaxKeys: -1 }, '400 InvalidArgument'],
    [{ MaxKeys: 'some' }, '400 InvalidArgument'],
    [{ EncodingType: 'base64' }, '400 InvalidArgument'],
    [{ Delimiter: '//' }, '400 InvalidDelimiter'],
  ])('refuses %o', async (params, expected) => {
    expect(await refusal(list(params))).toBe(expected)
  })

  it('needs a bucket', async () => {
    expect(await refusal(at.cos.getBucket({ Bucket: newBucketName(), Region: at.Region }))).toBe(
      '404 NoSuchBucket',
    )
  })

  describe('of more than a page', () => {
    const many = Array.from({ length: 1203 }, (_, number) => `many/${String(number).padStart(5, '0')}`)

    it('holds 1,000 keys', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region }
      await at.cos.putBucket(own)
      await Promise.all(many.map((Key) => at.cos.putObject({ ...own, Key, Body: '' })))
      const first = await at.cos.getBucket(own)
      expect(first.Contents.map(({ Key }) => Key)).toEqual(many.slice(0, 1000))
      expect(first).toMatchObject({ IsTruncated: 'true', NextMarker: many[999] })
      const rest = await at.cos.getBucket({ ...own, Marker: first.NextMarker ?? '' })
      expect(rest.Contents.map(({ Key }) => Key)).toEqual(many.slice(1000))
      expect((await at.cos.getBucket({ ...own, Delimiter: '/' })).CommonPrefixes).toEqual([
        { Prefix: 'many/' },
      ])
    })
  })
})
