import { LIMITS } from '@coset/model'
import { auditExactly, bytesNamed, TEST_TIME_MS, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Conditions } from '../content/preconditions.js'
import { appendObject } from './append.js'
import { changeVersion, getVersion } from './change.js'
import { copyObject } from './copy.js'
import { type CopySource, findSource } from './copy-source.js'
import { putSymlink } from './symlink.js'

const ETAG = '9a0364b9e99bb480dd25e1f0284c8555'
const OTHER = '"d41d8cd98f00b204e9800998ecf8427e"'
const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const named = (key: string, input: Partial<CopySource> = {}): CopySource => {
  return { bucket: bucket.name, key, conditions: {}, ...input }
}
const find = (key: string, input: Partial<CopySource> = {}) =>
  findSource(bucket.call, bucket.store, named(key, input))

function copy(key: string, input: Partial<CopySource> = {}) {
  const { body: _body, expected: _expected, ...target } = bucket.putInput('copy', '')
  return copyObject(bucket.call, bucket.store, {
    ...target,
    source: named(key, input),
    replacesMetadata: false,
    replacesTags: false,
  })
}

describe('the conditions of a copy', () => {
  const known = new Date(TEST_TIME_MS)
  const before = new Date(TEST_TIME_MS - 1000)
  const after = new Date(TEST_TIME_MS + 1000)

  beforeEach(async () => {
    await bucket.put('source', 'content')
  })

  it.each<[string, Conditions]>([
    ['no condition', {}],
    ['its ETag', { ifMatch: `"${ETAG}"` }],
    ['its bare ETag', { ifMatch: ETAG }],
    ['any ETag', { ifMatch: '*' }],
    ['not another ETag', { ifNoneMatch: OTHER }],
    ['modified since before', { ifModifiedSince: before }],
    ['unmodified since that second', { ifUnmodifiedSince: known }],
    ['unmodified since after', { ifUnmodifiedSince: after }],
    ['its ETag, whenever it was modified', { ifMatch: ETAG, ifUnmodifiedSince: before }],
    ['not another ETag, whenever it was modified', { ifNoneMatch: OTHER, ifModifiedSince: after }],
    ['all four', { ifMatch: ETAG, ifNoneMatch: OTHER, ifModifiedSince: before, ifUnmodifiedSince: after }],
  ])('are met: %s', async (_name, conditions) => {
    expect((await find('source', { conditions })).version.etag).toBe(ETAG)
  })

  it.each<[string, Conditions]>([
    ['another ETag', { ifMatch: OTHER }],
    ['not its ETag', { ifNoneMatch: `"${ETAG}"` }],
    ['no ETag at all', { ifNoneMatch: '*' }],
    ['modified since that second', { ifModifiedSince: known }],
    ['modified since after', { ifModifiedSince: after }],
    ['unmodified since before', { ifUnmodifiedSince: before }],
    ['another ETag, though unmodified', { ifMatch: OTHER, ifUnmodifiedSince: after }],
    ['not its ETag, though modified', { ifNoneMatch: ETAG, ifModifiedSince: before }],
    ['its ETag and not its ETag', { ifMatch: ETAG, ifNoneMatch: ETAG }],
    ['both times, not modified', { ifModifiedSince: after, ifUnmodifiedSince: after }],
  ])('fail with one and the same fault: %s', async (_name, conditions) => {
    await expect(find('source', { conditions })).rejects.toThrow(fault('PreconditionFailed'))
    await expect(copy('source', { conditions })).rejects.toThrow(fault('PreconditionFailed'))
    expect((await auditExactly(bucket.store)).versions).toBe(1)
  })
})

