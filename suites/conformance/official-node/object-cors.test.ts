// What browsers ask before a page of another origin sends its request, by the official Node SDK.
import type COS from 'cos-nodejs-sdk-v5'
import { describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

const RULE: COS.CORSRule = {
  AllowedOrigin: ['https://example.com', 'http://*.example.org:8080'],
  AllowedMethod: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
  AllowedHeader: ['Content-Type', 'x-cos-*'],
  ExposeHeader: ['ETag', 'x-cos-request-id'],
  MaxAgeSeconds: 600,
}

eachStyle((at) => {
  const fresh = async () => {
    const bucket = { Bucket: newBucketName(), Region: at.Region }
    await at.cos.putBucket(bucket)
    return bucket
  }

  describe('a preflight', () => {
    const ask = (bucket: { Bucket: string; Region: string }, params: Partial<COS.OptionsObjectParams> = {}) =>
      at.cos.optionsObject({
        ...bucket,
        Key: 'a/中.txt',
        Origin: 'https://example.com',
        AccessControlRequestMethod: 'PUT',
        AccessControlRequestHeaders: 'content-type,X-Cos-Meta-a',
        ...params,
      })

    it('is told what the rule allows', async () => {
      const bucket = await fresh()
      await at.cos.putBucketCors({ ...bucket, CORSRules: [RULE] })
      expect(await ask(bucket)).toMatchObject({
        statusCode: 200,
        AccessControlAllowOrigin: 'https://example.com',
        AccessControlAllowMethods: 'GET,PUT,POST,DELETE,HEAD',
        AccessControlAllowHeaders: 'content-type,X-Cos-Meta-a',
        AccessControlExposeHeaders: 'ETag,x-cos-request-id',
        AccessControlMaxAge: '600',
      })
    })

    it('is refused where no rule allows it', async () => {
      const bucket = await fresh()
      const forbidden = { OptionsForbidden: true, statusCode: 403 }
      expect(await ask(bucket)).toEqual(forbidden)
      await at.cos.putBucketCors({ ...bucket, CORSRules: [{ ...RULE, AllowedMethod: ['GET', 'PUT'] }] })
      expect(await ask(bucket)).toMatchObject({ statusCode: 200 })
      expect(await ask(bucket, { Origin: 'https://example.org' })).toEqual(forbidden)
      expect(await ask(bucket, { AccessControlRequestMethod: 'DELETE' })).toEqual(forbidden)
      expect(await ask(bucket, { AccessControlRequestHeaders: 'authorization' })).toEqual(forbidden)
    })

    it('needs the bucket', async () => {
      expect(await refusal(ask({ Bucket: newBucketName(), Region: at.Region }))).toBe('404 NoSuchBucket')
    })
  })
})
