// Cross-origin rules of buckets, by our own SDK.
import { expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

const FULL = {
  ID: 'rule <1>',
  AllowedOrigin: ['https://example.com', 'http://*.example.org:8080'],
  AllowedMethod: ['GET', 'PUT'],
  AllowedHeader: ['*'],
  ExposeHeader: ['ETag'],
  MaxAgeSeconds: 600,
}
const BARE = { AllowedOrigin: ['*'], AllowedMethod: ['GET'] }

eachStyle((at) => {
  const fresh = async () => {
    const Bucket = newBucketName()
    await at.cos.putBucket({ Bucket })
    return Bucket
  }

  it('are told as they were put', async () => {
    const Bucket = await fresh()
    await at.cos.putBucketCors({ Bucket, CORSRule: [FULL, BARE], ResponseVary: true })
    expect(await at.cos.getBucketCors({ Bucket })).toMatchObject({
      CORSRule: [FULL, { ...BARE, AllowedHeader: [], ExposeHeader: [] }],
      ResponseVary: true,
    })
    await at.cos.putBucketCors({ Bucket, CORSRule: [BARE] })
    const got = await at.cos.getBucketCors({ Bucket })
    expect([got.CORSRule.length, got.ResponseVary]).toEqual([1, false])
  })

  it('are gone once deleted', async () => {
    const Bucket = await fresh()
    expect(await refusal(at.cos.getBucketCors({ Bucket }))).toBe('404 NoSuchCORSConfiguration')
    await at.cos.putBucketCors({ Bucket, CORSRule: [BARE] })
    for (let time = 0; time < 2; time++) {
      expect((await at.cos.deleteBucketCors({ Bucket })).statusCode).toBe(204)
      expect(await refusal(at.cos.getBucketCors({ Bucket }))).toBe('404 NoSuchCORSConfiguration')
    }
  })

  it('are refused where they make no sense', async () => {
    const Bucket = await fresh()
    const put = (...CORSRule: (typeof BARE)[]) => refusal(at.cos.putBucketCors({ Bucket, CORSRule }))
    expect(await put({ ...BARE, AllowedMethod: ['OPTIONS'] })).toBe('400 InvalidRequest')
    expect(await put({ ...BARE, AllowedMethod: [] })).toBe('400 InvalidRequest')
    expect(await put({ ...BARE, AllowedOrigin: ['http://a b'] })).toBe('400 InvalidRequest')
    expect(await put()).toBe('400 MalformedXML')
    expect(await put(...Array.from({ length: 101 }, () => BARE))).toBe('validation')
    const long = {
      ...BARE,
      AllowedOrigin: Array.from({ length: 70 }, (_, at) => `http://${at}${'x'.repeat(1000)}`),
    }
    expect(await put(long)).toBe('400 XMLSizeLimit')
    expect(await refusal(at.cos.getBucketCors({ Bucket }))).toBe('404 NoSuchCORSConfiguration')
  })

  it('need the bucket', async () => {
    const Bucket = newBucketName()
    expect(await refusal(at.cos.putBucketCors({ Bucket, CORSRule: [BARE] }))).toBe('404 NoSuchBucket')
    expect(await refusal(at.cos.getBucketCors({ Bucket }))).toBe('404 NoSuchBucket')
    expect(await refusal(at.cos.deleteBucketCors({ Bucket }))).toBe('404 NoSuchBucket')
  })
})
