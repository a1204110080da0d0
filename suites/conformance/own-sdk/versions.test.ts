// What versioning keeps, by our own SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, newBucketName, refusal } from './stations.js'

const VERSION_ID = /^MTg0[A-Za-z0-9]+$/

eachStyle((at) => {
  type State = 'Enabled' | 'Suspended'
  const set = (Bucket: string, Status: State) => at.cos.putBucketVersioning({ Bucket, Status })
  const fresh = async (...states: State[]) => {
    const Bucket = newBucketName()
    await at.cos.putBucket({ Bucket })
    for (const state of states) await set(Bucket, state)
    return Bucket
  }
  const named = (Bucket: string, VersionId?: string) => ({ Bucket, Key: 'a', VersionId })
  const put = async (Bucket: string, Body: string) =>
    (await at.cos.putObject({ Bucket, Key: 'a', Body })).VersionId ?? ''
  const read = async (Bucket: string, VersionId?: string) =>
    (await at.cos.getObject(named(Bucket, VersionId))).Body.text()

  describe('while it is enabled', () => {
    let bucket: string
    let one: string
    let two: string
    beforeAll(async () => {
      bucket = await fresh()
      await put(bucket, 'null')
      await set(bucket, 'Enabled')
      one = await put(bucket, 'one')
      two = await put(bucket, 'two')
    })

    it('keeps every version under an id of its own', async () => {
      expect(one).toMatch(VERSION_ID)
      expect(two).toMatch(VERSION_ID)
      expect(two).not.toBe(one)
      expect(await read(bucket)).toBe('two')
      expect(await read(bucket, one)).toBe('one')
      expect(await read(bucket, two)).toBe('two')
      expect(await read(bucket, 'null')).toBe('null')
    })

    it('tells the version that was read', async () => {
      expect((await at.cos.headObject(named(bucket))).VersionId).toBe(two)
      const got = await at.cos.getObject(named(bucket, one))
      expect([got.VersionId, await got.Body.text()]).toEqual([one, 'one'])
      expect((await at.cos.headObject(named(bucket, 'null'))).VersionId).toBe('null')
    })

    it('knows no other version', async () => {
      const unknown = Buffer.from('18446744073709551615').toString('base64').replace(/=+$/, '')
      expect(await refusal(at.cos.getObject(named(bucket, unknown)))).toBe('404 NoSuchVersion')
      expect(await refusal(at.cos.getObject(named(bucket, 'x!')))).toBe('400 InvalidArgument')
      expect(await refusal(at.cos.getObject({ Bucket: bucket, Key: 'b', VersionId: one }))).toBe(
        '404 NoSuchVersion',
      )
      expect(await at.cos.objectExists(named(bucket, unknown))).toBe(false)
    })

    it('hides a deleted object behind a marker', async () => {
      const deleted = await at.cos.deleteObject(named(bucket))
      const marker = deleted.VersionId ?? ''
      expect(deleted).toMatchObject({ statusCode: 204, DeleteMarker: true })
      expect(marker).toMatch(VERSION_ID)
      for (const call of [at.cos.getObject(named(bucket)), at.cos.headObject(named(bucket))]) {
        const failure = await failureOf(call)
        expect(failure).toMatchObject({ statusCode: 404, code: 'NoSuchKey' })
        expect(failure.headers).toMatchObject({ 'x-cos-delete-marker': 'true', 'x-cos-version-id': marker })
      }
      expect(await refusal(at.cos.getObject(named(bucket, marker)))).toBe('405 MethodNotAllowed')
      expect(await at.cos.objectExists(named(bucket))).toBe(false)
      expect(await at.cos.objectExists(named(bucket, marker))).toBe(false)
      expect(await at.cos.objectExists(named(bucket, two))).toBe(true)
      expect(await read(bucket, two)).toBe('two')
      const again = await at.cos.deleteObject(named(bucket))
      expect(again.VersionId).not.toBe(marker)
      await at.cos.deleteObject(named(bucket, again.VersionId))
      const removed = await at.cos.deleteObject(named(bucket, marker))
      expect(removed).toMatchObject({ VersionId: marker, DeleteMarker: true })
      expect(await read(bucket)).toBe('two')
    })

    it('brings the version before back when the newest is removed', async () => {
      const three = await put(bucket, 'three')
      const removed = await at.cos.deleteObject(named(bucket, three))
      expect(removed.VersionId).toBe(three)
      expect(removed.DeleteMarker).toBeUndefined()
      expect(await read(bucket)).toBe('two')
      expect(await refusal(at.cos.getObject(named(bucket, three)))).toBe('404 NoSuchVersion')
    })

    it('makes a marker even where nothing was', async () => {
      const deleted = await at.cos.deleteObject({ Bucket: bucket, Key: 'never' })
      expect(deleted.VersionId).toMatch(VERSION_ID)
    })
  })

  describe('once it is suspended', () => {
    it('writes replace the null version and nothing else', async () => {
      const bucket = await fresh('Enabled')
      const one = await put(bucket, 'one')
      await set(bucket, 'Suspended')
      expect(await put(bucket, 'first')).toBe('')
      expect(await put(bucket, 'second')).toBe('')
      expect(await read(bucket)).toBe('second')
      expect(await read(bucket, 'null')).toBe('second')
      expect(await read(bucket, one)).toBe('one')
      expect((await at.cos.headObject(named(bucket))).VersionId).toBe('null')
      const { Version } = await at.cos.listObjectVersions({ Bucket: bucket })
      expect(Version.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        ['null', true],
        [one, false],
      ])
    })

    it('deleting replaces the null version by a null marker', async () => {
      const bucket = await fresh('Enabled')
      const one = await put(bucket, 'one')
      await set(bucket, 'Suspended')
      await put(bucket, 'lost')
      expect((await at.cos.deleteObject(named(bucket))).DeleteMarker).toBe(true)
      const { Version, DeleteMarker } = await at.cos.listObjectVersions({ Bucket: bucket })
      expect(Version.map(({ VersionId }) => VersionId)).toEqual([one])
      expect(DeleteMarker).toMatchObject([{ VersionId: 'null', IsLatest: true }])
      await at.cos.deleteObject(named(bucket, 'null'))
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
      expect((await at.cos.listObjectVersions({ Bucket: bucket })).Version).toHaveLength(2)
    })
  })

  describe('before it was ever enabled', () => {
    it('ids are not told, but null names the object', async () => {
      const bucket = await fresh()
      expect(await put(bucket, 'only')).toBe('')
      expect((await at.cos.headObject(named(bucket))).VersionId).toBeUndefined()
      expect(await read(bucket, 'null')).toBe('only')
      const { Version } = await at.cos.listObjectVersions({ Bucket: bucket })
      expect(Version).toMatchObject([{ Key: 'a', IsLatest: true }])
      expect(Version[0]?.VersionId ?? '').toBe('')
    })
  })
})
