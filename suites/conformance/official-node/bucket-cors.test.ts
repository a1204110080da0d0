// Cross-origin rules of buckets, by the official Node SDK.
import type COS from 'cos-nodejs-sdk-v5'
import { describe, expect, it } from 'vitest'
import { eachStyle, headersOf, newBucketName, refusal } from './stations.js'

const RULE: COS.CORSRule & { ID: string } = {
  ID: 'rule 1',
  AllowedOrigin: ['https://example.com', 'http://*.example.org:8080'],
  AllowedMethod: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
  AllowedHeader: ['Content-Type', 'x-cos-*'],
  ExposeHeader: ['ETag', 'x-cos-request-id'],
  MaxAgeSeconds: 600,
}
/** As the SDK tells it: names in the plural, numbers as text. */
const TOLD = {
  ID: 'rule 1',
  AllowedOrigins: RULE.AllowedOrigin,
  AllowedMethods: RULE.AllowedMethod,
  AllowedHeaders: RULE.AllowedHeader,
  ExposeHeaders: RULE.ExposeHeader,
  MaxAgeSeconds: '600',
}

eachStyle((at) => {
  const fresh = async () => {
    const bucket = { Bucket: newBucketName(), Region: at.Region }
    await at.cos.putBucket(bucket)
    return bucket
  }

  describe('rules', () => {
    it('are told as they were put', async () => {
      const bucket = await fresh()
      expect((await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })).statusCode).toBe(200)
      const got = await at.cos.getBucketCors(bucket)
      expect(got.CORSRules).toEqual([TOLD])
      expect(got.ResponseVary).toBe('false')
    })

    it('are taken in each form the SDK has for them', async () => {
      const bucket = await fresh()
      const one = { AllowedOrigin: '*', AllowedMethod: 'GET' }
      const plural = { AllowedOrigins: ['*'], AllowedMethods: ['GET'], AllowedHeaders: ['*'] }
      for (const params of [
        { CORSRules: one },
        { CORSRules: [plural] },
        { CORSConfiguration: { CORSRules: [one, plural] } },
      ]) {
        await at.cos.putBucketCors({ ...bucket, ...params } as never)
        const { CORSRules } = await at.cos.getBucketCors(bucket)
        expect(CORSRules[0]).toMatchObject({ AllowedOrigins: ['*'], AllowedMethods: ['GET'] })
        expect(CORSRules).toHaveLength('CORSConfiguration' in params ? 2 : 1)
      }
    })

    it('vary replies when they are told to', async () => {
      const bucket = await fresh()
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE], ResponseVary: 'true' })
      expect((await at.cos.getBucketCors(bucket)).ResponseVary).toBe('true')
      expect(headersOf(await at.cos.headBucket(bucket)).vary).toBe('Origin')
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })
      expect(headersOf(await at.cos.headBucket(bucket)).vary).toBeUndefined()
    })

    it('are gone once deleted', async () => {
      const bucket = await fresh()
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })
      expect((await at.cos.deleteBucketCors(bucket)).statusCode).toBe(204)
      expect(await at.cos.getBucketCors(bucket)).toMatchObject({ statusCode: 404, CORSRules: [] })
      expect((await at.cos.deleteBucketCors(bucket)).statusCode).toBe(204)
      await at.cos.deleteBucket(bucket)
    })

    it('go with their bucket', async () => {
      const bucket = await fresh()
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })
      await at.cos.deleteBucket(bucket)
      await at.cos.putBucket(bucket)
      expect((await at.cos.getBucketCors(bucket)).statusCode).toBe(404)
    })

    it('that can not be are refused, and the old ones stay', async () => {
      const bucket = await fresh()
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })
      const put = (...CORSRules: object[]) =>
        refusal(at.cos.putBucketCors({ ...bucket, CORSRules: CORSRules as COS.CORSRule[] }))
      expect(await put()).toBe('400 MalformedXML')
      expect(await put({ ...RULE, AllowedMethod: ['PATCH'] })).toBe('400 InvalidRequest')
      expect(await put({ ...RULE, AllowedOrigin: ['http://*.*'] })).toBe('400 InvalidRequest')
      expect(await put({ ...RULE, AllowedOrigin: [] })).toBe('400 InvalidRequest')
      expect(await put({ ...RULE, ExposeHeader: ['*'] })).toBe('400 InvalidRequest')
      expect(await put({ ...RULE, MaxAgeSeconds: -1 })).toBe('400 MalformedXML')
      expect(await put(...Array.from({ length: 101 }, () => RULE))).toBe('400 MalformedXML')
      expect((await at.cos.getBucketCors(bucket)).CORSRules).toEqual([TOLD])
    })

    it('need the bucket', async () => {
      const none = { Bucket: newBucketName(), Region: at.Region }
      expect(await refusal(at.cos.putBucketCors({ ...none, CORSRules: [RULE] }))).toBe('404 NoSuchBucket')
      expect(await refusal(at.cos.getBucketCors(none))).toBe('404 NoSuchBucket')
      expect(await refusal(at.cos.deleteBucketCors(none))).toBe('404 NoSuchBucket')
    })
  })
})
