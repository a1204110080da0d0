// Keys that software on the way likes to change, by the official Node SDK.
import { describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, refusal } from './stations.js'

const ODD = [
  'a b',
  ' leading',
  'trailing  ',
  'a+b',
  'a%b',
  'a%20b',
  '%2F',
  'a&b=c',
  'a=b',
  'a?b',
  'a#b',
  `it's "quoted"`,
  '<tag>&amp;',
  'a;b,c:d@e!f$g',
  '(a)*[b]{c}|d^e`f~g',
  '中文/路径/文件.txt',
  '😀/👩‍👩‍👧',
  'é vs e\u0301',
  'a\\b',
  '\uE000\uFFFD',
  './a',
  'a/../b',
  'a//b',
  'a/.',
  'a/..',
  '../a',
  '...',
  'a/./b',
  'a/',
  'a//',
  '.hidden',
  'acl',
  'uploads',
  'versions',
  '?acl',
  'index.html?versionId=null',
  'http://example.com/a',
  'tab\there',
  'line\nbreak',
  'null',
  '__proto__',
  'health/live',
  'health/ready',
  'k'.repeat(850),
  '世'.repeat(283),
]

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })

  it.each(ODD)('%j goes in, is read, listed and deleted', async (Key) => {
    const put = await at.cos.putObject({ ...named(Key), Body: `body of ${Key}` })
    expect(put.statusCode).toBe(200)
    // Of its own accord the SDK refuses to fetch keys that a path resolver would take for the bucket.
    const got = await at.client({ ObjectKeySimplifyCheck: false }).getObject(named(Key))
    expect(got.Body.toString()).toBe(`body of ${Key}`)
    expect((await at.cos.headObject(named(Key))).ETag).toBe(put.ETag)
    const page = { Bucket: at.Bucket, Region: at.Region, Prefix: Key }
    const { Contents } = await at.cos.getBucket(page)
    expect(Contents.map((object) => object.Key)).toEqual([Key])
    const encoded = await at.cos.getBucket({ ...page, EncodingType: 'url' })
    expect(encoded.Contents.map((object) => decodeURIComponent(object.Key))).toEqual([Key])
    expect((await at.cos.deleteObject(named(Key))).statusCode).toBe(204)
    expect((await failureOf(at.cos.headObject(named(Key)))).statusCode).toBe(404)
  })

  it('keeps keys apart that only look alike', async () => {
    const alike = ['a/b', 'a//b', 'a/./b', 'a%2Fb', 'A/b', 'a/b/', 'e\u0301', 'é']
    for (const Key of alike) await at.cos.putObject({ ...named(Key), Body: Key })
    for (const Key of alike) expect((await at.cos.getObject(named(Key))).Body.toString()).toBe(Key)
    const Objects = alike.map((Key) => ({ Key }))
    await at.cos.deleteMultipleObject({ Bucket: at.Bucket, Region: at.Region, Objects })
  })

  describe('a key that no object can have', () => {
    const raw = () => at.client({ UseRawKey: true })
    it.each([
      ['k'.repeat(851), '400 KeyTooLong'],
      ['世'.repeat(284), '400 KeyTooLong'],
      ['k'.repeat(3000), '400 KeyTooLong'],
      ['\\a', '400 InvalidObjectName'],
      ['a\u0018b', '400 InvalidObjectName'],
      ['a\u001bb', '400 InvalidObjectName'],
      ['a\u0000b', '400 InvalidObjectName'],
    ])('%j is refused by each operation', async (Key, expected) => {
      expect(await refusal(raw().putObject({ ...named(Key), Body: 'x' }))).toBe(expected)
      expect(await refusal(raw().getObject(named(Key)))).toBe(expected)
      expect(await refusal(raw().deleteObject(named(Key)))).toBe(expected)
      expect((await failureOf(raw().headObject(named(Key)))).statusCode).toBe(400)
      const { Contents } = await at.cos.getBucket({ Bucket: at.Bucket, Region: at.Region })
      expect(Contents).toEqual([])
    })

    it('leads with a slash', async () => {
      // The SDK takes one slash away, so a key keeps one of two.
      expect(await refusal(at.cos.putObject({ ...named('//a'), Body: 'x' }))).toBe('400 InvalidObjectName')
      const put = await at.cos.putObject({ ...named('/a'), Body: 'x' })
      expect(headersOf(await at.cos.headObject(named('a'))).etag).toBe(put.ETag)
      await at.cos.deleteObject(named('a'))
    })
  })
})
