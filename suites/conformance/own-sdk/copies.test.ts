// Copies within a region, by our own SDK.
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { knownOf } from '../cases/conditions.js'
import { COPY_CONDITIONS, ofSource, SOURCE_KEYS } from '../cases/copies.js'
import { md5 } from '../cases/digests.js'
import { ODD_KEYS } from '../cases/keys.js'
import { crc64 } from '../crc64.js'
import { eachStyle, newBucketName, refusal } from './stations.js'

const MIB = 1024 * 1024

eachStyle((at) => {
  const named = (Key: string, Bucket = at.Bucket) => ({ Bucket, Key })
  const bytes = async (Key: string) => Buffer.from(await (await at.cos.getObject(named(Key))).Body.bytes())

  describe('copyObject', () => {
    const content = randomBytes(100_000)
    beforeAll(async () => {
      await at.cos.putObject({
        ...named('source'),
        Body: content,
        ContentType: 'text/plain',
        Metadata: { author: '世界' },
        Tagging: 'a=1&b=2',
        StorageClass: 'STANDARD_IA',
      })
    })

    it('copies content, headers, metadata and tags, but not the class', async () => {
      const copied = await at.cos.copyObject({ ...named('copy'), CopySource: named('source') })
      const Crc64 = BigInt(crc64(content))
      expect(copied).toMatchObject({ statusCode: 200, ETag: `"${md5(content)}"`, CRC64: Crc64, Crc64 })
      expect(copied.StorageClass).toBe('STANDARD')
      expect(copied.VersionId).toBeUndefined()
      expect(Math.abs(copied.LastModified.getTime() - Date.now())).toBeLessThan(60_000)
      expect(Buffer.compare(await bytes('copy'), content)).toBe(0)
      const head = await at.cos.headObject(named('copy'))
      expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { author: '世界' }, TaggingCount: 2 })
      expect(head.StorageClass).toBeUndefined()
    })

    it('replaces headers, metadata and tags when it is told to', async () => {
      const CopySource = named('source')
      const own = { CopyStatus: 'Replaced', ContentType: 'text/html', Metadata: { b: '2' } } as const
      await at.cos.copyObject({ ...named('own'), CopySource, ...own, StorageClass: 'STANDARD_IA' })
      expect(await at.cos.headObject(named('own'))).toMatchObject({
        ContentType: 'text/html',
        Metadata: { b: '2' },
        TaggingCount: 2,
        StorageClass: 'STANDARD_IA',
      })
      await at.cos.copyObject({ ...named('own'), CopySource, TaggingDirective: 'Replaced', Tagging: 'c=3' })
      const head = await at.cos.headObject(named('own'))
      expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { author: '世界' }, TaggingCount: 1 })
    })

    it('takes its source as COS writes it, with a region and without', async () => {
      const region = at.server.region
      for (const CopySource of [
        { ...named('source'), Region: region },
        { ...named('source'), Host: `${at.Bucket}.cos.${region}.myqcloud.com` },
        `${at.Bucket}.cos.${region}.myqcloud.com/source`,
        `${at.Bucket}.cos-internal.${region}.tencentcos.cn/source`,
      ])
        expect((await at.cos.copyObject({ ...named('forms'), CopySource })).statusCode).toBe(200)
    })

    it('needs a bucket and a key', async () => {
      const copy = (CopySource: object) =>
        refusal(at.cos.copyObject({ ...named('x'), CopySource: CopySource as never }))
      expect(await copy({ Key: 'a' })).toBe('validation')
      expect(await copy({ Bucket: at.Bucket })).toBe('validation')
      expect(await copy({ Bucket: at.Bucket, Key: '' })).toBe('validation')
    })

    it.each(COPY_CONDITIONS)('%s is answered', async (_name, conditions, status) => {
      const { ETag, headers } = await at.cos.headObject(named('source'))
      const known = knownOf(ETag, headers['last-modified'] ?? '')
      const input = { ...named('conditional'), CopySource: named('source'), ...ofSource(conditions(known)) }
      if (status === 200) expect((await at.cos.copyObject(input)).statusCode).toBe(200)
      else expect(await refusal(at.cos.copyObject(input))).toBe('412 PreconditionFailed')
    })

    it.each([...new Set([...ODD_KEYS, ...SOURCE_KEYS])])('copies from and to the key %j', async (key) => {
      await at.cos.putObject({ ...named(key), Body: `body of ${key}` })
      await at.cos.copyObject({ ...named('of-odd'), CopySource: named(key) })
      await at.cos.deleteObject(named(key))
      await at.cos.copyObject({ ...named(key), CopySource: named('of-odd') })
      expect((await bytes(key)).toString()).toBe(`body of ${key}`)
      await at.cos.deleteObject(named(key))
    })

    it('tells what is wrong with its source', async () => {
      const copy = (CopySource: object | string) =>
        refusal(at.cos.copyObject({ ...named('x'), CopySource: CopySource as string }))
      expect(await copy(named('none'))).toBe('404 NoSuchKey')
      expect(await copy(named('none', 'none-1250000000'))).toBe('404 NoSuchBucket')
      expect(await copy({ ...named('source'), VersionId: 'MTg0NDUxNTc1NjIzMTQ1MDAwODg' })).toBe(
        '404 NoSuchVersion',
      )
      expect(await copy({ ...named('source'), Region: 'eu-frankfurt' })).toBe('400 InvalidCopySource')
      expect(await copy({ ...named('source'), Host: `${at.Bucket}.example.com` })).toBe(
        '400 InvalidCopySource',
      )
      expect(await copy('not a source')).toBe('400 InvalidCopySource')
      expect(await at.cos.objectExists(named('x'))).toBe(false)
    })

    it('copies onto itself with Replaced only, and brings versions back', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      const itself = { ...named('k', Bucket), CopySource: named('k', Bucket) }
      await at.cos.putObject({ ...named('k', Bucket), Body: 'old', ContentType: 'text/plain' })
      expect(await refusal(at.cos.copyObject(itself))).toBe('400 InvalidRequest')
      await at.cos.copyObject({ ...itself, CopyStatus: 'Replaced', ContentType: 'text/css' })
      expect((await at.cos.headObject(named('k', Bucket))).ContentType).toBe('text/css')
      await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      await at.cos.putObject({ ...named('k', Bucket), Body: 'new' })
      const VersionId = 'null'
      const back = await at.cos.copyObject({ ...itself, CopySource: { ...named('k', Bucket), VersionId } })
      expect(back.CopySourceVersionId).toBe(VersionId)
      expect(back.VersionId).toBeDefined()
      const { Body } = await at.cos.getObject({ ...named('k', Bucket), VersionId: back.VersionId })
      expect(await Body.text()).toBe('old')
    })
  })

  describe('uploadPartCopy', () => {
    it('makes parts of ranges, whole objects and versions', async () => {
      const content = randomBytes(3 * MIB)
      await at.cos.putObject({ ...named('parts-source'), Body: content })
      await at.cos.putObject({ ...named('small-source'), Body: 'the end' })
      const { UploadId } = await at.cos.createMultipartUpload(named('parts'))
      const part = { ...named('parts'), UploadId }
      const first = await at.cos.uploadPartCopy({
        ...part,
        PartNumber: 1,
        CopySource: named('parts-source'),
        CopySourceRange: `bytes=1-${2 * MIB}`,
      })
      const slice = content.subarray(1, 2 * MIB + 1)
      expect(first).toMatchObject({ ETag: `"${md5(slice)}"`, Crc64: BigInt(crc64(slice)) })
      const CopySource = { ...named('small-source'), VersionId: 'null' }
      const second = await at.cos.uploadPartCopy({ ...part, PartNumber: 2, CopySource })
      expect(second.CopySourceVersionId).toBe('null')
      const range = { ...part, PartNumber: 3, CopySource: named('small-source') }
      expect(await refusal(at.cos.uploadPartCopy({ ...range, CopySourceRange: 'bytes=0-7' }))).toBe(
        '416 InvalidRange',
      )
      await at.cos.completeMultipartUpload({
        ...part,
        MultipartUpload: {
          Part: [first, second].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag })),
        },
      })
      expect(Buffer.compare(await bytes('parts'), Buffer.concat([slice, Buffer.from('the end')]))).toBe(0)
    })
  })
})
