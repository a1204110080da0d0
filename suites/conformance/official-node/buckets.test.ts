// Buckets and the service, by the official Node SDK.
import { describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const make = async (headers: Record<string, string> = {}) => {
    const Bucket = newBucketName()
    await at.cos.putBucket({ Bucket, Region: at.Region, Headers: headers })
    return { Bucket, Region: at.Region }
  }

  describe('putBucket', () => {
    it.each([
      'private',
      'public-read',
      'public-read-write',
      'authenticated-read',
    ] as const)('makes a bucket that is %s', async (ACL) => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      const made = await at.cos.putBucket({ ...bucket, ACL: ACL as 'private' })
      expect(made.statusCode).toBe(200)
      expect((await at.cos.headBucket(bucket)).statusCode).toBe(200)
    })

    it('takes grants', async () => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      const made = await at.cos.putBucket({
        ...bucket,
        GrantRead: 'id="100000000001",id="100000000001/100000000011"',
        GrantFullControl: 'id="qcs::cam::uin/100000000001:uin/100000000001"',
      })
      expect(made.statusCode).toBe(200)
    })

    it('refuses an ACL and a grant that are none', async () => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      expect(await refusal(at.cos.putBucket({ ...bucket, Headers: { 'x-cos-acl': 'everyone' } }))).toBe(
        '400 InvalidArgument',
      )
      expect(await refusal(at.cos.putBucket({ ...bucket, GrantRead: 'somebody' }))).toBe(
        '400 InvalidArgument',
      )
      expect(await refusal(at.cos.headBucket(bucket))).toBe('404 404')
    })

    it('refuses a bucket that is there', async () => {
      const bucket = await make()
      expect(await refusal(at.cos.putBucket(bucket))).toBe('409 BucketAlreadyOwnedByYou')
    })

    it.each([
      ['-abc-1250000000', '400 InvalidBucketName'],
      ['--1250000000', '400 InvalidBucketName'],
      [`${'b'.repeat(50)}-1250000000`, '400 BucketNameTooLong'],
    ])('refuses the name %s', async (Bucket, expected) => {
      expect(await refusal(at.cos.putBucket({ Bucket, Region: at.Region }))).toBe(expected)
    })

    it('refuses what it has not: multi-zone buckets and metadata acceleration', async () => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      expect(await refusal(at.cos.putBucket({ ...bucket, BucketAZConfig: 'MAZ' }))).toBe(
        '400 MultiAZFeatureNotSupport',
      )
      const failure = await failureOf(at.cos.putBucket({ ...bucket, BucketArchConfig: 'OFS' } as never))
      expect(failure).toMatchObject({ statusCode: 501, code: 'NotImplemented' })
    })
  })

  describe('headBucket', () => {
    it('tells the region', async () => {
      const head = await at.cos.headBucket({ Bucket: at.Bucket, Region: at.Region })
      expect(head.statusCode).toBe(200)
      expect(headersOf(head)['x-cos-bucket-region']).toBe(at.Region)
      expect(head.RequestId).toMatch(/^[A-Za-z0-9+/]+=*$/)
    })

    it('answers 404 for a bucket that is not there', async () => {
      const failure = await failureOf(at.cos.headBucket({ Bucket: newBucketName(), Region: at.Region }))
      expect(failure.statusCode).toBe(404)
      expect(failure.headers?.['content-length']).toBe('0')
    })

    it('answers 403 to an unknown key id', async () => {
      const stranger = at.client({
        SecretId: 'AKIDunknown',
        SecretKey: 'x',
        getAuthorization: undefined as never,
      })
      expect(
        (await failureOf(stranger.headBucket({ Bucket: at.Bucket, Region: at.Region }))).statusCode,
      ).toBe(403)
    })
  })

  describe('deleteBucket', () => {
    it('removes an empty bucket', async () => {
      const bucket = await make()
      expect((await at.cos.deleteBucket(bucket)).statusCode).toBe(204)
      expect((await failureOf(at.cos.headBucket(bucket))).statusCode).toBe(404)
    })

    it('refuses a bucket that is not there', async () => {
      expect(await refusal(at.cos.deleteBucket({ Bucket: newBucketName(), Region: at.Region }))).toBe(
        '404 NoSuchBucket',
      )
    })

    it('refuses a bucket with an object', async () => {
      const bucket = await make()
      await at.cos.putObject({ ...bucket, Key: 'a', Body: 'a' })
      expect(await refusal(at.cos.deleteBucket(bucket))).toBe('409 BucketNotEmpty')
      await at.cos.deleteObject({ ...bucket, Key: 'a' })
      expect((await at.cos.deleteBucket(bucket)).statusCode).toBe(204)
    })

    it('refuses a bucket that holds only a delete marker', async () => {
      const bucket = await make()
      await at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } })
      const { VersionId } = await at.cos.deleteObject({ ...bucket, Key: 'a' })
      expect(await refusal(at.cos.deleteBucket(bucket))).toBe('409 BucketNotEmpty')
      await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId: VersionId ?? '' })
      expect((await at.cos.deleteBucket(bucket)).statusCode).toBe(204)
    })

    it('leaves nothing for a namesake', async () => {
      const bucket = await make()
      await at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } })
      await at.cos.deleteBucket(bucket)
      await at.cos.putBucket(bucket)
      const { VersioningConfiguration } = await at.cos.getBucketVersioning(bucket)
      expect(VersioningConfiguration).toEqual({})
    })
  })

  describe('versioning', () => {
    it('has three states and no way back to the first', async () => {
      const bucket = await make()
      const state = async () => (await at.cos.getBucketVersioning(bucket)).VersioningConfiguration
      const set = (Status: string) =>
        at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: Status as 'Enabled' } })
      expect(await state()).toEqual({})
      expect((await set('Enabled')).statusCode).toBe(200)
      expect(await state()).toEqual({ Status: 'Enabled' })
      await set('Suspended')
      expect(await state()).toEqual({ Status: 'Suspended' })
      await set('Enabled')
      expect(await state()).toEqual({ Status: 'Enabled' })
      expect(await refusal(set('Off'))).toBe('400 MalformedXML')
      expect(await refusal(set(''))).toBe('400 MalformedXML')
    })

    it('needs a bucket', async () => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      expect(await refusal(at.cos.getBucketVersioning(bucket))).toBe('404 NoSuchBucket')
      const put = at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: 'Enabled' } })
      expect(await refusal(put)).toBe('404 NoSuchBucket')
    })
  })
})
