// Access control lists of objects and their versions, by our own SDK.
import { beforeAll, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  let Bucket: string
  let keys = 0
  const put = async (more: object = {}) => {
    const Key = `key-${++keys}`
    await at.cos.putObject({ Bucket, Key, Body: 'x', ...more })
    return { Bucket, Key }
  }
  const anonymousStatus = async (object: { Bucket: string; Key: string; VersionId?: string }) => {
    const anonymous = at.client({ SecretId: undefined, SecretKey: undefined })
    return anonymous.headObject(object).then(
      () => 200,
      (error: { statusCode: number }) => error.statusCode,
    )
  }

  beforeAll(async () => {
    Bucket = newBucketName()
    await at.cos.putBucket({ Bucket, ACL: 'public-read' })
  })

  it.each([
    'default',
    'private',
    'public-read',
    'authenticated-read',
    'bucket-owner-full-control',
  ])('is set to %s', async (ACL) => {
    const object = await put({ ACL: 'private' })
    await at.cos.putObjectAcl({ ...object, ACL })
    expect((await at.cos.getObjectAcl(object)).ACL).toBe(ACL)
    expect(await anonymousStatus(object)).toBe(['default', 'public-read'].includes(ACL) ? 200 : 403)
  })

  it('is set by a document, and told as it was put', async () => {
    const object = await put()
    const { Owner, AccessControlList: own } = await at.cos.getObjectAcl(object)
    const ID = 'qcs::cam::uin/1:uin/2'
    const grant = {
      Grantee: { Type: 'CanonicalUser', ID, DisplayName: ID },
      Permission: 'WRITE_ACP',
    } as const
    const AccessControlList = [...own, grant]
    await at.cos.putObjectAcl({ ...object, AccessControlPolicy: { Owner, AccessControlList } })
    const got = await at.cos.getObjectAcl(object)
    expect([got.ACL, got.AccessControlList]).toEqual([undefined, AccessControlList])
    expect(await anonymousStatus(object)).toBe(403)
  })

  it('is refused for what can not be granted on objects', async () => {
    const object = await put()
    expect(await refusal(at.cos.putObjectAcl({ ...object, ACL: 'public-read-write' }))).toBe(
      '400 InvalidArgument',
    )
    expect(await refusal(at.cos.putObjectAcl(object))).toBe('400 MissingRequestBodyError')
    const AccessControlList = [{ Grantee: { ID: '1' }, Permission: 'WRITE' }] as const
    expect(
      await refusal(at.cos.putObjectAcl({ ...object, AccessControlPolicy: { AccessControlList } })),
    ).toBe('400 InvalidArgument')
  })

  it('is that of the version named', async () => {
    const kept = { Bucket: newBucketName(), Key: 'k' }
    await at.cos.putBucket(kept)
    await at.cos.putBucketVersioning({ ...kept, Status: 'Enabled' })
    const put = async () => (await at.cos.putObject({ ...kept, Body: 'x' })).VersionId ?? ''
    const [old, current] = [await put(), await put()]
    await at.cos.putObjectAcl({ ...kept, VersionId: old, ACL: 'public-read' })
    expect((await at.cos.getObjectAcl({ ...kept, VersionId: old })).ACL).toBe('public-read')
    expect((await at.cos.getObjectAcl({ ...kept, VersionId: current })).ACL).toBe('default')
    expect(await anonymousStatus({ ...kept, VersionId: old })).toBe(200)
    expect(await anonymousStatus(kept)).toBe(403)
    const { Version } = await at.cos.listObjectVersions(kept)
    expect(Version.map(({ VersionId }) => VersionId)).toEqual([current, old])
    const { VersionId } = await at.cos.deleteObject(kept)
    expect(await refusal(at.cos.getObjectAcl({ ...kept, VersionId }))).toBe('405 MethodNotAllowed')
    expect(await refusal(at.cos.putObjectAcl({ ...kept, VersionId, ACL: 'private' }))).toBe(
      '405 MethodNotAllowed',
    )
    expect(await refusal(at.cos.putObjectAcl({ ...kept, ACL: 'private' }))).toBe('404 NoSuchKey')
  })

  it('needs the object', async () => {
    expect(await refusal(at.cos.getObjectAcl({ Bucket, Key: 'none' }))).toBe('404 NoSuchKey')
    expect(await refusal(at.cos.putObjectAcl({ Bucket, Key: 'none', ACL: 'private' }))).toBe('404 NoSuchKey')
  })
})
