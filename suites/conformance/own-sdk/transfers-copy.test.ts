// Copies of any size and moves, by our own SDK.
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import { FAR, FAR_REGION, NEAR, type Region, remoteOf, startRegion } from '../regions/stations.js'
import { eachStyle, newBucketName, refusal, STYLES } from './stations.js'

const MIB = 1024 * 1024
/** So that small objects are copied as large ones are. */
const IN_PARTS = { partsFromBytes: 1 }

eachStyle((at) => {
  const named = (Key: string, Bucket = at.Bucket) => ({ Bucket, Key })
  const bytes = async (Key: string) => Buffer.from(await (await at.cos.getObject(named(Key))).Body.bytes())
  const uploads = async () => (await at.cos.listMultipartUploads({ Bucket: at.Bucket })).Upload
  const content = randomBytes(2 * MIB + 3)
  const stored = {
    ContentType: 'text/plain',
    CacheControl: 'no-cache',
    ContentDisposition: 'attachment; filename="世界.txt"',
    ContentEncoding: 'identity',
    ContentLanguage: 'zh-CN',
    Expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
    Metadata: { author: '世界', empty: 'x' },
  }
  const Tagging = 'a=1&b=%E4%B8%96%2B%3D'

  beforeAll(async () => {
    await at.cos.putObject({ ...named('source'), Body: content, ...stored, Tagging })
  })

  describe('copy', () => {
    it.each([
      ['one request', {}, 0],
      ['parts', IN_PARTS, 3],
    ])('by %s has content, headers, metadata and tags of its source', async (_way, options, parts) => {
      const input = { ...named('copy'), CopySource: named('source'), PartSize: 1 }
      const copied = await at.cos.copy(input, options)
      expect(copied).toMatchObject({ statusCode: 200, bytes: content.length, parts })
      expect(copied.Crc64).toBe(BigInt(crc64(content)))
      expect(Buffer.compare(await bytes('copy'), content)).toBe(0)
      expect(await at.cos.headObject(named('copy'))).toMatchObject({ ...stored, TaggingCount: 2 })
      expect((await at.cos.getObjectTagging(named('copy'))).TagSet).toEqual([
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '世+=' },
      ])
    })

    it.each([
      ['one request', {}],
      ['parts', IN_PARTS],
    ])('by %s has headers, metadata, tags and class of its own when told to', async (_way, options) => {
      const own = { ContentType: 'text/html', Metadata: { b: '2' }, StorageClass: 'STANDARD_IA' } as const
      const replaced = { CopyStatus: 'Replaced', TaggingDirective: 'Replaced', Tagging: 'c=3' } as const
      const input = { ...named('own'), CopySource: named('source'), PartSize: 1, ...own, ...replaced }
      await at.cos.copy(input, options)
      const head = await at.cos.headObject(named('own'))
      expect(head).toMatchObject({ ...own, TaggingCount: 1 })
      expect(head.CacheControl).toBeUndefined()
      expect(Buffer.compare(await bytes('own'), content)).toBe(0)
    })

    it('takes its source as text, by region and by version', async () => {
      const { region } = at.server
      const cos = at.client({ Region: region })
      for (const CopySource of [
        { ...named('source'), Region: region },
        `${at.Bucket}.cos.${region}.myqcloud.com/source`,
        `${at.Bucket}.cos.${region}.myqcloud.com/source?versionId=null`,
      ])
        expect((await cos.copy({ ...named('forms'), CopySource }, IN_PARTS)).parts).toBe(1)
      expect(await refusal(at.cos.copy({ ...named('x'), CopySource: 'nowhere' }))).toBe('validation')
    })

    it.each([
      ['one request', {}],
      ['parts', IN_PARTS],
    ])('by %s keeps the conditions on its source', async (_way, options) => {
      const { ETag } = await at.cos.headObject(named('source'))
      const copy = (conditions: object) =>
        at.cos.copy({ ...named('conditional'), CopySource: named('source'), ...conditions }, options)
      expect((await copy({ CopySourceIfMatch: ETag })).statusCode).toBe(200)
      expect(await refusal(copy({ CopySourceIfNoneMatch: ETag }))).toBe('412 PreconditionFailed')
      expect(await refusal(copy({ CopySourceIfMatch: '"other"' }))).toBe('412 PreconditionFailed')
      const past = new Date(1_000_000_000_000)
      expect(await refusal(copy({ CopySourceIfUnmodifiedSince: past }))).toBe('412 PreconditionFailed')
      expect((await copy({ CopySourceIfModifiedSince: past })).statusCode).toBe(200)
    })

    it('of a source that is not there tells so', async () => {
      const copy = (CopySource: object) =>
        refusal(at.cos.copy({ ...named('x'), CopySource: CopySource as never }))
      expect(await copy(named('none'))).toBe('404 NoSuchKey')
      expect(await copy(named('none', 'none-1250000000'))).toMatch(/^404 /)
      expect(await copy({ Bucket: at.Bucket })).toBe('validation')
    })

    it('of an empty object is one request', async () => {
      await at.cos.putObject({ ...named('empty'), Body: '' })
      expect(await at.cos.copy({ ...named('of-empty'), CopySource: named('empty') })).toMatchObject({
        parts: 0,
        bytes: 0,
      })
    })

    it('of a source that is replaced meanwhile fails, and leaves nothing', async () => {
      await at.cos.putObject({ ...named('moving'), Body: content })
      let parts = 0
      const copying = at.cos.copy(
        { ...named('of-moving'), CopySource: named('moving'), PartSize: 1, MAXThread: 1 },
        {
          ...IN_PARTS,
          onProgress: () => {
            parts++
          },
          sourceClient: {
            headObject: async (input, options) => {
              const head = await at.cos.headObject(input, options)
              await at.cos.putObject({ ...named('moving'), Body: randomBytes(content.length) })
              return head
            },
            getObjectTagging: (...input) => at.cos.getObjectTagging(...input),
            deleteObject: (...input) => at.cos.deleteObject(...input),
          },
        },
      )
      expect(await refusal(copying)).toBe('changed')
      expect(parts).toBe(0)
      expect(await at.cos.objectExists(named('of-moving'))).toBe(false)
      expect(await uploads()).toEqual([])
    })

    it('that is aborted settles at once and leaves no upload', async () => {
      const controller = new AbortController()
      const copying = at.cos.copy(
        { ...named('aborted'), CopySource: named('source'), PartSize: 1, MAXThread: 1 },
        { ...IN_PARTS, signal: controller.signal, onProgress: () => controller.abort() },
      )
      controller.abort()
      expect(await refusal(copying)).toBe('aborted')
      await expect.poll(uploads).toEqual([])
    })

    it('overwrites nothing when that is forbidden', async () => {
      const input = { ...named('own'), CopySource: named('source'), ForbidOverwrite: true }
      expect(await refusal(at.cos.copy(input))).toBe('409 FileAlreadyExists')
      expect(await refusal(at.cos.copy(input, IN_PARTS))).toBe('409 FileAlreadyExists')
      expect(await uploads()).toEqual([])
    })
  })

  describe('moveObject', () => {
    it.each([
      ['one request', {}],
      ['parts', IN_PARTS],
    ])('by %s leaves the copy only', async (_way, options) => {
      await at.cos.putObject({ ...named('from'), Body: content, ...stored })
      const moved = await at.cos.moveObject({ ...named('to'), CopySource: named('from') }, options)
      expect(moved).toMatchObject({ bytes: content.length, DeleteMarkerVersionId: undefined })
      expect(await at.cos.objectExists(named('from'))).toBe(false)
      expect(await at.cos.headObject(named('to'))).toMatchObject(stored)
      expect(Buffer.compare(await bytes('to'), content)).toBe(0)
    })

    it('onto itself is refused', async () => {
      await at.cos.putObject({ ...named('self'), Body: 'self' })
      for (const CopySource of [named('self'), { ...named('self'), Region: at.server.region }]) {
        expect(await refusal(at.cos.moveObject({ ...named('self'), CopySource }))).toBe('validation')
      }
      expect((await bytes('self')).toString()).toBe('self')
    })

    it('does not delete what was written after the copy', async () => {
      await at.cos.putObject({ ...named('busy'), Body: 'old' })
      let looks = 0
      const moving = at.cos.moveObject(
        { ...named('of-busy'), CopySource: named('busy') },
        {
          sourceClient: {
            headObject: async (input, options) => {
              if (++looks === 2) await at.cos.putObject({ ...named('busy'), Body: 'new' })
              return at.cos.headObject(input, options)
            },
            getObjectTagging: (...input) => at.cos.getObjectTagging(...input),
            deleteObject: (...input) => at.cos.deleteObject(...input),
          },
        },
      )
      await expect(moving).rejects.toMatchObject({ kind: 'changed', message: /The copy was made/ })
      expect((await bytes('busy')).toString()).toBe('new')
      expect((await bytes('of-busy')).toString()).toBe('old')
    })

    it('keeps the history of a bucket with versions, and removes a version that is named', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      const old = await at.cos.putObject({ ...named('k', Bucket), Body: 'old' })
      await at.cos.putObject({ ...named('k', Bucket), Body: 'new' })
      const moved = await at.cos.moveObject({ ...named('new', Bucket), CopySource: named('k', Bucket) })
      expect(moved.DeleteMarkerVersionId).toBeDefined()
      expect(await at.cos.objectExists(named('k', Bucket))).toBe(false)
      const { VersionId } = old
      const CopySource = { ...named('k', Bucket), VersionId }
      const again = await at.cos.moveObject({ ...named('old', Bucket), CopySource })
      expect(again).toMatchObject({ CopySourceVersionId: VersionId, DeleteMarkerVersionId: undefined })
      expect(await at.cos.objectExists({ ...named('k', Bucket), VersionId })).toBe(false)
      const { Version, DeleteMarker } = await at.cos.listObjectVersions({ Bucket, Prefix: 'k' })
      expect([Version.length, DeleteMarker.length]).toEqual([1, 1])
    })
  })
}, STYLES)

