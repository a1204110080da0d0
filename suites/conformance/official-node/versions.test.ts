// What versioning keeps, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

const VERSION_ID = /^MTg0[A-Za-z0-9]+$/

eachStyle((at) => {
  const fresh = async (...states: ('Enabled' | 'Suspended')[]) => {
    const bucket = { Bucket: newBucketName(), Region: at.Region }
    await at.cos.putBucket(bucket)
    for (const Status of states) await set(bucket, Status)
    return bucket
  }
  type Bucket = Awaited<ReturnType<typeof fresh>>
  const set = (bucket: Bucket, Status: 'Enabled' | 'Suspended') =>
    at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status } })
  const put = async (bucket: Bucket, Body: string, Key = 'a') =>
    (await at.cos.putObject({ ...bucket, Key, Body })).VersionId as string
  const read = async (bucket: Bucket, VersionId?: string) =>
    (await at.cos.getObject({ ...bucket, Key: 'a', ...(VersionId ? { VersionId } : {}) })).Body.toString()

  describe('while it is enabled', () => {
    let bucket: Bucket
    const ids: string[] = []
    beforeAll(async () => {
      bucket = await fresh()
      await put(bucket, 'null')
      await set(bucket, 'Enabled')
      for (const body of ['one', 'two']) ids.push(await put(bucket, body))
    })

    it('keeps every version under an id of its own', async () => {
      const [one = '', two = ''] = ids
      expect(one).toMatch(VERSION_ID)
      expect(two).toMatch(VERSION_ID)
      expect(two).not.toBe(one)
      expect(await read(bucket)).toBe('two')
      expect(await read(bucket, one)).toBe('one')
      expect(await read(bucket, two)).toBe('two')
      expect(await read(bucket, 'null')).toBe('null')
    })

    it('tells the version that was read', async () => {
      expect((await at.cos.headObject({ ...bucket, Key: 'a' })).VersionId).toBe(ids[1])
      expect((await at.cos.getObject({ ...bucket, Key: 'a', VersionId: ids[0] ?? '' })).VersionId).toBe(
        ids[0],
      )
      expect((await at.cos.headObject({ ...bucket, Key: 'a', VersionId: 'null' })).VersionId).toBe('null')
    })

    it('knows no other version', async () => {
      const unknown = Buffer.from('18446744073709551615').toString('base64').replace(/=+$/, '')
      expect(await refusal(at.cos.getObject({ ...bucket, Key: 'a', VersionId: unknown }))).toBe(
        '404 NoSuchVersion',
      )
      expect(await refusal(at.cos.getObject({ ...bucket, Key: 'a', VersionId: 'x!' }))).toBe(
        '400 InvalidArgument',
      )
      expect(await refusal(at.cos.getObject({ ...bucket, Key: 'b', VersionId: ids[0] ?? '' }))).toBe(
        '404 NoSuchVersion',
      )
    })

    it('hides a deleted object behind a marker', async () => {
      const deleted = await at.cos.deleteObject({ ...bucket, Key: 'a' })
      const marker = deleted.VersionId as string
      expect(headersOf(deleted)['x-cos-delete-marker']).toBe('true')
      expect(marker).toMatch(VERSION_ID)
      const failure = await failureOf(at.cos.getObject({ ...bucket, Key: 'a' }))
      expect(failure).toMatchObject({
        statusCode: 404,
        code: 'NoSuchKey',
        DeleteMarker: 'true',
        VersionId: marker,
      })
      const head = await failureOf(at.cos.headObject({ ...bucket, Key: 'a' }))
      expect(head).toMatchObject({ statusCode: 404, DeleteMarker: 'true', VersionId: marker })
      expect(await refusal(at.cos.getObject({ ...bucket, Key: 'a', VersionId: marker }))).toBe(
        '405 MethodNotAllowed',
      )
      expect(await read(bucket, ids[1])).toBe('two')
      const again = await at.cos.deleteObject({ ...bucket, Key: 'a' })
      expect(again.VersionId).not.toBe(marker)
      await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId: again.VersionId as string })
      const removed = await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId: marker })
      expect(removed.VersionId).toBe(marker)
      expect(headersOf(removed)['x-cos-delete-marker']).toBe('true')
      expect(await read(bucket)).toBe('two')
    })

    it('brings the version before back when the newest is removed', async () => {
      const three = await put(bucket, 'three')
      const removed = await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId: three })
      expect(removed.VersionId).toBe(three)
      expect(headersOf(removed)['x-cos-delete-marker']).toBeUndefined()
      expect(await read(bucket)).toBe('two')
      expect(await refusal(at.cos.getObject({ ...bucket, Key: 'a', VersionId: three }))).toBe(
        '404 NoSuchVersion',
      )
    })

    it('makes a marker even where nothing was', async () => {
      const deleted = await at.cos.deleteObject({ ...bucket, Key: 'never' })
      expect(deleted.VersionId).toMatch(VERSION_ID)
    })
  })

  describe('once it is suspended', () => {
    it('writes replace the null version and nothing else', async () => {
      const bucket = await fresh('Enabled')
      const one = await put(bucket, 'one')
      await set(bucket, 'Suspended')
      expect(await put(bucket, 'first')).toBeUndefined()
      expect(await put(bucket, 'second')).toBeUndefined()
      expect(await read(bucket)).toBe('second')
      expect(await read(bucket, 'null')).toBe('second')
      expect(await read(bucket, one)).toBe('one')
      expect((await at.cos.headObject({ ...bucket, Key: 'a' })).VersionId).toBe('null')
      const { Versions } = await at.cos.listObjectVersions(bucket)
      expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        ['null', 'true'],
        [one, 'false'],
      ])
    })

    it('deleting replaces the null version by a null marker', async () => {
      const bucket = await fresh('Enabled')
      const one = await put(bucket, 'one')
      await set(bucket, 'Suspended')
      await put(bucket, 'lost')
      const deleted = await at.cos.deleteObject({ ...bucket, Key: 'a' })
      expect(headersOf(deleted)['x-cos-delete-marker']).toBe('true')
      const { Versions, DeleteMarkers } = await at.cos.listObjectVersions(bucket)
      expect(Versions.map(({ VersionId }) => VersionId)).toEqual([one])
      expect(DeleteMarkers.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        ['null', 'true'],
      ])
      await at.cos.deleteObject({ ...bucket, Key: 'a', VersionId: 'null' })
      expect(await read(bucket)).toBe('one')
    })

    it('versions are written again when it is enabled again', async () => {
      const bucket = await fresh('Enabled', 'Suspended')
      await put(bucket, 'null')
      await set(bucket, 'Enabled')
      const two = await put(bucket, 'two')
      expect(two).toMatch(VERSION_ID)
      await set(bucket, 'Suspended')
      await put(bucket, 'newer null')
      expect(await read(bucket, 'null')).toBe('newer null')
      expect(await read(bucket, two)).toBe('two')
      expect((await at.cos.listObjectVersions(bucket)).Versions).toHaveLength(2)
    })
  })

  describe('before it was ever enabled', () => {
    it('ids are not told, but null names the object', async () => {
      const bucket = await fresh()
      expect(await put(bucket, 'only')).toBeUndefined()
      expect((await at.cos.headObject({ ...bucket, Key: 'a' })).VersionId).toBeUndefined()
      expect(await read(bucket, 'null')).toBe('only')
      const { Versions } = await at.cos.listObjectVersions(bucket)
      expect(Versions).toMatchObject([{ Key: 'a', VersionId: '', IsLatest: 'true' }])
    })
  })
})
