// Copies within a region, by the official Node SDK.
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { knownOf } from '../cases/conditions.js'
import { COPY_CONDITIONS, ofSource, SOURCE_KEYS } from '../cases/copies.js'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

const MIB = 1024 * 1024

eachStyle((at) => {
  const named = (Key: string, Bucket = at.Bucket) => ({ Bucket, Region: at.Region, Key })
  const from = (key: string, bucket = at.Bucket) =>
    `${bucket}.cos.${at.Region}.myqcloud.com/${encodeURIComponent(key)}`
  const read = async (Key: string) => (await at.cos.getObject(named(Key))).Body
  const headers = async (Key: string) => headersOf(await at.cos.headObject(named(Key)))

  describe('putObjectCopy', () => {
    const content = randomBytes(100_000)
    beforeAll(async () => {
      await at.cos.putObject({
        ...named('source'),
        Body: content,
        ContentType: 'text/plain',
        CacheControl: 'no-cache',
        StorageClass: 'STANDARD_IA',
        ACL: 'public-read',
        'x-cos-meta-author': 'me',
      })
    })

    it('copies content, headers and metadata, but neither class nor list', async () => {
      const copied = await at.cos.putObjectCopy({ ...named('copy'), CopySource: from('source') })
      expect(copied).toMatchObject({ statusCode: 200, ETag: `"${md5(content)}"`, CRC64: crc64(content) })
      expect(copied.LastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(copied.VersionId).toBeUndefined()
      expect(headersOf(copied)['x-cos-hash-crc64ecma']).toBe(crc64(content))
      expect(Buffer.compare(await read('copy'), content)).toBe(0)
      const now = await headers('copy')
      expect(now).toMatchObject({
        'content-type': 'text/plain',
        'cache-control': 'no-cache',
        'x-cos-meta-author': 'me',
        etag: copied.ETag,
      })
      expect(now['x-cos-storage-class']).toBeUndefined()
    })

    it('replaces headers and metadata when it is told to', async () => {
      await at.cos.putObjectCopy({
        ...named('replaced'),
        CopySource: from('source'),
        MetadataDirective: 'Replaced',
        StorageClass: 'STANDARD_IA',
        ACL: 'private',
        CacheControl: 'max-age=1',
        ContentDisposition: 'attachment',
        ContentEncoding: 'identity',
        ContentType: 'text/html',
        Expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
        'x-cos-meta-other': 'value',
      })
      const now = await headers('replaced')
      expect(now).toMatchObject({
        'content-type': 'text/html',
        'cache-control': 'max-age=1',
        'content-disposition': 'attachment',
        'content-encoding': 'identity',
        expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
        'x-cos-storage-class': 'STANDARD_IA',
        'x-cos-meta-other': 'value',
      })
      expect(now['x-cos-meta-author']).toBeUndefined()
    })

    it('copies from another bucket, and onto itself with Replaced only', async () => {
      const other = newBucketName()
      await at.cos.putBucket({ Bucket: other, Region: at.Region })
      await at.cos.putObject({ ...named('k', other), Body: 'elsewhere' })
      await at.cos.putObjectCopy({ ...named('here'), CopySource: from('k', other) })
      expect((await read('here')).toString()).toBe('elsewhere')
      const itself = { ...named('here'), CopySource: from('here') }
      expect(await refusal(at.cos.putObjectCopy(itself))).toBe('400 InvalidRequest')
      await at.cos.putObjectCopy({ ...itself, MetadataDirective: 'Replaced', ContentType: 'text/css' })
      expect((await headers('here'))['content-type']).toBe('text/css')
      expect((await read('here')).toString()).toBe('elsewhere')
    })

    it.each(COPY_CONDITIONS)('%s is answered', async (_name, conditions, status) => {
      const source = await headers('source')
      const known = knownOf(source.etag ?? '', source['last-modified'] ?? '')
      const input = { ...named('conditional'), CopySource: from('source'), ...ofSource(conditions(known)) }
      if (status === 200) expect((await at.cos.putObjectCopy(input)).statusCode).toBe(200)
      else expect(await refusal(at.cos.putObjectCopy(input))).toBe('412 PreconditionFailed')
    })

    it.each(SOURCE_KEYS)('copies from and to the key %j', async (key) => {
      await at.cos.putObject({ ...named(key), Body: `body of ${key}` })
      await at.cos.putObjectCopy({ ...named('of-odd'), CopySource: from(key) })
      expect((await read('of-odd')).toString()).toBe(`body of ${key}`)
      await at.cos.deleteObject(named(key))
      await at.cos.putObjectCopy({ ...named(key), CopySource: from('of-odd') })
      expect((await at.cos.headObject(named(key))).statusCode).toBe(200)
      await at.cos.deleteObject(named(key))
    })

    it('tells what is wrong with its source', async () => {
      const copy = (CopySource: string) => refusal(at.cos.putObjectCopy({ ...named('x'), CopySource }))
      expect(await copy(from('none'))).toBe('404 NoSuchKey')
      expect(await copy(from('none', 'none-1250000000'))).toBe('404 NoSuchBucket')
      expect(await copy(`${from('source')}?versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg`)).toBe('404 NoSuchVersion')
      const far = `${at.Bucket}.cos.eu-frankfurt.myqcloud.com/source`
      expect(await copy(far)).toBe('400 InvalidCopySource')
      await at.cos.putObject({ ...named('archived'), Body: 'x', StorageClass: 'ARCHIVE' })
      expect(await copy(from('archived'))).toBe('403 InvalidObjectState')
      expect((await failureOf(at.cos.headObject(named('x')))).statusCode).toBe(404)
    })

    it('copies versions by their ids', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket, Region: at.Region })
      const versioned = { Bucket, Region: at.Region, VersioningConfiguration: { Status: 'Enabled' } } as const
      await at.cos.putBucketVersioning(versioned)
      const old = await at.cos.putObject({ ...named('k', Bucket), Body: 'old' })
      await at.cos.putObject({ ...named('k', Bucket), Body: 'new' })
      const CopySource = `${from('k', Bucket)}?versionId=${old.VersionId}`
      const copied = await at.cos.putObjectCopy({ ...named('k', Bucket), CopySource })
      expect(copied.VersionId).toBe(headersOf(copied)['x-cos-version-id'])
      expect(headersOf(copied)['x-cos-copy-source-version-id']).toBe(old.VersionId)
      expect((await at.cos.getObject(named('k', Bucket))).Body.toString()).toBe('old')
      const marker = await at.cos.deleteObject(named('k', Bucket))
      const copy = (text: string) => refusal(at.cos.putObjectCopy({ ...named('x'), CopySource: text }))
      expect(await copy(from('k', Bucket))).toBe('404 NoSuchKey')
      const ofMarker = `${from('k', Bucket)}?versionId=${headersOf(marker)['x-cos-version-id']}`
      expect(await copy(ofMarker)).toBe('400 InvalidRequest')
    })
  })

  describe('uploadPartCopy', () => {
    it('makes parts of ranges and of whole objects', async () => {
      const content = randomBytes(3 * MIB)
      await at.cos.putObject({ ...named('parts-source'), Body: content })
      await at.cos.putObject({ ...named('small-source'), Body: 'the end' })
      const { UploadId } = await at.cos.multipartInit(named('parts'))
      const part = { ...named('parts'), UploadId }
      const first = await at.cos.uploadPartCopy({
        ...part,
        PartNumber: 1,
        CopySource: from('parts-source'),
        CopySourceRange: `bytes=1-${2 * MIB}`,
      })
      expect(first.ETag).toBe(`"${md5(content.subarray(1, 2 * MIB + 1))}"`)
      const second = await at.cos.uploadPartCopy({ ...part, PartNumber: 2, CopySource: from('small-source') })
      const Parts = [
        { PartNumber: 1, ETag: first.ETag },
        { PartNumber: 2, ETag: second.ETag },
      ]
      await at.cos.multipartComplete({ ...part, Parts })
      const whole = Buffer.concat([content.subarray(1, 2 * MIB + 1), Buffer.from('the end')])
      expect(Buffer.compare(await read('parts'), whole)).toBe(0)
      expect((await headers('parts'))['x-cos-hash-crc64ecma']).toBe(crc64(whole))
    })

    it('tells what is wrong', async () => {
      await at.cos.putObject({ ...named('ten'), Body: '0123456789' })
      const { UploadId } = await at.cos.multipartInit(named('refused'))
      const part = { ...named('refused'), UploadId, PartNumber: 1, CopySource: from('ten') }
      const copy = (more: object) => refusal(at.cos.uploadPartCopy({ ...part, ...more }))
      expect(await copy({ CopySourceRange: 'bytes=0-10' })).toBe('416 InvalidRange')
      expect(await copy({ CopySourceRange: 'bytes=5-' })).toBe('400 InvalidArgument')
      expect(await copy({ PartNumber: 10_001 })).toBe('400 InvalidArgument')
      expect(await copy({ UploadId: 'none' })).toBe('404 NoSuchUpload')
      expect(await copy({ CopySource: from('none') })).toBe('404 NoSuchKey')
      expect(await copy({ CopySourceIfMatch: '"0"' })).toBe('412 PreconditionFailed')
      await at.cos.multipartAbort({ ...named('refused'), UploadId })
    })
  })

  describe('sliceCopyFile', () => {
    it.each([
      ['in one copy', 5 * MIB],
      ['in parts', MIB],
    ])('copies %s', async (_name, CopySliceSize) => {
      const content = randomBytes(2 * MIB + 100_000)
      const Key = `slices ${CopySliceSize}`
      await at.cos.putObject({ ...named(`${Key} source`), Body: content, 'x-cos-meta-a': '1' })
      const copied = await at.cos.sliceCopyFile({
        ...named(Key),
        CopySource: from(`${Key} source`),
        CopySliceSize,
        CopyChunkSize: MIB,
      })
      expect(copied.statusCode).toBe(200)
      expect(Buffer.compare(await read(Key), content)).toBe(0)
      const { etag = '', ...now } = await headers(Key)
      expect(etag.includes('-')).toBe(CopySliceSize === MIB)
      expect(now['x-cos-meta-a']).toBe('1')
    })
  })
})
