// Objects going away, one by one and by the thousand, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const bucket = () => ({ Bucket: at.Bucket, Region: at.Region })
  const named = (Key: string) => ({ ...bucket(), Key })
  const put = (...keys: string[]) =>
    Promise.all(keys.map((Key) => at.cos.putObject({ ...named(Key), Body: Key })))
  const keys = async () => (await at.cos.getBucket(bucket())).Contents.map(({ Key }) => Key)
  const remove = (Objects: { Key: string; VersionId?: string }[], more: object = {}) =>
    at.cos.deleteMultipleObject({ ...bucket(), Objects, ...more })

  describe('deleteObject', () => {
    it('removes an object', async () => {
      await put('gone')
      const deleted = await at.cos.deleteObject(named('gone'))
      expect(deleted.statusCode).toBe(204)
      expect(deleted.VersionId).toBeUndefined()
      expect(headersOf(deleted)['x-cos-delete-marker']).toBeUndefined()
      expect(await refusal(at.cos.getObject(named('gone')))).toBe('404 NoSuchKey')
    })

    it('does not mind a key that is not there', async () => {
      expect((await at.cos.deleteObject(named('never'))).statusCode).toBe(204)
    })

    it('minds a bucket that is not there', async () => {
      const deleted = await at.cos.deleteObject({ ...named('a'), Bucket: newBucketName() })
      expect(deleted).toEqual({ BucketNotFound: true, statusCode: 404 })
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

  describe('deleteMultipleObject', () => {
    it('tells each key, missing ones as well', async () => {
      await put('m/a', 'm/b')
      const { Deleted, Error: errors } = await remove([{ Key: 'm/a' }, { Key: 'm/missing' }, { Key: 'm/b' }])
      expect(Deleted).toEqual([{ Key: 'm/a' }, { Key: 'm/missing' }, { Key: 'm/b' }])
      expect(errors).toEqual([])
      expect(await keys()).toEqual([])
    })

    it('tells only failures when it is to be quiet', async () => {
      await put('q/a')
      const quiet = await remove([{ Key: 'q/a' }, { Key: 'k'.repeat(851) }], { Quiet: true })
      expect(quiet.Deleted).toEqual([])
      expect(quiet.Error).toEqual([
        { Key: 'k'.repeat(851), Code: 'KeyTooLong', Message: 'The specified key is too long.' },
      ])
      expect(await keys()).toEqual([])
    })

    it('goes on past keys that no object can have', async () => {
      await put('v/a')
      const { Deleted, Error: errors } = await remove([{ Key: '\\v' }, { Key: 'v/a' }, { Key: '/v/a' }])
      expect(Deleted).toEqual([{ Key: 'v/a' }, { Key: '/v/a' }])
      expect(errors).toMatchObject([{ Key: '\\v', Code: 'InvalidObjectName' }])
    })

    it('takes keys that XML would take for markup', async () => {
      const odd = ['<a>&amp;', `"quoted" 'text'`, 'a+b c%20d', '世界/😀', 'tab\there']
      await put(...odd)
      const { Deleted } = await remove(odd.map((Key) => ({ Key })))
      expect(Deleted).toHaveLength(odd.length)
      expect(await keys()).toEqual([])
    })

    it('takes 1,000 keys and no more', async () => {
      const many = Array.from({ length: 1000 }, (_, number) => `k/${String(number).padStart(4, '0')}`)
      await put(...many.slice(0, 200))
      const { Deleted } = await remove(many.map((Key) => ({ Key })))
      expect(Deleted.map(({ Key }) => Key)).toEqual(many)
      expect(await keys()).toEqual([])
      const over = remove([...many, 'k/1000'].map((Key) => ({ Key })))
      expect(await refusal(over)).toBe('400 MalformedXML')
    })

    it('refuses an empty list', async () => {
      expect(await refusal(remove([]))).toBe('400 MalformedXML')
    })

    it('refuses a body that is not the one signed for', async () => {
      await put('md5')
      const tampering = at.client()
      // The SDK computes the digest itself, so it is spoilt on its way out.
      tampering.on('before-send', (request: { headers: Record<string, string>; body?: string }) => {
        request.body = request.body?.replace('<Key>md5</Key>', '<Key>md6</Key>') ?? ''
      })
      const failure = await failureOf(
        tampering.deleteMultipleObject({ ...bucket(), Objects: [{ Key: 'md5' }] }),
      )
      expect(failure).toMatchObject({ statusCode: 400, code: 'BadDigest' })
      expect(await keys()).toEqual(['md5'])
      await at.cos.deleteObject(named('md5'))
    })

    it('minds a bucket that is not there', async () => {
      expect(await refusal(remove([{ Key: 'a' }], { Bucket: newBucketName() }))).toBe('404 NoSuchBucket')
    })
  })

  describe('deleteMultipleObject of versions', () => {
    beforeAll(async () => {
      await at.cos.putBucketVersioning({ ...bucket(), VersioningConfiguration: { Status: 'Enabled' } })
    })

    it('makes markers, removes versions, and tells which', async () => {
      const [first] = await put('a')
      const [second] = await put('a')
      await put('b')
      const marked = await remove([{ Key: 'b' }])
      const marker = marked.Deleted[0]
      expect(marker).toMatchObject({ Key: 'b', DeleteMarker: 'true' })
      const markerId = marker?.DeleteMarkerVersionId as string
      expect(markerId).toMatch(/^[A-Za-z0-9+/]+$/)
      const { Deleted, Error: errors } = await remove([
        { Key: 'a', VersionId: first?.VersionId as string },
        { Key: 'b', VersionId: markerId },
        { Key: 'a', VersionId: 'malformed!' },
      ])
      expect(Deleted).toEqual([
        { Key: 'a', VersionId: first?.VersionId },
        { Key: 'b', VersionId: markerId, DeleteMarker: 'true', DeleteMarkerVersionId: markerId },
      ])
      expect(errors).toMatchObject([{ Key: 'a', VersionId: 'malformed!', Code: 'InvalidArgument' }])
      expect(await keys()).toEqual(['a', 'b'])
      expect((await at.cos.headObject(named('a'))).VersionId).toBe(second?.VersionId)
    })

    it('makes no marker for a key that no object can have', async () => {
      await remove([{ Key: '/never' }])
      const { DeleteMarkers } = await at.cos.listObjectVersions({ ...bucket(), Prefix: '/' })
      expect(DeleteMarkers).toEqual([])
    })
  })
})
