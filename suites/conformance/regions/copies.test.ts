// Copies from a region that another server of ours serves.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownOf } from '../cases/conditions.js'
import { COPY_CONDITIONS, ofSource, SOURCE_KEYS } from '../cases/copies.js'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { refusal } from '../own-sdk/stations.js'
import { FAR, FAR_REGION, NEAR, type Region, remoteOf, startRegion } from './stations.js'

const MIB = 1024 * 1024

let far: Region
let near: Region
beforeAll(async () => {
  far = await startRegion(FAR, { region: FAR_REGION })
  near = await startRegion(NEAR, { remote: remoteOf(far.server) })
})
afterAll(async () => {
  await near.stop()
  await far.stop()
})

const target = (Key: string) => ({ Bucket: NEAR, Key })
const source = (Key: string, VersionId?: string) => ({ Bucket: FAR, Key, Region: FAR_REGION, VersionId })
const copy = (from: string, to: string, more: object = {}) =>
  near.cos.copyObject({ ...target(to), CopySource: source(from), ...more })
const text = async (Key: string) => (await near.cos.getObject(target(Key))).Body.text()

describe('a copy from another region', () => {
  const content = randomBytes(100_000)
  const stored = {
    ContentType: 'text/plain',
    CacheControl: 'no-cache',
    ContentLanguage: 'zh-CN',
    Metadata: { author: '世界', empty: 'x' },
  }

  beforeAll(async () => {
    const given = { ...stored, Tagging: 'a=1&b=%E4%B8%96', StorageClass: 'STANDARD_IA' } as const
    await far.cos.putObject({ Bucket: FAR, Key: 'source', Body: content, ...given })
    await far.cos.putObject({ Bucket: FAR, Key: 'small', Body: 'small' })
  })

  it('has content, headers, metadata and tags of its source, but not its class', async () => {
    const copied = await copy('source', 'copy')
    const Crc64 = BigInt(crc64(content))
    expect(copied).toMatchObject({ statusCode: 200, ETag: `"${md5(content)}"`, CRC64: Crc64 })
    expect(copied.CopySourceVersionId).toBeUndefined()
    const got = await near.cos.getObject(target('copy'))
    expect(Buffer.compare(await got.Body.bytes(), content)).toBe(0)
    expect(got).toMatchObject({ ...stored, TaggingCount: 2, Crc64 })
    expect(got.StorageClass).toBeUndefined()
    const { TagSet } = await near.cos.getObjectTagging(target('copy'))
    expect(TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '世' },
    ])
  })

  it('has headers, metadata and tags of its own when these replace those of the source', async () => {
    const own = { ContentType: 'text/html', Metadata: { b: '2' } }
    await copy('source', 'own', {
      CopyStatus: 'Replaced',
      TaggingDirective: 'Replaced',
      Tagging: 'c=3',
      ...own,
    })
    const head = await near.cos.headObject(target('own'))
    expect(head).toMatchObject({ ...own, TaggingCount: 1 })
    expect(head.CacheControl).toBeUndefined()
  })

  it('is a small object too, and an empty one', async () => {
    await copy('small', 'small')
    expect(await text('small')).toBe('small')
    await far.cos.putObject({ Bucket: FAR, Key: 'empty', Body: '' })
    await copy('empty', 'empty')
    expect(await text('empty')).toBe('')
  })

  it('of an object of parts is one object, with an MD5 of its own', async () => {
    const parts = [randomBytes(MIB), randomBytes(10)]
    const upload = await far.cos.createMultipartUpload({ Bucket: FAR, Key: 'parts' })
    const name = { Bucket: FAR, Key: 'parts', UploadId: upload.UploadId }
    const Part = []
    for (const [index, Body] of parts.entries()) {
      const { ETag } = await far.cos.uploadPart({ ...name, PartNumber: index + 1, Body })
      Part.push({ PartNumber: index + 1, ETag })
    }
    await far.cos.completeMultipartUpload({ ...name, MultipartUpload: { Part } })
    expect((await copy('parts', 'parts')).ETag).toBe(`"${md5(Buffer.concat(parts))}"`)
  })

  it.each(COPY_CONDITIONS)('%s is answered', async (_name, conditions, status) => {
    const { ETag, headers } = await far.cos.headObject({ Bucket: FAR, Key: 'source' })
    const known = knownOf(ETag, headers['last-modified'] ?? '')
    const copied = copy('source', 'conditional', ofSource(conditions(known)))
    if (status === 200) expect((await copied).statusCode).toBe(200)
    else expect(await refusal(copied)).toBe('412 PreconditionFailed')
  })

  it.each(SOURCE_KEYS)('finds the key %j', async (key) => {
    await far.cos.putObject({ Bucket: FAR, Key: key, Body: `body of ${key}` })
    await copy(key, 'of-odd')
    expect(await text('of-odd')).toBe(`body of ${key}`)
  })

  it('finds versions by their ids', async () => {
    const Bucket = 'far-versions-1250000000'
    await far.cos.putBucket({ Bucket })
    await far.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
    const old = await far.cos.putObject({ Bucket, Key: 'k', Body: 'old' })
    await far.cos.putObject({ Bucket, Key: 'k', Body: 'new' })
    const marker = await far.cos.deleteObject({ Bucket, Key: 'k' })
    const version = (VersionId?: string) => ({ CopySource: { ...source('k', VersionId), Bucket } })
    const copied = await copy('k', 'version', version(old.VersionId))
    expect(copied.CopySourceVersionId).toBe(old.VersionId)
    expect(await text('version')).toBe('old')
    expect(await refusal(copy('k', 'none', version()))).toBe('404 NoSuchKey')
    expect(await refusal(copy('k', 'none', version(marker.VersionId)))).toBe('400 InvalidRequest')
    expect(await refusal(copy('k', 'none', version('MTg0NDUxNTc1NjIzMTQ1MDAwODg')))).toBe('404 NoSuchVersion')
  })

  it('is refused as one from here would be', async () => {
    await far.cos.putObject({ Bucket: FAR, Key: 'archived', Body: 'x', StorageClass: 'ARCHIVE' })
    await far.cos.appendObject({ Bucket: FAR, Key: 'grown', Body: 'x', Position: 0 })
    expect(await refusal(copy('none', 'refused'))).toBe('404 NoSuchKey')
    expect(await refusal(copy('archived', 'refused'))).toBe('403 InvalidObjectState')
    expect(await refusal(copy('grown', 'refused'))).toBe('400 InvalidCopySource')
    const CopySource = { ...source('k'), Bucket: 'none-1250000000' }
    expect(await refusal(copy('k', 'refused', { CopySource }))).toBe('404 NoSuchBucket')
    expect(await refusal(copy('small', 'refused', { Bucket: 'none-1250000000' }))).toBe('404 NoSuchBucket')
    expect(await refusal(copy('small', 'small', { ForbidOverwrite: true }))).toBe('409 FileAlreadyExists')
    expect(await near.cos.objectExists(target('refused'))).toBe(false)
  })
})

