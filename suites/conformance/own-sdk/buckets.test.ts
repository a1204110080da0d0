// Buckets and the service, by our own SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const make = async () => {
    const bucket = { Bucket: newBucketName() }
    await at.cos.putBucket(bucket)
    return bucket
  }

  describe('putBucket', () => {
    it.each([
      'private',
      'public-read',
      'public-read-write',
      'authenticated-read',
    ])('makes a bucket that is %s', async (ACL) => {
      const Bucket = newBucketName()
      const made = await at.cos.putBucket({ Bucket, ACL })
      expect(made.statusCode).toBe(200)
      expect(made.requestId).toMatch(/^[A-Za-z0-9+/]+=*$/)
      expect(await at.cos.bucketExists({ Bucket })).toBe(true)
    })

    it('takes grants', async () => {
      const made = await at.cos.putBucket({
        Bucket: newBucketName(),
        GrantRead: 'id="100000000001",id="100000000001/100000000011"',
        GrantFullControl: 'id="qcs::cam::uin/100000000001:uin/100000000001"',
      })
      expect(made.statusCode).toBe(200)
    })

    it('refuses an ACL and a grant that are none', async () => {
      const Bucket = newBucketName()
      expect(await refusal(at.cos.putBucket({ Bucket, ACL: 'everyone' }))).toBe('400 InvalidArgument')
      expect(await refusal(at.cos.putBucket({ Bucket, GrantRead: 'somebody' }))).toBe('400 InvalidArgument')
      expect(await at.cos.bucketExists({ Bucket })).toBe(false)
    })

    it('refuses a bucket that is there', async () => {
      expect(await refusal(at.cos.putBucket(await make()))).toBe('409 BucketAlreadyOwnedByYou')
    })

    it.each([
      ['-abc-1250000000', 'validation'],
      ['a/b-1250000000', 'validation'],
      ['a.example.com/-1250000000', 'validation'],
      ['', 'validation'],
      [`${'b'.repeat(50)}-1250000000`, '400 BucketNameTooLong'],
    ])('refuses the name %j', async (Bucket, expected) => {
      expect(await refusal(at.cos.putBucket({ Bucket }))).toBe(expected)
    })

    it('refuses what it has not: multi-zone buckets and metadata acceleration', async () => {
      const Bucket = newBucketName()
      expect(await refusal(at.cos.putBucket({ Bucket, BucketAZConfig: 'MAZ' }))).toBe(
        '400 MultiAZFeatureNotSupport',
      )
      expect(await refusal(at.cos.putBucket({ Bucket, BucketArchConfig: 'OFS' }))).toBe('501 NotImplemented')
    })

    it('appends the APPID of the client', async () => {
      const client = at.client({ AppId: 1250000000 })
      await client.putBucket({ Bucket: 'appended' })
      expect((await client.headBucket({ Bucket: 'appended-1250000000' })).statusCode).toBe(200)
      expect((await at.cos.headBucket({ Bucket: 'appended-1250000000' })).statusCode).toBe(200)
    })
  })

  describe('headBucket', () => {
    it('tells the region', async () => {
      const head = await at.cos.headBucket({ Bucket: at.Bucket })
      expect(head).toMatchObject({ statusCode: 200, BucketRegion: at.server.region })
      expect(head.headers['x-cos-bucket-region']).toBe(at.server.region)
    })

    it('answers 404 for a bucket that is not there', async () => {
      const failure = await failureOf(at.cos.headBucket({ Bucket: newBucketName() }))
      expect(failure).toMatchObject({ statusCode: 404, code: 'NoSuchBucket', method: 'HEAD' })
    })

    it('answers 403 to a key pair that is not the server’s', async () => {
      for (const keys of [{ SecretId: 'AKIDunknown' }, { SecretKey: 'wrong' }]) {
        expect(await refusal(at.client(keys).headBucket({ Bucket: at.Bucket }))).toBe('403 AccessDenied')
      }
    })
  })

  describe('deleteBucket', () => {
    it('removes an empty bucket', async () => {
      const bucket = await make()
      expect((await at.cos.deleteBucket(bucket)).statusCode).toBe(204)
      expect(await at.cos.bucketExists(bucket)).toBe(false)
      expect(await refusal(at.cos.deleteBucket(bucket))).toBe('404 NoSuchBucket')
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
      await at.cos.putBucketVersioning({ ...bucket, Status: 'Enabled' })
      const { VersionId } = await at.cos.deleteObject({ ...bucket, Key: 'a' })
      expect(await refusal(at.cos.deleteBucket(bucket))).toBe('409 BucketNotEmpty')
      await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId })
      expect((await at.cos.deleteBucket(bucket)).statusCode).toBe(204)
    })

    it('leaves nothing for a namesake', async () => {
      const bucket = await make()
      await at.cos.putBucketVersioning({ ...bucket, Status: 'Enabled' })
      await at.cos.deleteBucket(bucket)
      await at.cos.putBucket(bucket)
      expect((await at.cos.getBucketVersioning(bucket)).Status).toBeUndefined()
    })
  })

  describe('versioning', () => {
    it('has three states and no way back to the first', async () => {
      const bucket = await make()
      const state = async () => (await at.cos.getBucketVersioning(bucket)).Status
      const set = (Status: string) => at.cos.putBucketVersioning({ ...bucket, Status: Status as 'Enabled' })
      expect(await state()).toBeUndefined()
      for (const Status of ['Enabled', 'Suspended', 'Enabled']) {
        expect((await set(Status)).statusCode).toBe(200)
        expect(await state()).toBe(Status)
      }
      expect(await refusal(set('Off'))).toBe('400 MalformedXML')
      expect(await refusal(set(''))).toBe('400 MalformedXML')
      expect(await state()).toBe('Enabled')
    })

    it('needs a bucket', async () => {
      const bucket = { Bucket: newBucketName() }
      expect(await refusal(at.cos.getBucketVersioning(bucket))).toBe('404 NoSuchBucket')
      const put = at.cos.putBucketVersioning({ ...bucket, Status: 'Enabled' })
      expect(await refusal(put)).toBe('404 NoSuchBucket')
    })
  })
})

