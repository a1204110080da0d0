import { Fault } from '@coset/model'
import {
  auditExactly,
  bytesNamed,
  faultyPorts,
  interruptedPorts,
  type PortHook,
  storeAbove,
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
import { type CopyInput, copyObject } from './copy.js'

const MIB = 1024 * 1024
const LARGE = bytesNamed('large', 100_000)
const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

interface Given extends Partial<Omit<CopyInput, 'source'>> {
  readonly versionId?: string | undefined
  readonly from?: string
}

function copy(from: string, key: string, given: Given = {}, store: Store = bucket.store) {
  const { versionId, from: sourceBucket = bucket.name, ...input } = given
  return copyObject(bucket.call, store, {
    ...new TestCopies(bucket).target(key),
    source: { bucket: sourceBucket, key: from, versionId, conditions: {} },
    replacesMetadata: false,
    replacesTags: false,
    ...input,
  })
}

const version = async (key: string) =>
  (await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key })).version

async function reclaim() {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  return reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
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

describe('the bytes of a copy', () => {
  const unread: PortHook = ({ method }) => {
    if (/Blob$/.test(method)) throw new Error(`A copy calls ${method}.`)
  }

  it.each([
    ['a small object', () => bucket.put('source', 'small')],
    ['an empty object', () => bucket.put('source', '')],
    ['a large object', () => bucket.put('source', LARGE)],
    [
      'an object of parts',
      () => new TestCopies(bucket).upload('source', [bytesNamed('1', MIB), bytesNamed('2', 10)]),
    ],
    [
      'a copy of parts',
      () => new TestCopies(bucket).upload('s', [bytesNamed('1', MIB)]).then(() => copy('s', 'source')),
    ],
  ])('are neither read nor written: %s', async (_name, make) => {
    await make()
    const content = await bucket.read('source')
    const { etag } = await version('source')
    const store = await storeAbove(faultyPorts(bucket.store, unread))
    expect((await copy('source', 'copy', {}, store)).etag).toBe(etag)
    await auditExactly(bucket.store)
    await bucket.delete('source')
    await bucket.delete('s')
    await reclaim()
    expect(await bucket.read('copy')).toBe(content)
    await auditExactly(bucket.store)
    await bucket.delete('copy')
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [], versions: 0 })
    expect(
      await bucket.store.metadata.scan(
        { start: Buffer.from('manifest/'), end: Buffer.from('manifest0') },
        { limit: 9 },
      ),
    ).toEqual([])
  })

  it('are those of the source as it is when the copy is made', async () => {
    await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', () =>
      bucket.put('source', bytesNamed('new', 9000)),
    )
    await copy('source', 'copy', {}, await storeAbove(behind))
    expect(await bucket.read('copy')).toBe(bytesNamed('new', 9000).toString())
    await reclaim()
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('are not there when the source is deleted and reclaimed before the copy is made', async () => {
    await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', async () => {
      await bucket.delete('source')
      await reclaim()
    })
    await expect(copy('source', 'copy', {}, await storeAbove(behind))).rejects.toThrow(fault('NoSuchKey'))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
  })

  it('go on to be claimed when the version that was copied is no longer the newest', async () => {
    await bucket.setVersioning('Enabled')
    const { versionId } = await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', () => bucket.put('source', 'newer'))
    await copy('source', 'copy', { versionId }, await storeAbove(behind))
    expect(await bucket.read('copy')).toBe(LARGE.toString())
    await auditExactly(bucket.store)
  })

  it('replace those of the target, which are given back', async () => {
    await bucket.put('source', LARGE)
    await bucket.put('copy', bytesNamed('old', 9000))
    await copy('source', 'copy')
    await copy('source', 'copy')
    expect(await reclaim()).toEqual({ blobs: 1 })
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('survive copies made both ways at once', async () => {
    await bucket.put('a', LARGE)
    await bucket.put('b', bytesNamed('b', 9000))
    const others = await Promise.all([bucket.store, storeAbove(bucket.store)])
    const turns = Array.from({ length: 20 }, (_, at) => at)
    const done = await Promise.allSettled(
      turns.map((at) => {
        const [from, to] = at % 2 === 0 ? ['a', 'b'] : ['b', 'a']
        return copy(from ?? '', to ?? '', {}, others[at % 3 === 0 ? 1 : 0])
      }),
    )
    for (const one of done) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(Fault)
    }
    await reclaim()
    expect(await bucket.read('a')).toBe(await bucket.read('b'))
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })
})
