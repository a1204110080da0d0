import {
  auditExactly,
  bytesNamed,
  type GivenCopy,
  TestBucket,
  TestCopies,
  type VersioningHistory,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBucket } from '../buckets/create.js'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { reclaimGarbage } from '../tasks/reclaim.js'
import { getVersion } from './change.js'

const LARGE = bytesNamed('large', 100_000)
const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

function copy(from: string, key: string, given: GivenCopy = {}, store: Store = bucket.store) {
  return new TestCopies(bucket).copy(from, key, given, store)
}

const version = async (key: string) =>
  (await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key })).version

async function reclaim() {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
}

const source = {
  headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache' },
  metadata: { author: '世界' },
  tags: [{ Key: 'k', Value: 'v' }],
  storageClass: 'STANDARD_IA',
  acl: { canned: 'public-read' },
} as const
const own = {
  headers: { 'content-type': 'text/html' },
  metadata: { other: '1' },
  tags: [{ Key: 'own', Value: '2' }],
} as const

describe('a copy', () => {
  beforeEach(async () => {
    await bucket.put('source', 'content', source)
  })

  it('has the content, headers, metadata and tags of its source, and class and list of its own', async () => {
    const result = await copy('source', 'copy', own)
    const { etag, crc64, size } = await version('source')
    expect(result).toMatchObject({ etag, crc64, versionId: undefined, sourceVersionId: undefined })
    const { headers, metadata, tags } = source
    const expected = { etag, crc64, size, headers, metadata, tags, storageClass: 'STANDARD', acl: {} }
    expect(await version('copy')).toMatchObject(expected)
    expect(await bucket.read('copy')).toBe('content')
  })

  it('has the class and the list that it is given', async () => {
    const acl = { canned: 'private' } as const
    await copy('source', 'copy', { storageClass: 'ARCHIVE', acl })
    expect(await version('copy')).toMatchObject({ storageClass: 'ARCHIVE', acl })
  })

  it('has headers and metadata, or tags, of its own when these replace those of the source', async () => {
    const { headers, metadata, tags } = own
    await copy('source', 'copy', { ...own, replacesMetadata: true })
    expect(await version('copy')).toMatchObject({ headers, metadata, tags: source.tags })
    await copy('source', 'copy', { ...own, replacesTags: true })
    expect(await version('copy')).toMatchObject({ headers: source.headers, metadata: source.metadata, tags })
    await copy('source', 'copy', { replacesMetadata: true, replacesTags: true })
    expect(await version('copy')).toMatchObject({ headers: {}, metadata: {}, tags: [] })
  })

  it('is made when it is made, whenever its source was', async () => {
    bucket.clock.advance(60_000)
    const { modifiedMs } = await copy('source', 'copy')
    expect(modifiedMs).toBe(bucket.clock.now())
    expect((await version('copy')).modifiedMs).toBe(modifiedMs)
    expect((await version('source')).modifiedMs).toBe(modifiedMs - 60_000)
  })

  it('comes from another bucket', async () => {
    const name = 'other-1250000000'
    await createBucket(bucket.call, bucket.store, { name, region: 'r', owner: 'o', acl: {}, tags: [] })
    await bucket.put('there', LARGE, { bucket: name })
    await copy('there', 'here', { from: name })
    expect(await bucket.read('here')).toBe(LARGE.toString())
    await auditExactly(bucket.store)
    await expect(copy('here', 'again', { from: name })).rejects.toThrow(fault('NoSuchKey'))
    await expect(copy('here', 'again', { from: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
    await expect(copy('here', 'again', { bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
  })

  it('does not replace what it is told to leave', async () => {
    await bucket.put('copy', 'kept')
    const forbidden = copy('source', 'copy', { forbidOverwrite: true })
    await expect(forbidden).rejects.toThrow(fault('FileAlreadyExists'))
    expect(await bucket.read('copy')).toBe('kept')
    await copy('source', 'new', { forbidOverwrite: true })
  })

  it.each([
    ['MetadataTooLarge', { metadata: { a: 'x'.repeat(5000) } }],
    ['MAZOperationNotSupportOnOAZBucket', { storageClass: 'MAZ_STANDARD' }],
    ['InvalidObjectName', { key: '/a' }],
  ] as const)('is refused with %s as a put would be', async (code, input) => {
    await expect(copy('source', 'copy', { ...input, replacesMetadata: true })).rejects.toThrow(fault(code))
  })
})

describe('a copy onto itself', () => {
  it('is refused when it replaces nothing, and left as it is', async () => {
    await bucket.put('key', LARGE, source)
    await expect(copy('key', 'key')).rejects.toThrow(fault('InvalidRequest'))
    await expect(copy('key', 'key', { replacesTags: true })).rejects.toThrow(fault('InvalidRequest'))
    expect(await version('key')).toMatchObject(source)
    expect((await auditExactly(bucket.store)).garbage).toEqual([])
  })

  it.each(['small', LARGE])('changes headers, class and list, and keeps the content', async (content) => {
    await bucket.put('key', content, source)
    bucket.clock.advance(1000)
    await copy('key', 'key', { ...own, replacesMetadata: true })
    const { headers, metadata } = own
    expect(await version('key')).toMatchObject({ headers, metadata, tags: source.tags, acl: {} })
    expect(await version('key')).toMatchObject({ storageClass: 'STANDARD', modifiedMs: bucket.clock.now() })
    await reclaim()
    expect(await bucket.read('key')).toBe(content.toString())
    expect((await auditExactly(bucket.store)).garbage).toEqual([])
  })

  it('brings an old version back by its id', async () => {
    await bucket.setVersioning('Enabled')
    const { versionId: old } = await bucket.put('key', LARGE)
    await bucket.put('key', 'new')
    const { versionId, sourceVersionId } = await copy('key', 'key', { versionId: old })
    expect(sourceVersionId).toBe(old)
    expect(versionId).not.toBe(old)
    expect(await bucket.timeline('key')).toEqual([LARGE.toString(), 'new', LARGE.toString()])
    await bucket.delete('key', old)
    await reclaim()
    expect(await bucket.read('key', versionId)).toBe(LARGE.toString())
    await auditExactly(bucket.store)
  })

  it.each<[VersioningHistory, readonly string[]]>([
    ['never', ['null x']],
    ['Enabled', ['x', 'x']],
    ['Suspended', ['null x', 'x']],
  ])('makes the versions that a put would (%s)', async (state, expected) => {
    const at = await TestBucket.open(state === 'never' ? 'never' : 'Enabled')
    bucket = at
    await at.put('key', 'x')
    if (state === 'Suspended') await at.setVersioning('Suspended')
    const result = await copy('key', 'key', { replacesMetadata: true })
    expect(result.versionId === undefined).toBe(state !== 'Enabled')
    expect(await at.timeline('key')).toEqual(expected)
    await auditExactly(at.store)
  })
})