eachStyle((at) => {
  const names = ['alpha-1250000000', 'beta-1250000000', 'gamma-1250000000', 'zeta-1250000000']
  const tags = ['team=red', 'team=blue&stage=test', 'team=red&stage=live', undefined]
  type Input = Parameters<typeof at.cos.listBuckets>[0]
  const listed = async (input?: Input) => (await at.cos.listBuckets(input)).Buckets.map(({ Name }) => Name)

  beforeAll(async () => {
    await at.cos.deleteBucket({ Bucket: at.Bucket })
    for (const [index, Bucket] of names.entries()) await at.cos.putBucket({ Bucket, Tagging: tags[index] })
  })

  describe('listBuckets', () => {
    it('lists all buckets in order of name', async () => {
      const { Buckets, Owner, IsTruncated } = await at.cos.listBuckets()
      expect(Buckets.map(({ Name }) => Name)).toEqual(names)
      expect(Owner).toEqual({ ID: 'qcs::cam::uin/1250000000:uin/1250000000', DisplayName: '1250000000' })
      expect(IsTruncated ?? false).toBe(false)
      for (const bucket of Buckets) {
        expect(bucket.Location).toBe(at.server.region)
        expect(Math.abs(bucket.CreationDate.getTime() - Date.now())).toBeLessThan(600_000)
      }
    })

    it('lists those of a region', async () => {
      expect(await listed({ Region: at.server.region })).toEqual(names)
      expect(await listed({ Region: 'ap-beijing' })).toEqual([])
    })

    it('pages by marker and size', async () => {
      expect(await at.cos.listBuckets({ MaxKeys: 2 })).toMatchObject({
        IsTruncated: true,
        NextMarker: 'beta-1250000000',
      })
      expect(await listed({ MaxKeys: 2 })).toEqual(names.slice(0, 2))
      expect(await listed({ MaxKeys: '2', Marker: 'beta-1250000000' })).toEqual(names.slice(2))
      expect(await listed({ Marker: 'b' })).toEqual(names.slice(1))
      expect(await listed({ Marker: 'zeta-1250000000' })).toEqual([])
      expect(await listed({ MaxKeys: 2000 })).toEqual(names)
    })

    it('filters by tag', async () => {
      expect(await listed({ TagKey: 'team' })).toEqual(names.slice(0, 3))
      expect(await listed({ TagKey: 'team', TagValue: 'red' })).toEqual([names[0], names[2]])
      expect(await listed({ TagKey: 'stage', TagValue: 'none' })).toEqual([])
    })

    it.each([
      ['gt', -3600, 4],
      ['gte', -3600, 4],
      ['lt', -3600, 0],
      ['lte', -3600, 0],
      ['gt', 3600, 0],
      ['gte', 3600, 0],
      ['lt', 3600, 4],
      ['lte', 3600, 4],
    ] as const)('filters by creation: %s %d seconds from now finds %d', async (Range, seconds, expected) => {
      const CreateTime = new Date(Date.now() + seconds * 1000)
      expect(await listed({ Range, CreateTime })).toHaveLength(expected)
    })

    it.each([
      { MaxKeys: -1 },
      { MaxKeys: 'many' as '1' },
      { CreateTime: 'today' },
      { CreateTime: '1', Range: 'near' as 'lt' },
    ])('refuses %o', async (input) => {
      expect(await refusal(at.cos.listBuckets(input))).toBe('400 InvalidArgument')
    })
  })
})