describe('copies and moves between regions', () => {
  let far: Region
  let near: Region
  const content = randomBytes(2 * MIB + 3)
  const CopySource = { Bucket: FAR, Key: 'source', Region: FAR_REGION }
  const target = { Bucket: NEAR, Key: 'copy' }

  beforeAll(async () => {
    far = await startRegion(FAR, { region: FAR_REGION })
    near = await startRegion(NEAR, { remote: remoteOf(far.server) })
    await far.cos.putObject({
      Bucket: FAR,
      Key: 'source',
      Body: content,
      ContentType: 'text/css',
      Tagging: 'a=1',
    })
    return async () => {
      await near.stop()
      await far.stop()
    }
  })

  it.each([
    ['one request', {}, 0],
    ['parts', IN_PARTS, 3],
  ])('are copied by %s with a client of the source', async (_way, options, parts) => {
    const copied = await near.cos.copy(
      { ...target, CopySource, PartSize: 1 },
      { ...options, sourceClient: far.cos },
    )
    expect(copied).toMatchObject({ parts, Crc64: BigInt(crc64(content)) })
    expect(await near.cos.headObject(target)).toMatchObject({ ContentType: 'text/css', TaggingCount: 1 })
  })

  it('are copied without one too, as one request', async () => {
    expect(await near.cos.copy({ ...target, CopySource })).toMatchObject({ parts: 0, bytes: undefined })
  })

  it('are moved with a client of the source only', async () => {
    expect(await refusal(near.cos.moveObject({ ...target, CopySource }))).toBe('validation')
    await near.cos.moveObject({ ...target, CopySource }, { sourceClient: far.cos })
    expect(await far.cos.objectExists({ Bucket: FAR, Key: 'source' })).toBe(false)
    expect(await near.cos.objectExists(target)).toBe(true)
  })
})
