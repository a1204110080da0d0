// Multipart uploads by the official Node SDK, call by call.
import { createHash, randomBytes } from 'node:crypto'
import { LIMITS } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, headersOf, newBucketName, refusal } from './stations.js'

const LARGE = randomBytes(LIMITS.partBytesMin)

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
  const begin = async (Key: string, params: object = {}) => {
    const { UploadId } = await at.cos.multipartInit({ ...named(Key), ...params })
    return { ...named(Key), UploadId }
  }
  type Upload = Awaited<ReturnType<typeof begin>>
  const put = async (upload: Upload, PartNumber: number, Body: Buffer | string) => {
    const { ETag } = await at.cos.multipartUpload({ ...upload, PartNumber, Body: Body as Buffer })
    return { PartNumber: String(PartNumber), ETag }
  }
  const complete = (upload: Upload, Parts: { PartNumber: string; ETag: string }[], params: object = {}) =>
    at.cos.multipartComplete({ ...upload, Parts: Parts as never, ...params })
  const read = async (Key: string) => (await at.cos.getObject(named(Key))).Body

  describe('an upload', () => {
    it('joins its parts, whatever their order of arrival', async () => {
      const upload = await begin('dir/中文 +&%.txt')
      expect(upload.UploadId).toBeTruthy()
      const last = await put(upload, 3, 'end')
      const first = await put(upload, 1, LARGE)
      expect(first.ETag).toBe(`"${md5(LARGE)}"`)
      const done = await complete(upload, [first, last])
      const whole = Buffer.concat([LARGE, Buffer.from('end')])
      expect(done).toMatchObject({ statusCode: 200, Bucket: at.Bucket, Key: upload.Key })
      expect(done.Location).toContain('dir/')
      const digests = [LARGE, 'end'].map((part) => createHash('md5').update(part).digest())
      expect(done.ETag).toBe(`"${md5(Buffer.concat(digests))}-2"`)
      expect(headersOf(done)['x-cos-hash-crc64ecma']).toBe(crc64(whole))
      expect(Buffer.compare(await read(upload.Key), whole)).toBe(0)
      const head = await at.cos.headObject(named(upload.Key))
      expect(head.ETag).toBe(done.ETag)
      expect(headersOf(head)['content-length']).toBe(String(whole.length))
    })

    it('keeps what it was begun with', async () => {
      const attributes = {
        CacheControl: 'no-cache',
        ContentDisposition: 'inline',
        ContentEncoding: 'identity',
        ContentType: 'text/plain',
        Expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
        ACL: 'public-read',
        StorageClass: 'STANDARD_IA',
        'x-cos-meta-author': 'someone',
        Headers: { 'x-cos-tagging': 'a=b' },
      }
      const upload = await begin('attributes', attributes)
      await complete(upload, [await put(upload, 1, 'x')])
      expect(headersOf(await at.cos.headObject(named('attributes')))).toMatchObject({
        'cache-control': 'no-cache',
        'content-disposition': 'inline',
        'content-encoding': 'identity',
        'content-type': 'text/plain',
        expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
        'x-cos-meta-author': 'someone',
        'x-cos-storage-class': 'STANDARD_IA',
      })
    })

    it('takes a part again in the place of the first', async () => {
      const upload = await begin('again')
      await put(upload, 1, 'first')
      await complete(upload, [await put(upload, 1, 'second')])
      expect((await read('again')).toString()).toBe('second')
    })

    it('leaves out parts that it is not completed with', async () => {
      const upload = await begin('left')
      const [one] = [await put(upload, 1, 'one'), await put(upload, 2, 'two')]
      await complete(upload, [one])
      expect((await read('left')).toString()).toBe('one')
    })

    it('answers the same when it is completed again', async () => {
      const upload = await begin('twice')
      const parts = [await put(upload, 1, 'x')]
      const [first, second] = [await complete(upload, parts), await complete(upload, parts)]
      expect(second.ETag).toBe(first.ETag)
    })

    it('is of the version that versioning gives it', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region, Key: 'k' }
      await at.cos.putBucket(own)
      const version = async () => {
        const upload = { ...own, UploadId: (await at.cos.multipartInit(own)).UploadId }
        const done = await complete(upload, [await put(upload, 1, 'x')])
        return headersOf(done)['x-cos-version-id']
      }
      expect(await version()).toBeUndefined()
      for (const Status of ['Enabled', 'Suspended'] as const) {
        await at.cos.putBucketVersioning({ ...own, VersioningConfiguration: { Status } })
        expect(await version()).toMatch(Status === 'Enabled' ? /^[A-Za-z0-9]{20,}/ : /^null$/)
      }
    })

    it('is gone once it is aborted, or completed', async () => {
      for (const end of ['abort', 'complete']) {
        const upload = await begin('ended')
        const part = await put(upload, 1, 'x')
        if (end === 'abort') expect((await at.cos.multipartAbort(upload)).statusCode).toBe(204)
        else await complete(upload, [part])
        expect(await refusal(put(upload, 2, 'y'))).toBe('404 NoSuchUpload')
        expect(await refusal(at.cos.multipartListPart(upload))).toBe('404 NoSuchUpload')
        expect(await refusal(at.cos.multipartAbort(upload))).toBe('404 NoSuchUpload')
        expect(await refusal(complete(upload, [part, { PartNumber: '2', ETag: part.ETag }]))).toBe(
          '404 NoSuchUpload',
        )
      }
    })

    it('keeps the bucket from being deleted', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region }
      await at.cos.putBucket(own)
      const { UploadId } = await at.cos.multipartInit({ ...own, Key: 'k' })
      expect(await refusal(at.cos.deleteBucket(own))).toBe('409 BucketNotEmpty')
      await at.cos.multipartAbort({ ...own, Key: 'k', UploadId })
      expect((await at.cos.deleteBucket(own)).statusCode).toBe(204)
    })
  })

  describe('a list of parts', () => {
    it('tells each, page by page', async () => {
      const upload = await begin('parts', { StorageClass: 'STANDARD_IA' })
      for (const number of [3, 1, 2]) await put(upload, number, `part ${number}`)
      const all = await at.cos.multipartListPart(upload)
      expect(all.Part.map(({ PartNumber, Size, ETag }) => ({ PartNumber, Size, ETag }))).toEqual(
        [1, 2, 3].map((number) => ({
          PartNumber: String(number),
          Size: '6',
          ETag: `"${md5(`part ${number}`)}"`,
        })),
      )
      expect(all).toMatchObject({
        Bucket: at.Bucket,
        Key: 'parts',
        UploadId: upload.UploadId,
        IsTruncated: 'false',
        StorageClass: 'STANDARD_IA',
        MaxParts: '1000',
        PartNumberMarker: '0',
        Owner: { DisplayName: '1250000000' },
        Initiator: { DisplayName: '1250000000' },
      })
      const page = await at.cos.multipartListPart({ ...upload, MaxParts: 1, PartNumberMarker: '1' })
      expect(page).toMatchObject({
        IsTruncated: 'true',
        NextPartNumberMarker: '2',
        Part: [{ PartNumber: '2' }],
      })
      const rest = await at.cos.multipartListPart({ ...upload, PartNumberMarker: '2' })
      expect(rest).toMatchObject({ IsTruncated: 'false', Part: [{ PartNumber: '3' }] })
    })

    it('may be empty, and encoded', async () => {
      const upload = await begin('中 文')
      const { Part, Key } = (await at.cos.multipartListPart({ ...upload, EncodingType: 'url' })) as {
        Part: unknown[]
        Key?: string
      }
      expect([Part, Key]).toEqual([[], '%E4%B8%AD%20%E6%96%87'])
    })
  })

  describe('a list of uploads', () => {
    it('tells each, by key and by time, page by page and folded', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region }
      await at.cos.putBucket(own)
      const ids: string[] = []
      for (const Key of ['a', 'a', 'b/1', 'b/2', 'c']) {
        ids.push((await at.cos.multipartInit({ ...own, Key })).UploadId)
      }
      const list = (params: object) => at.cos.multipartList({ ...own, Prefix: '', Delimiter: '', ...params })
      const all = await list({})
      expect(all.Upload.map(({ Key }) => Key)).toEqual(['a', 'a', 'b/1', 'b/2', 'c'])
      expect(all.Upload.map(({ UploadId }) => UploadId).sort()).toEqual([...ids].sort())
      expect(all.Upload[0]).toMatchObject({
        StorageClass: 'STANDARD',
        Owner: { DisplayName: '1250000000' },
        Initiated: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      })
      const folded = await list({ Delimiter: '/' })
      expect(folded).toMatchObject({ CommonPrefixes: { Prefix: 'b/' }, IsTruncated: 'false' })
      expect(folded.Upload.map(({ Key }) => Key)).toEqual(['a', 'a', 'c'])
      expect((await list({ Prefix: 'b/' })).Upload.map(({ Key }) => Key)).toEqual(['b/1', 'b/2'])
      expect((await list({ KeyMarker: 'b/1' })).Upload.map(({ Key }) => Key)).toEqual(['b/2', 'c'])

      const seen: string[] = []
      for (let markers = {}; ; ) {
        const page = await list({ MaxUploads: 1, ...markers })
        expect(page.Upload).toHaveLength(1)
        seen.push(...page.Upload.map(({ UploadId }) => UploadId))
        if (page.IsTruncated === 'false') break
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
      expect(seen).toEqual(all.Upload.map(({ UploadId }) => UploadId))
    })

    it('is encoded when it is asked to be', async () => {
      await begin('listed 中文')
      const params = { Bucket: at.Bucket, Region: at.Region, Prefix: 'listed', Delimiter: '' }
      const { Upload } = await at.cos.multipartList({ ...params, EncodingType: 'url' })
      expect(Upload).toMatchObject([{ Key: 'listed%20%E4%B8%AD%E6%96%87' }])
    })
  })

  describe('what is wrong is refused', () => {
    it('by the codes of COS', async () => {
      const upload = await begin('wrong')
      const large = await put(upload, 1, LARGE)
      const small = await put(upload, 2, 'small')
      const end = await put(upload, 3, 'end')
      const wrong = { PartNumber: '1', ETag: small.ETag }
      expect(await refusal(put(upload, 10_001, 'x'))).toBe('400 InvalidArgument')
      expect(await refusal(put({ ...upload, UploadId: 'x' }, 1, 'x'))).toBe('404 NoSuchUpload')
      expect(await refusal(put({ ...upload, Key: 'other' }, 1, 'x'))).toBe('404 NoSuchUpload')
      expect(await refusal(complete(upload, []))).toBe('400 MalformedXML')
      expect(await refusal(complete(upload, [small, large]))).toBe('400 InvalidPartOrder')
      expect(await refusal(complete(upload, [wrong]))).toBe('400 InvalidPart')
      expect(await refusal(complete(upload, [large, small, end]))).toBe('400 EntityTooSmall')
      expect(await refusal(begin('k'.repeat(851)))).toBe('400 KeyTooLong')
      expect(await refusal(at.cos.multipartInit({ ...named('k'), Bucket: newBucketName() }))).toBe(
        '404 NoSuchBucket',
      )
      const list = { Bucket: at.Bucket, Region: at.Region, Prefix: '', Delimiter: '//' }
      expect(await refusal(at.cos.multipartList(list))).toBe('400 InvalidDelimiter')
      expect((await complete(upload, [large, end])).statusCode).toBe(200)
    })

    it('where an object must not be overwritten', async () => {
      const Headers = { 'x-cos-forbid-overwrite': 'true' }
      const upload = await begin('forbidden')
      const parts = [await put(upload, 1, 'x')]
      await at.cos.putObject({ ...named('forbidden'), Body: 'object' })
      expect(await refusal(begin('forbidden', { Headers }))).toBe('409 FileAlreadyExists')
      expect(await refusal(complete(upload, parts, { Headers }))).toBe('409 FileAlreadyExists')
      expect((await read('forbidden')).toString()).toBe('object')
    })
  })
})