describe('the source of a copy', () => {
  it('is the version that is named, or the newest', async () => {
    await bucket.put('source', 'null')
    await bucket.setVersioning('Enabled')
    const { versionId: old } = await bucket.put('source', 'old')
    await bucket.put('source', 'new')
    expect((await find('source')).versionId).toBeUndefined()
    for (const [versionId, content] of [
      [undefined, 'new'],
      ['', 'new'],
      [old, 'old'],
      ['null', 'null'],
    ] as const) {
      const result = await copy('source', { versionId })
      expect(result.sourceVersionId).toBe(versionId || undefined)
      expect(await bucket.read('copy')).toBe(content)
    }
  })

  it('is there', async () => {
    await expect(find('none')).rejects.toThrow(fault('NoSuchKey'))
    await expect(find('none', { bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
    await expect(find('none', { bucket: 'no bucket name' })).rejects.toThrow(fault('NoSuchBucket'))
    await expect(find('none', { versionId: 'MTg0NDUxNTc1NjIzMTQ1MDAwODg' })).rejects.toThrow(
      fault('NoSuchVersion'),
    )
    await expect(find('none', { versionId: '!' })).rejects.toThrow(fault('InvalidArgument'))
    await expect(find('')).rejects.toThrow(fault('InvalidObjectName'))
    await expect(find('k'.repeat(900))).rejects.toThrow(fault('KeyTooLong'))
  })

  it('is no delete marker, of which the reply to a copy tells nothing', async () => {
    await bucket.setVersioning('Enabled')
    await bucket.put('source', 'x')
    const { versionId } = await bucket.delete('source')
    await expect(find('source')).rejects.toThrow(expect.objectContaining({ code: 'NoSuchKey', detail: {} }))
    const named = find('source', { versionId })
    await expect(named).rejects.toThrow(fault('InvalidRequest'))
    await expect(named).rejects.toThrow('delete marker')
    await expect(named).rejects.not.toHaveProperty('detail.versionId')
  })

  it.each(['ARCHIVE', 'DEEP_ARCHIVE'] as const)('is not archived: %s', async (storageClass) => {
    await bucket.put('source', 'x', { storageClass })
    await expect(copy('source')).rejects.toThrow(fault('InvalidObjectState'))
  })

  it('is the target of a symbolic link, with its attributes', async () => {
    const content = bytesNamed('target', 9000)
    const metadata = { a: '1' }
    await bucket.put('target', content, { metadata })
    const { body: _body, expected: _expected, ...link } = bucket.putInput('source', '')
    await putSymlink(bucket.call, bucket.store, { ...link, linkTarget: 'target' })
    await copy('source')
    expect(await bucket.read('copy')).toBe(content.toString())
    const copied = await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key: 'copy' })
    expect(copied.version).toMatchObject({ metadata })
    expect(copied.version.linkTarget).toBeUndefined()
    await auditExactly(bucket.store)
    await bucket.delete('target')
    await expect(copy('source')).rejects.toThrow(fault('NoSuchKey'))
  })

  it('is archived only while it is restored, which its copy is not', async () => {
    await bucket.put('source', 'x', { storageClass: 'ARCHIVE' })
    const now = bucket.clock.now()
    const restore = { tier: 'Standard', requestedMs: now, readyMs: now, expiresMs: now + 1000 } as const
    const name = { bucket: bucket.name, key: 'source' }
    await changeVersion(bucket.call, bucket.store, name, (version) => ({ ...version, restore }))
    await copy('source')
    const copied = await getVersion(bucket.call, bucket.store, { ...name, key: 'copy' })
    expect(copied.version).toMatchObject({ storageClass: 'STANDARD' })
    expect(copied.version.restore).toBeUndefined()
    bucket.clock.advance(1000)
    await expect(copy('source')).rejects.toThrow(fault('InvalidObjectState'))
  })

  it('is not appendable', async () => {
    const input = { ...bucket.putInput('source', 'x'), position: 0 }
    await appendObject(bucket.call, bucket.store, input)
    await expect(copy('source')).rejects.toThrow(fault('InvalidCopySource'))
  })

  it('has at most 5 GB', async () => {
    await bucket.put('source', bytesNamed('x', 9000))
    const name = { bucket: bucket.name, key: 'source' }
    const resize = (size: number) =>
      changeVersion(bucket.call, bucket.store, name, (version) => ({ ...version, size }))
    await resize(LIMITS.copyBytesMax)
    await copy('source')
    await resize(LIMITS.copyBytesMax + 1)
    await expect(copy('source')).rejects.toThrow(fault('InvalidCopySource'))
    await expect(copy('source')).rejects.toThrow('UploadPartCopy')
  })
})
