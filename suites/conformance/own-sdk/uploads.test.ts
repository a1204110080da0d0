// Multipart uploads by our own SDK.
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { LIMITS } from '@coset/model'
import { beforeAll, describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, newBucketName, refusal } from './stations.js'

const LARGE = randomBytes(LIMITS.partBytesMin)

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const begin = async (Key: string, input: object = {}) => {
    const { UploadId } = await at.cos.createMultipartUpload({ ...named(Key), ...input })
    return { ...named(Key), UploadId }
  }
  type Upload = Awaited<ReturnType<typeof begin>>
  type Part = { PartNumber: number; ETag: string }
  const put = async (upload: Upload, PartNumber: number, Body: Buffer | string): Promise<Part> => {
    const { ETag } = await at.cos.uploadPart({ ...upload, PartNumber, Body })
    return { PartNumber, ETag }
  }
  const complete = (upload: Upload, parts: readonly Part[], input: object = {}) =>
    at.cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part: parts }, ...input })
  const read = async (Key: string) => (await at.cos.getObject(named(Key))).Body.bytes()

  describe('an upload', () => {
    it('joins its parts, whatever their order of arrival', async () => {
      const upload = await begin('dir/中文 +&%.txt')
      const end = await put(upload, 3, 'end')
      const first = await put(upload, 1, LARGE)
      expect(first.ETag).toBe(`"${md5(LARGE)}"`)
      const done = await complete(upload, [first, end])
      const whole = Buffer.concat([LARGE, Buffer.from('end')])
      const digests = [LARGE, 'end'].map((part) => createHash('md5').update(part).digest())
      expect(done).toMatchObject({
        statusCode: 200,
        Bucket: at.Bucket,
        Key: upload.Key,
        ETag: `"${md5(Buffer.concat(digests))}-2"`,
        StorageClass: 'STANDARD',
      })
      expect(done.Location).toMatch(/^http:\/\/.*\/dir\/%E4%B8%AD/)
      expect(String(done.Crc64)).toBe(crc64(whole))
      expect(done.VersionId).toBeUndefined()
      expect(Buffer.compare(await read(upload.Key), whole)).toBe(0)
    })

    it('keeps what it was begun with', async () => {
      const upload = await begin('attributes', {
        CacheControl: 'no-cache',
        ContentType: 'text/plain',
        Metadata: { author: 'someone' },
        StorageClass: 'STANDARD_IA',
        Tagging: 'a=b',
        ACL: 'public-read',
      })
      expect((await complete(upload, [await put(upload, 1, 'x')])).StorageClass).toBe('STANDARD_IA')
      expect(await at.cos.headObject(named('attributes'))).toMatchObject({
        CacheControl: 'no-cache',
        ContentType: 'text/plain',
        Metadata: { author: 'someone' },
        StorageClass: 'STANDARD_IA',
      })
    })

    it('takes parts from streams, with their length and without', async () => {
      const upload = await begin('streams')
      const stream = () => Readable.from([LARGE.subarray(0, 500_000), LARGE.subarray(500_000)])
      const input = { ...upload, Body: stream(), EnableMD5: false }
      const one = await at.cos.uploadPart({ ...input, PartNumber: 1, ContentLength: LARGE.length })
      const two = await at.cos.uploadPart({ ...input, Body: stream(), PartNumber: 2 })
      expect([one.ETag, one.Crc64]).toEqual([two.ETag, two.Crc64])
      expect(String(one.Crc64)).toBe(crc64(LARGE))
      await complete(upload, [
        { PartNumber: 1, ETag: one.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ])
      expect((await read('streams')).length).toBe(2 * LARGE.length)
    })

    it('verifies a part by its MD5 when asked to', async () => {
      const upload = await begin('digest')
      await at.cos.uploadPart({ ...upload, PartNumber: 1, Body: 'x', EnableMD5: true })
      const ContentMD5 = createHash('md5').update('y').digest('base64')
      const wrong = at.cos.uploadPart({ ...upload, PartNumber: 1, Body: 'x', ContentMD5 })
      expect(await refusal(wrong)).toBe('400 BadDigest')
    })

    it('takes a part again in the place of the first, and leaves out others', async () => {
      const upload = await begin('again')
      await put(upload, 1, 'first')
      const second = await put(upload, 1, 'second')
      await put(upload, 2, 'left')
      await complete(upload, [second])
      expect(Buffer.from(await read('again')).toString()).toBe('second')
    })

    it('answers the same when it is completed again, and is gone otherwise', async () => {
      const upload = await begin('twice')
      const part = await put(upload, 1, 'x')
      const first = await complete(upload, [part])
      const second = await complete(upload, [{ ...part, ETag: part.ETag.replaceAll('"', '') }])
      expect([second.ETag, second.Crc64, second.Location]).toEqual([first.ETag, first.Crc64, first.Location])
      expect(await refusal(put(upload, 2, 'y'))).toBe('404 NoSuchUpload')
      expect(await refusal(at.cos.listParts(upload))).toBe('404 NoSuchUpload')
      expect(await refusal(at.cos.abortMultipartUpload(upload))).toBe('404 NoSuchUpload')
    })

    it('is of the version that versioning gives it', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      const version = async () => {
        const upload = { ...(await begin('k', { Bucket })), Bucket }
        return (await complete(upload, [await put(upload, 1, 'x')])).VersionId
      }
      expect(await version()).toBeUndefined()
      for (const Status of ['Enabled', 'Suspended'] as const) {
        await at.cos.putBucketVersioning({ Bucket, Status })
        expect(await version()).toMatch(Status === 'Enabled' ? /^[A-Za-z0-9]{20,}/ : /^null$/)
      }
    })

    it('is aborted', async () => {
      const upload = await begin('aborted')
      await put(upload, 1, 'x')
      expect((await at.cos.abortMultipartUpload(upload)).statusCode).toBe(204)
      expect(await refusal(at.cos.abortMultipartUpload(upload))).toBe('404 NoSuchUpload')
    })
  })

  it('lists the parts of an upload', async () => {
    const upload = await begin('中 文', { StorageClass: 'STANDARD_IA' })
    for (const number of [10, 1, 2]) await put(upload, number, `part ${number}`)
    const all = await at.cos.listParts(upload)
    expect(all).toMatchObject({
      ...upload,
      StorageClass: 'STANDARD_IA',
      MaxParts: 1000,
      IsTruncated: false,
      PartNumberMarker: 0,
      Owner: { DisplayName: '1250000000' },
    })
    expect(all.EncodingType).toBeUndefined()
    expect(all.Part).toEqual(
      [1, 2, 10].map((PartNumber) => ({
        PartNumber,
        LastModified: expect.any(Date),
        ETag: `"${md5(`part ${PartNumber}`)}"`,
        Size: `part ${PartNumber}`.length,
      })),
    )
    const page = await at.cos.listParts({ ...upload, MaxParts: 1, PartNumberMarker: 1 })
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: 2 })
    expect(page.Part.map(({ PartNumber }) => PartNumber)).toEqual([2])
    expect((await at.cos.listParts({ ...upload, PartNumberMarker: 10 })).Part).toEqual([])
  })

  describe('a list of uploads', () => {
    const Bucket = newBucketName()
    const KEYS = ['a', 'a', 'b/1', 'b/2', '世/界 +%']
    beforeAll(async () => {
      await at.cos.putBucket({ Bucket })
      for (const Key of KEYS) await at.cos.createMultipartUpload({ Bucket, Key })
    })
    const list = (input: object = {}) => at.cos.listMultipartUploads({ Bucket, ...input })
    const keys = async (input: object) => (await list(input)).Upload.map(({ Key }) => Key)

    it('tells each', async () => {
      const { Upload } = await list()
      expect(Upload.map(({ Key }) => Key)).toEqual(KEYS)
      expect(Upload[0]).toMatchObject({
        StorageClass: 'STANDARD',
        Initiated: expect.any(Date),
        Owner: { DisplayName: '1250000000' },
        Initiator: { DisplayName: '1250000000' },
      })
    })

    it('keeps to prefix, delimiter and marker', async () => {
      expect(await keys({ Prefix: 'b/' })).toEqual(['b/1', 'b/2'])
      expect(await keys({ KeyMarker: 'b/1' })).toEqual(['b/2', '世/界 +%'])
      const folded = await list({ Delimiter: '/' })
      expect(folded.CommonPrefixes).toEqual([{ Prefix: 'b/' }, { Prefix: '世/' }])
      expect(folded.Upload.map(({ Key }) => Key)).toEqual(['a', 'a'])
    })

    it.each([1, 2, 4, 5])('pages by %i', async (MaxUploads) => {
      const seen: string[] = []
      for (let markers = {}; ; ) {
        const page = await list({ MaxUploads, ...markers })
        expect(page.Upload.length).toBeLessThanOrEqual(MaxUploads)
        seen.push(...page.Upload.map(({ Key, UploadId }) => `${Key} ${UploadId}`))
        if (!page.IsTruncated) break
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
      expect(seen.map((one) => one.replace(/ \w+$/, ''))).toEqual(KEYS)
      expect(new Set(seen).size).toBe(KEYS.length)
    })

    it('is encoded only when it is asked to be', async () => {
      expect(await keys({ Prefix: '世', EncodingType: 'url' })).toEqual(['%E4%B8%96/%E7%95%8C%20%2B%25'])
    })
  })

  it('tells what is wrong by the codes of COS', async () => {
    const upload = await begin('wrong')
    const large = await put(upload, 1, LARGE)
    const small = await put(upload, 2, 'small')
    const end = await put(upload, 3, 'end')
    expect(await refusal(complete(upload, []))).toBe('400 MalformedXML')
    expect(await refusal(complete(upload, [small, large]))).toBe('400 InvalidPartOrder')
    expect(await refusal(complete(upload, [{ ...large, ETag: small.ETag }]))).toBe('400 InvalidPart')
    expect(await refusal(complete(upload, [large, small, end]))).toBe('400 EntityTooSmall')
    expect(await refusal(put({ ...upload, Key: 'other' }, 1, 'x'))).toBe('404 NoSuchUpload')
    expect(await refusal(put({ ...upload, UploadId: 'x' }, 1, 'x'))).toBe('404 NoSuchUpload')
    expect(await refusal(begin('k'.repeat(851)))).toBe('validation')
    expect(await refusal(begin('k', { StorageClass: 'COLD' }))).toBe('400 NotSupportedStorageClass')
    expect(await refusal(begin('k', { Bucket: newBucketName() }))).toBe('404 NoSuchBucket')
    expect(await refusal(at.cos.listParts({ ...upload, MaxParts: -1 }))).toBe('400 InvalidArgument')
    await at.cos.putObject({ ...named('wrong'), Body: 'object' })
    expect(await refusal(begin('wrong', { ForbidOverwrite: true }))).toBe('409 FileAlreadyExists')
    expect(await refusal(complete(upload, [large], { ForbidOverwrite: true }))).toBe('409 FileAlreadyExists')
    expect((await complete(upload, [large, end])).statusCode).toBe(200)
  })

  describe('what can not be is not sent', () => {
    const upload = () => ({ ...named('object'), UploadId: 'x' })

    it.each([
      0,
      -1,
      1.5,
      10_001,
      Number.NaN,
      'one',
      '',
      undefined,
    ])('a part number of %j', async (PartNumber) => {
      const input = { ...upload(), PartNumber, Body: 'x' } as Parameters<typeof at.cos.uploadPart>[0]
      expect(await refusal(at.cos.uploadPart(input))).toBe('validation')
    })

    it.each([
      undefined,
      null,
      '',
    ])('an upload id of %j: without it, it would be a request for the object', async (UploadId) => {
      await at.cos.putObject({ ...named('object'), Body: 'object' })
      const input = { ...upload(), UploadId } as ReturnType<typeof upload>
      expect(await refusal(at.cos.abortMultipartUpload(input))).toBe('validation')
      expect(await refusal(at.cos.listParts(input))).toBe('validation')
      expect(await refusal(at.cos.uploadPart({ ...input, PartNumber: 1, Body: 'x' }))).toBe('validation')
      expect(await refusal(complete(input, [{ PartNumber: 1, ETag: 'x' }]))).toBe('validation')
      expect(Buffer.from(await read('object')).toString()).toBe('object')
    })

    it('a list that is none, or too long', async () => {
      const parts = Array.from({ length: 10_001 }, () => ({ PartNumber: 1, ETag: 'x' }))
      expect(await refusal(complete(upload(), parts))).toBe('validation')
      expect(await refusal(complete(upload(), 'parts' as never))).toBe('validation')
      expect(await refusal(at.cos.completeMultipartUpload(upload() as never))).toBe('validation')
    })
  })
})
