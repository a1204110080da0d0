// Access control lists of buckets, by the official Node SDK.
import type COS from 'cos-nodejs-sdk-v5'
import { describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'
const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const AUTHENTICATED = 'http://cam.qcloud.com/groups/global/AuthenticatedUsers'
const user = (owner: string, sub = owner) => `qcs::cam::uin/${owner}:uin/${sub}`

type Policy = NonNullable<COS.PutBucketAclParams['AccessControlPolicy']>
const OWN = { Grantee: { ID: OWNER }, Permission: 'FULL_CONTROL' } as const

eachStyle((at) => {
  const fresh = async () => {
    const bucket = { Bucket: newBucketName(), Region: at.Region }
    await at.cos.putBucket(bucket)
    return bucket
  }

  it('of a new bucket is private', async () => {
    const got = await at.cos.getBucketAcl(await fresh())
    expect(got).toMatchObject({ statusCode: 200, ACL: 'private', Owner: { ID: OWNER }, Grants: [OWN] })
    expect([got.GrantRead, got.GrantWrite, got.GrantFullControl]).toEqual(['', '', ''])
    expect(headersOf(got)['x-cos-acl']).toBe('private')
  })

  it('shows what the bucket was made with', async () => {
    const bucket = { Bucket: newBucketName(), Region: at.Region }
    await at.cos.putBucket({ ...bucket, ACL: 'public-read', GrantWrite: `id="${user('100', '200')}"` })
    expect(await at.cos.getBucketAcl(bucket)).toMatchObject({
      ACL: 'public-read',
      GrantWrite: `id="${user('100', '200')}"`,
    })
  })

  describe('is set', () => {
    const CANNED = [
      ['private', []],
      ['public-read', [[ALL_USERS, 'READ']]],
      [
        'public-read-write',
        [
          [ALL_USERS, 'READ'],
          [ALL_USERS, 'WRITE'],
        ],
      ],
      ['authenticated-read', [[AUTHENTICATED, 'READ']]],
    ] as const
    it.each(CANNED)('to %s', async (ACL, groups) => {
      const bucket = await fresh()
      const put = await at.cos.putBucketAcl({ ...bucket, ACL: ACL as COS.BucketACL })
      expect(put.statusCode).toBe(200)
      const got = await at.cos.getBucketAcl(bucket)
      expect(got.ACL).toBe(ACL)
      expect(got.Grants).toMatchObject([
        OWN,
        ...groups.map(([URI, Permission]) => ({ Grantee: { URI }, Permission })),
      ])
    })

    it('by grants in headers', async () => {
      const bucket = await fresh()
      const GrantRead = 'id="100",id="100/200",id="100"'
      await at.cos.putBucketAcl({
        ...bucket,
        GrantRead,
        GrantWrite: `id="${user('1', '2')}"`,
        GrantReadAcp: 'id="3"',
        GrantWriteAcp: 'id="4"',
        GrantFullControl: 'id="5"',
      })
      expect(await at.cos.getBucketAcl(bucket)).toMatchObject({
        ACL: 'private',
        GrantRead: `id="${user('100')}",id="${user('100', '200')}"`,
        GrantWrite: `id="${user('1', '2')}"`,
        GrantReadAcp: `id="${user('3')}"`,
        GrantWriteAcp: `id="${user('4')}"`,
        GrantFullControl: `id="${user('5')}"`,
      })
    })

    it('by a canned value together with grants', async () => {
      const bucket = await fresh()
      await at.cos.putBucketAcl({ ...bucket, ACL: 'public-read', GrantFullControl: 'id="5"' })
      expect(await at.cos.getBucketAcl(bucket)).toMatchObject({
        ACL: 'public-read',
        GrantFullControl: `id="${user('5')}"`,
      })
    })

    it('by a document, which replaces all there was', async () => {
      const bucket = await fresh()
      await at.cos.putBucketAcl({ ...bucket, ACL: 'public-read-write' })
      const AccessControlPolicy: Policy = {
        Owner: { ID: OWNER },
        Grants: [
          { Grantee: { ID: user('7', '8') }, Permission: 'READ' },
          { Grantee: { URI: AUTHENTICATED }, Permission: 'WRITE' },
        ],
      }
      await at.cos.putBucketAcl({ ...bucket, AccessControlPolicy })
      const got = await at.cos.getBucketAcl(bucket)
      expect(got.Grants).toMatchObject([OWN, ...AccessControlPolicy.Grants])
      expect([got.ACL, got.GrantRead]).toEqual(['private', `id="${user('7', '8')}"`])
      expect(headersOf(got)['x-cos-acl']).toBeUndefined()
    })

    it('by headers, whatever the document beside them says', async () => {
      const bucket = await fresh()
      const AccessControlPolicy: Policy = {
        Owner: { ID: OWNER },
        Grants: [{ Grantee: { URI: ALL_USERS }, Permission: 'WRITE' }],
      }
      await at.cos.putBucketAcl({ ...bucket, ACL: 'public-read', AccessControlPolicy })
      const got = await at.cos.getBucketAcl(bucket)
      expect(got.Grants).toMatchObject([OWN, { Grantee: { URI: ALL_USERS }, Permission: 'READ' }])
    })

    it.each(CANNED)('to %s again by what was read of it', async (ACL) => {
      const bucket = await fresh()
      await at.cos.putBucketAcl({ ...bucket, ACL: ACL as COS.BucketACL })
      const { Owner, Grants } = await at.cos.getBucketAcl(bucket)
      await at.cos.putBucketAcl({ ...bucket, ACL: 'private' })
      await at.cos.putBucketAcl({ ...bucket, AccessControlPolicy: { Owner, Grants } })
      const got = await at.cos.getBucketAcl(bucket)
      expect([got.ACL, got.Grants]).toEqual([ACL, Grants])
    })
  })

  it('stays as it was when a new one is refused', async () => {
    const bucket = await fresh()
    await at.cos.putBucketAcl({ ...bucket, ACL: 'public-read' })
    const put = (params: object) => refusal(at.cos.putBucketAcl({ ...bucket, ...params }))
    const policy = (...Grants: object[]) => put({ AccessControlPolicy: { Owner: { ID: OWNER }, Grants } })
    expect(await put({ ACL: 'public' })).toBe('400 InvalidArgument')
    expect(await put({ GrantRead: 'everyone' })).toBe('400 InvalidArgument')
    expect(await put({})).toBe('400 MissingRequestBodyError')
    expect(await policy({ Grantee: { ID: 'me' }, Permission: 'READ' })).toBe('400 InvalidArgument')
    expect(await policy({ Grantee: { URI: `${ALL_USERS}x` }, Permission: 'READ' })).toBe(
      '400 InvalidArgument',
    )
    expect(await policy({ Grantee: {}, Permission: 'READ' })).toBe('400 MalformedXML')
    expect(await policy({ Grantee: { ID: user('1') }, Permission: 'DELETE' })).toBe('400 MalformedXML')
    const many = Array.from({ length: 101 }, (_, at) => ({
      Grantee: { ID: user(`${at}`) },
      Permission: 'READ',
    }))
    expect(await policy(...many)).toBe('400 MalformedXML')
    expect((await at.cos.getBucketAcl(bucket)).ACL).toBe('public-read')
  })

  it('needs the bucket', async () => {
    const none = { Bucket: newBucketName(), Region: at.Region }
    expect(await refusal(at.cos.getBucketAcl(none))).toBe('404 NoSuchBucket')
    expect(await refusal(at.cos.putBucketAcl({ ...none, ACL: 'private' }))).toBe('404 NoSuchBucket')
    expect((await failureOf(at.cos.getBucketAcl(none))).RequestId).toBeTruthy()
  })
})
