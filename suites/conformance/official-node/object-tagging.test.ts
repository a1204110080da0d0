// Tags of objects, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

const TAGS = [
  { Key: 'k1', Value: 'v1' },
  { Key: 'key two', Value: '+-_=.:/ 值' },
]

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
  const tagsOf = async (Key: string) => (await at.cos.getObjectTagging(named(Key))).Tags

  it('come back as they were set, and count', async () => {
    await at.cos.putObject({ ...named('set'), Body: 'x' })
    const put = await at.cos.putObjectTagging({ ...named('set'), Tags: TAGS })
    expect(put.statusCode).toBe(200)
    const got = await at.cos.getObjectTagging(named('set'))
    expect(got.statusCode).toBe(200)
    expect(got.Tags).toEqual(TAGS)
    expect(headersOf(got)['content-type']).toBe('application/xml')
    expect(headersOf(await at.cos.headObject(named('set')))['x-cos-tagging-count']).toBe('2')
  })

  it('are those of the header x-cos-tagging too, one or several', async () => {
    for (const tags of [TAGS.slice(0, 1), TAGS]) {
      const text = tags.map(({ Key, Value }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`)
      const Headers = { 'x-cos-tagging': text.join('&') }
      await at.cos.putObject({ ...named('header'), Body: 'x', Headers })
      expect(await tagsOf('header')).toEqual(tags)
    }
  })

  it('are none of an object that has none, and none once they are deleted', async () => {
    await at.cos.putObject({ ...named('none'), Body: 'x' })
    expect(await tagsOf('none')).toEqual([])
    await at.cos.putObjectTagging({ ...named('none'), Tags: TAGS })
    expect((await at.cos.deleteObjectTagging(named('none'))).statusCode).toBe(204)
    expect(await tagsOf('none')).toEqual([])
    expect((await at.cos.deleteObjectTagging(named('none'))).statusCode).toBe(204)
    expect(headersOf(await at.cos.headObject(named('none')))['x-cos-tagging-count']).toBeUndefined()
  })

  it('replace all that were there, down to none', async () => {
    await at.cos.putObject({ ...named('replaced'), Body: 'x' })
    await at.cos.putObjectTagging({ ...named('replaced'), Tags: TAGS })
    await at.cos.putObjectTagging({ ...named('replaced'), Tags: TAGS.slice(1) })
    expect(await tagsOf('replaced')).toEqual(TAGS.slice(1))
    await at.cos.putObjectTagging({ ...named('replaced'), Tags: [] })
    expect(await tagsOf('replaced')).toEqual([])
  })

  it('need an object', async () => {
    expect(await refusal(at.cos.putObjectTagging({ ...named('absent'), Tags: TAGS }))).toBe('404 NoSuchKey')
    expect(await refusal(at.cos.getObjectTagging(named('absent')))).toBe('404 NoSuchKey')
    expect(await refusal(at.cos.deleteObjectTagging(named('absent')))).toBe('404 NoSuchKey')
  })

  it.each([
    ['eleven', Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: 'v' }))],
    ['a key twice', [TAGS[0], TAGS[0]]],
    ['no key', [{ Key: '', Value: 'v' }]],
    ['a key too long', [{ Key: 'k'.repeat(129), Value: 'v' }]],
    ['a value too long', [{ Key: 'k', Value: 'v'.repeat(257) }]],
    ['a letter that is not allowed', [{ Key: 'k', Value: 'a&b' }]],
  ])('are refused: %s', async (_name, tags) => {
    await at.cos.putObject({ ...named('refused'), Body: 'x' })
    const put = at.cos.putObjectTagging({ ...named('refused'), Tags: tags as typeof TAGS })
    expect(await refusal(put)).toBe('400 InvalidTag')
    expect(await tagsOf('refused')).toEqual([])
  })

  describe('of versions', () => {
    const own = { Bucket: '', Region: '', Key: 'k' }
    let first = ''
    beforeAll(async () => {
      own.Bucket = newBucketName()
      own.Region = at.Region
      await at.cos.putBucket(own)
      await at.cos.putBucketVersioning({ ...own, VersioningConfiguration: { Status: 'Enabled' } })
      first = (await at.cos.putObject({ ...own, Body: '1' })).VersionId ?? ''
      await at.cos.putObject({ ...own, Body: '2' })
    })

    it('are apart from each other', async () => {
      const put = await at.cos.putObjectTagging({ ...own, VersionId: first, Tags: TAGS })
      expect(headersOf(put)['x-cos-version-id']).toBe(first)
      const got = await at.cos.getObjectTagging({ ...own, VersionId: first })
      expect(got.Tags).toEqual(TAGS)
      expect(headersOf(got)['x-cos-version-id']).toBe(first)
      expect((await at.cos.getObjectTagging(own)).Tags).toEqual([])
      const gone = await at.cos.deleteObjectTagging({ ...own, VersionId: first })
      expect(headersOf(gone)['x-cos-version-id']).toBe(first)
      expect((await at.cos.getObjectTagging({ ...own, VersionId: first })).Tags).toEqual([])
    })

    it('can not be where there is no such version, or a delete marker', async () => {
      const key = { ...own, Key: 'deleted' }
      const { headers } = await at.cos.deleteObject(key)
      const marker = String(headers?.['x-cos-version-id'])
      const ofMarker = await failureOf(at.cos.getObjectTagging({ ...key, VersionId: marker }))
      expect(ofMarker).toMatchObject({ statusCode: 405, code: 'MethodNotAllowed' })
      expect(await refusal(at.cos.putObjectTagging({ ...key, Tags: TAGS }))).toBe('404 NoSuchKey')
      const unknown = at.cos.getObjectTagging({ ...own, VersionId: 'MTg0NDUxNTc1NjIzMTQ1MDAwODg' })
      expect(await refusal(unknown)).toBe('404 NoSuchVersion')
      expect(await refusal(at.cos.getObjectTagging({ ...own, VersionId: '?' }))).toBe('400 InvalidArgument')
    })
  })
})
