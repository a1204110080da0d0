// What browsers ask before a page of another origin sends its request, by our own SDK.
import { beforeAll, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  let Bucket: string
  const ask = (more: object = {}) =>
    at.cos.optionsObject({
      Bucket,
      Key: 'a/中.txt',
      Origin: 'https://example.com',
      AccessControlRequestMethod: 'PUT',
      ...more,
    })

  beforeAll(async () => {
    Bucket = newBucketName()
    await at.cos.putBucket({ Bucket })
    const named = {
      AllowedOrigin: ['https://example.com'],
      AllowedMethod: ['GET', 'PUT'],
      AllowedHeader: ['x-cos-*', 'Content-Type'],
      ExposeHeader: ['ETag', 'x-cos-request-id'],
      MaxAgeSeconds: 60,
    }
    const any = { AllowedOrigin: ['*'], AllowedMethod: ['GET'] }
    await at.cos.putBucketCors({ Bucket, CORSRule: [named, any], ResponseVary: true })
  })

  it('is told what a rule allows', async () => {
    expect(await ask({ AccessControlRequestHeaders: 'content-type, X-COS-ACL' })).toMatchObject({
      statusCode: 200,
      AccessControlAllowOrigin: 'https://example.com',
      AccessControlAllowCredentials: true,
      AccessControlAllowMethods: 'GET,PUT',
      AccessControlAllowHeaders: 'content-type,X-COS-ACL',
      AccessControlExposeHeaders: 'ETag,x-cos-request-id',
      AccessControlMaxAge: 60,
      Vary: 'Origin',
    })
  })

  it('is told the headers of the rule when it asks for none', async () => {
    expect((await ask()).AccessControlAllowHeaders).toBe('x-cos-*,Content-Type')
  })

  it('is told * where any origin may come', async () => {
    const told = await ask({ Origin: 'http://other.org', AccessControlRequestMethod: 'GET' })
    expect(told.AccessControlAllowOrigin).toBe('*')
    expect(told).not.toHaveProperty('AccessControlAllowCredentials')
    expect(told).not.toHaveProperty('AccessControlMaxAge')
  })

  it('is refused where no rule allows it', async () => {
    expect(await refusal(ask({ Origin: 'http://other.org' }))).toBe('403 AccessForbidden')
    expect(await refusal(ask({ AccessControlRequestMethod: 'DELETE' }))).toBe('403 AccessForbidden')
    expect(await refusal(ask({ AccessControlRequestHeaders: 'x-cos-acl,range' }))).toBe('403 AccessForbidden')
    expect(await refusal(ask({ Bucket: at.Bucket }))).toBe('403 AccessForbidden')
  })

  it('needs the bucket, and no signature', async () => {
    expect(await refusal(ask({ Bucket: newBucketName() }))).toBe('404 NoSuchBucket')
    const anonymous = at.client({ SecretId: undefined, SecretKey: undefined })
    const asked = { Bucket, Key: 'k', Origin: 'https://example.com', AccessControlRequestMethod: 'GET' }
    expect((await anonymous.optionsObject(asked)).statusCode).toBe(200)
  })
})
