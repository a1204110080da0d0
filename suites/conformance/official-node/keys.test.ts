// Keys that software on the way likes to change, by the official Node SDK.
import { describe, expect, it } from 'vitest'
import { ALIKE_KEYS, ODD_KEYS, REFUSED_KEYS } from '../cases/keys.js'
import { eachStyle, failureOf, headersOf, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })

  it.each(ODD_KEYS)('%j goes in, is read, listed and deleted', async (Key) => {
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
    for (const Key of ALIKE_KEYS) await at.cos.putObject({ ...named(Key), Body: Key })
    for (const Key of ALIKE_KEYS) expect((await at.cos.getObject(named(Key))).Body.toString()).toBe(Key)
    const Objects = ALIKE_KEYS.map((Key) => ({ Key }))
    await at.cos.deleteMultipleObject({ Bucket: at.Bucket, Region: at.Region, Objects })
  })

  describe('a key that no object can have', () => {
    const raw = () => at.client({ UseRawKey: true })
    it.each(REFUSED_KEYS)('%j is refused by each operation', async (Key, expected) => {
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
