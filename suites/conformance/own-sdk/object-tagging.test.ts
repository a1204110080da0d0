// Tags of objects, by our own SDK.
import { describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

const TAGS = [
  { Key: 'k1', Value: 'v1' },
  { Key: 'key two', Value: '+-_=.:/ 值' },
]

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const tagsOf = async (Key: string) => (await at.cos.getObjectTagging(named(Key))).TagSet

  it('come back as they were set, and count', async () => {
    await at.cos.putObject({ ...named('set'), Body: 'x' })
    const put = await at.cos.putObjectTagging({ ...named('set'), TagSet: TAGS })
    expect(put).toMatchObject({ statusCode: 200 })
    expect(put.VersionId).toBeUndefined()
    expect(await tagsOf('set')).toEqual(TAGS)
    expect((await at.cos.headObject(named('set'))).TaggingCount).toBe(2)
    await at.cos.putObjectTagging({ ...named('set'), TagSet: TAGS.slice(1) })
    expect(await tagsOf('set')).toEqual(TAGS.slice(1))
  })

  it('are an empty list of an object that has none', async () => {
    await at.cos.putObject({ ...named('none'), Body: 'x' })
    expect(await tagsOf('none')).toEqual([])
    await at.cos.putObjectTagging({ ...named('none'), TagSet: TAGS })
    expect((await at.cos.deleteObjectTagging(named('none'))).statusCode).toBe(204)
    expect(await tagsOf('none')).toEqual([])
    await at.cos.putObjectTagging({ ...named('none'), TagSet: [] })
    expect(await tagsOf('none')).toEqual([])
  })

  it('have limits', async () => {
    await at.cos.putObject({ ...named('limits'), Body: 'x', Tagging: 'a=b' })
    const eleven = Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: 'v' }))
    for (const TagSet of [eleven, [TAGS[0], TAGS[0]], [{ Key: 'k', Value: '<' }]]) {
      const put = at.cos.putObjectTagging({ ...named('limits'), TagSet: TagSet as typeof TAGS })
      expect(await refusal(put)).toBe('400 InvalidTag')
    }
    expect(await tagsOf('limits')).toEqual([{ Key: 'a', Value: 'b' }])
  })

  it('need an object', async () => {
    expect(await refusal(at.cos.putObjectTagging({ ...named('absent'), TagSet: TAGS }))).toBe('404 NoSuchKey')
    expect(await refusal(at.cos.getObjectTagging(named('absent')))).toBe('404 NoSuchKey')
    expect(await refusal(at.cos.deleteObjectTagging(named('absent')))).toBe('404 NoSuchKey')
  })

  describe('of versions', () => {
    it('are told with the version', async () => {
      const own = { Bucket: newBucketName(), Key: 'k' }
      await at.cos.putBucket(own)
      await at.cos.putBucketVersioning({ ...own, Status: 'Enabled' })
      const { VersionId } = await at.cos.putObject({ ...own, Body: '1' })
      await at.cos.putObject({ ...own, Body: '2' })
      const version = { ...own, VersionId }
      expect((await at.cos.putObjectTagging({ ...version, TagSet: TAGS })).VersionId).toBe(VersionId)
      expect(await at.cos.getObjectTagging(version)).toMatchObject({ VersionId, TagSet: TAGS })
      expect((await at.cos.getObjectTagging(own)).TagSet).toEqual([])
      expect((await at.cos.deleteObjectTagging(version)).VersionId).toBe(VersionId)
      const { VersionId: marker } = await at.cos.deleteObject(own)
      const ofMarker = at.cos.getObjectTagging({ ...own, VersionId: marker })
      expect(await refusal(ofMarker)).toBe('405 MethodNotAllowed')
    })
  })
})
