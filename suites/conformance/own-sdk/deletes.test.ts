// Objects going away, one by one and by the thousand, by our own SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const put = (...keys: string[]) =>
    Promise.all(keys.map((Key) => at.cos.putObject({ ...named(Key), Body: Key })))
  const keys = async () => (await at.cos.listObjects({ Bucket: at.Bucket })).Contents.map(({ Key }) => Key)
  type Entry = { Key: string; VersionId?: string | undefined }
  const remove = (entries: Entry[], Quiet?: boolean) =>
    at.cos.deleteObjects({ Bucket: at.Bucket, Delete: { Object: entries, Quiet } })

  describe('deleteObject', () => {
    it('removes an object', async () => {
      await put('gone')
      const deleted = await at.cos.deleteObject(named('gone'))
      expect(deleted.statusCode).toBe(204)
      expect([deleted.VersionId, deleted.DeleteMarker]).toEqual([undefined, undefined])
      expect(await refusal(at.cos.getObject(named('gone')))).toBe('404 NoSuchKey')
    })

    it('does not mind a key that is not there, but a bucket', async () => {
      expect((await at.cos.deleteObject(named('never'))).statusCode).toBe(204)
      const deleted = at.cos.deleteObject({ Bucket: newBucketName(), Key: 'a' })
      expect(await refusal(deleted)).toBe('404 NoSuchBucket')
    })

    it('takes the null version of a bucket that never had versioning', async () => {
      await put('null')
      await at.cos.deleteObject({ ...named('null'), VersionId: 'null' })
      expect(await keys()).not.toContain('null')
    })

    it.each(['malformed!', 'MTIz MTIz', '0'])('refuses the version id %s', async (VersionId) => {
      expect(await refusal(at.cos.deleteObject({ ...named('a'), VersionId }))).toBe('400 InvalidArgument')
    })
  })

  describe('deleteObjects', () => {
    it('tells each key, missing ones as well', async () => {
      await put('m/a', 'm/b')
      const { Deleted, Error: errors } = await remove([{ Key: 'm/a' }, { Key: 'm/missing' }, { Key: 'm/b' }])
      expect(Deleted).toEqual([{ Key: 'm/a' }, { Key: 'm/missing' }, { Key: 'm/b' }])
      expect(errors).toEqual([])
      expect(await keys()).toEqual([])
    })

    it('tells only failures when it is to be quiet', async () => {
      await put('q/a')
      const Key = 'k'.repeat(851)
      const quiet = await remove([{ Key: 'q/a' }, { Key }], true)
      expect(quiet.Deleted).toEqual([])
      expect(quiet.Error).toEqual([{ Key, Code: 'KeyTooLong', Message: 'The specified key is too long.' }])
      expect((await remove([{ Key: 'q/a' }], false)).Deleted).toEqual([{ Key: 'q/a' }])
      expect(await keys()).toEqual([])
    })

    it('goes on past keys that no object can have', async () => {
      await put('v/a')
      const { Deleted, Error: errors } = await remove([{ Key: '\\v' }, { Key: 'v/a' }, { Key: '/v/a' }])
      expect(Deleted).toEqual([{ Key: 'v/a' }, { Key: '/v/a' }])
      expect(errors).toMatchObject([{ Key: '\\v', Code: 'InvalidObjectName' }])
    })

    it('takes 1,000 keys, and sends no more', async () => {
      const many = Array.from({ length: 1000 }, (_, number) => `k/${String(number).padStart(4, '0')}`)
      await put(...many.slice(0, 100))
      const { Deleted } = await remove(many.map((Key) => ({ Key })))
      expect(Deleted.map(({ Key }) => Key)).toEqual(many)
      expect(await keys()).toEqual([])
      expect(await refusal(remove([...many, 'k/1000'].map((Key) => ({ Key }))))).toBe('validation')
    })

    it('refuses an empty list', async () => {
      expect(await refusal(remove([]))).toBe('400 MalformedXML')
    })

    it('minds a bucket that is not there', async () => {
      const call = at.cos.deleteObjects({ Bucket: newBucketName(), Delete: { Object: [{ Key: 'a' }] } })
      expect(await refusal(call)).toBe('404 NoSuchBucket')
    })
  })

  describe('deleteObjects of versions', () => {
    beforeAll(() => at.cos.putBucketVersioning({ Bucket: at.Bucket, Status: 'Enabled' }))

    it('makes markers, removes versions, and tells which', async () => {
      const [first] = await put('a')
      const [second] = await put('a')
      await put('b')
      const [marker] = (await remove([{ Key: 'b' }])).Deleted
      expect(marker).toMatchObject({ Key: 'b', DeleteMarker: true })
      const markerId = marker?.DeleteMarkerVersionId
      expect(markerId).toMatch(/^[A-Za-z0-9+/]+$/)
      const { Deleted, Error: errors } = await remove([
        { Key: 'a', VersionId: first?.VersionId },
        { Key: 'b', VersionId: markerId },
        { Key: 'a', VersionId: 'malformed!' },
      ])
      expect(Deleted).toEqual([
        { Key: 'a', VersionId: first?.VersionId },
        { Key: 'b', VersionId: markerId, DeleteMarker: true, DeleteMarkerVersionId: markerId },
      ])
      expect(errors).toMatchObject([{ Key: 'a', VersionId: 'malformed!', Code: 'InvalidArgument' }])
      expect(await keys()).toEqual(['a', 'b'])
      expect((await at.cos.headObject(named('a'))).VersionId).toBe(second?.VersionId)
    })
  })
})
