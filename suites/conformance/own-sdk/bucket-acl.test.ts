// Access control lists of buckets, by our own SDK.
import { describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'
const OWN = {
  Grantee: { Type: 'CanonicalUser', ID: OWNER, DisplayName: OWNER },
  Permission: 'FULL_CONTROL',
} as const
const ALL_USERS = { Type: 'Group', URI: 'http://cam.qcloud.com/groups/global/AllUsers' } as const
const AUTHENTICATED = {
  Type: 'Group',
  URI: 'http://cam.qcloud.com/groups/global/AuthenticatedUsers',
} as const
const user = (ID: string) => ({ Type: 'CanonicalUser', ID, DisplayName: ID }) as const

eachStyle((at) => {
  const fresh = async () => {
    const Bucket = newBucketName()
    await at.cos.putBucket({ Bucket })
    return Bucket
  }

  it('of a new bucket is private', async () => {
    const got = await at.cos.getBucketAcl({ Bucket: await fresh() })
    expect(got).toMatchObject({ ACL: 'private', Owner: { ID: OWNER }, AccessControlList: [OWN] })
  })

  describe('is set', () => {
    it.each([
      ['private', []],
      ['public-read', [{ Grantee: ALL_USERS, Permission: 'READ' }]],
      ['authenticated-read', [{ Grantee: AUTHENTICATED, Permission: 'READ' }]],
    ] as const)('to %s', async (ACL, grants) => {
      const Bucket = await fresh()
      await at.cos.putBucketAcl({ Bucket, ACL })
      const got = await at.cos.getBucketAcl({ Bucket })
      expect([got.ACL, got.AccessControlList]).toEqual([ACL, [OWN, ...grants]])
    })

    it('by a document, and told as it was put', async () => {
      const Bucket = await fresh()
      const AccessControlList = [
        OWN,
        { Grantee: user('qcs::cam::uin/1:uin/2'), Permission: 'READ_ACP' },
        { Grantee: AUTHENTICATED, Permission: 'WRITE' },
        { Grantee: ALL_USERS, Permission: 'READ' },
      ] as const
      await at.cos.putBucketAcl({ Bucket, AccessControlPolicy: { Owner: { ID: OWNER }, AccessControlList } })
      const got = await at.cos.getBucketAcl({ Bucket })
      expect([got.ACL, got.AccessControlList]).toEqual([undefined, AccessControlList])
    })

    it('by short ids, with a type or without', async () => {
      const Bucket = await fresh()
      const AccessControlList = [
        { Grantee: { ID: '1' }, Permission: 'READ' },
        { Grantee: { Type: 'RootAccount', ID: '2' }, Permission: 'READ' },
        { Grantee: { Type: 'SubAccount', ID: '3/4' }, Permission: 'READ' },
        { Grantee: { Type: 'Group', ID: 'qcs::cam::anyone:anyone' }, Permission: 'READ' },
      ] as const
      await at.cos.putBucketAcl({ Bucket, AccessControlPolicy: { AccessControlList } })
      const grantees = [
        user('qcs::cam::uin/1:uin/1'),
        user('qcs::cam::uin/2:uin/2'),
        user('qcs::cam::uin/3:uin/4'),
        ALL_USERS,
      ]
      expect((await at.cos.getBucketAcl({ Bucket })).AccessControlList).toEqual([
        OWN,
        ...grantees.map((Grantee) => ({ Grantee, Permission: 'READ' })),
      ])
    })

    it('again by what was read of it', async () => {
      const Bucket = await fresh()
      await at.cos.putBucketAcl({ Bucket, ACL: 'public-read-write' })
      const { Owner, AccessControlList } = await at.cos.getBucketAcl({ Bucket })
      await at.cos.putBucketAcl({ Bucket, ACL: 'private' })
      await at.cos.putBucketAcl({ Bucket, AccessControlPolicy: { Owner, AccessControlList } })
      expect((await at.cos.getBucketAcl({ Bucket })).ACL).toBe('public-read-write')
    })
  })

  it('is refused where it makes no sense', async () => {
    const Bucket = await fresh()
    const put = (Grantee: object) =>
      refusal(
        at.cos.putBucketAcl({
          Bucket,
          AccessControlPolicy: { AccessControlList: [{ Grantee, Permission: 'READ' }] },
        }),
      )
    expect(await put({ ...ALL_USERS, Type: 'CanonicalUser' })).toBe('400 MalformedXML')
    expect(await put({ ...user('1'), Type: 'Group' })).toBe('400 MalformedXML')
    expect(await put({ ...user('1'), URI: ALL_USERS.URI })).toBe('400 MalformedXML')
    expect(await put({ Type: 'AmazonCustomerByEmail', ID: '1' })).toBe('400 MalformedXML')
    expect(await put({ ID: '1', URI: ALL_USERS.URI })).toBe('400 MalformedXML')
    expect(await put({})).toBe('400 MalformedXML')
    expect(await put(user('me'))).toBe('400 InvalidArgument')
    expect(await refusal(at.cos.putBucketAcl({ Bucket }))).toBe('400 MissingRequestBodyError')
    const one = { Grantee: user('1'), Permission: 'READ' } as const
    const AccessControlList = Array.from({ length: 101 }, () => one)
    expect(await refusal(at.cos.putBucketAcl({ Bucket, AccessControlPolicy: { AccessControlList } }))).toBe(
      'validation',
    )
    expect((await at.cos.getBucketAcl({ Bucket })).ACL).toBe('private')
  })

  it('needs the bucket', async () => {
    const Bucket = newBucketName()
    expect(await refusal(at.cos.getBucketAcl({ Bucket }))).toBe('404 NoSuchBucket')
    expect(await refusal(at.cos.putBucketAcl({ Bucket, ACL: 'private' }))).toBe('404 NoSuchBucket')
  })
})