describe('a part from another region', () => {
  it('is a range, or the whole source', async () => {
    const content = randomBytes(2 * MIB)
    await far.cos.putObject({ Bucket: FAR, Key: 'large', Body: content })
    const { UploadId } = await near.cos.createMultipartUpload(target('parts-of-far'))
    const part = { ...target('parts-of-far'), UploadId, CopySource: source('large') }
    const range = content.subarray(7, MIB + 7)
    const first = await near.cos.uploadPartCopy({
      ...part,
      PartNumber: 1,
      CopySourceRange: `bytes=7-${MIB + 6}`,
    })
    expect(first).toMatchObject({ ETag: `"${md5(range)}"`, Crc64: BigInt(crc64(range)) })
    const second = await near.cos.uploadPartCopy({ ...part, PartNumber: 2 })
    const Part = [first, second].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }))
    await near.cos.completeMultipartUpload({
      ...target('parts-of-far'),
      UploadId,
      MultipartUpload: { Part },
    })
    const got = await near.cos.getObject(target('parts-of-far'))
    expect(Buffer.compare(await got.Body.bytes(), Buffer.concat([range, content]))).toBe(0)
  })

  it('is refused for a range beyond the source, and for what a copy is refused for', async () => {
    await far.cos.putObject({ Bucket: FAR, Key: 'ten', Body: '0123456789' })
    await far.cos.putObject({ Bucket: FAR, Key: 'empty', Body: '' })
    const { UploadId } = await near.cos.createMultipartUpload(target('refused-parts'))
    const part = { ...target('refused-parts'), UploadId, PartNumber: 1, CopySource: source('ten') }
    const asked = (more: object) => refusal(near.cos.uploadPartCopy({ ...part, ...more }))
    expect(await asked({ CopySourceRange: 'bytes=0-10' })).toBe('416 InvalidRange')
    expect(await asked({ CopySourceRange: 'bytes=10-10' })).toBe('416 InvalidRange')
    expect(await asked({ CopySource: source('empty'), CopySourceRange: 'bytes=0-0' })).toBe(
      '416 InvalidRange',
    )
    expect(await asked({ CopySource: source('none') })).toBe('404 NoSuchKey')
    expect(await asked({ CopySourceIfMatch: '"0"' })).toBe('412 PreconditionFailed')
    expect(await asked({ UploadId: 'none' })).toBe('404 NoSuchUpload')
    const { Part } = await near.cos.listParts({ ...target('refused-parts'), UploadId })
    expect(Part).toEqual([])
    const whole = await near.cos.uploadPartCopy({ ...part, CopySourceRange: 'bytes=0-9' })
    expect(whole.ETag).toBe(`"${md5('0123456789')}"`)
  })
})
