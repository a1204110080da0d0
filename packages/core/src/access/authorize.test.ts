import {
  type AccessControlList,
  ANYONE,
  AUTHENTICATED,
  BUCKET_CANNED_ACLS,
  OBJECT_CANNED_ACLS,
  type Permission,
  userId,
} from '@coset/model'
import { ANONYMOUS, openMemoryStore, TestBucket, testCall } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { createBucket } from '../buckets/create.js'
import { putObject } from '../objects/put.js'
import { parseAcl } from './acl.js'
import { authorize } from './authorize.js'

const NAME = 'bucket-1250000000'
const fault = (code: string) => expect.objectContaining({ code })
const granted = (permission: Permission, grantee = ANYONE): AccessControlList => ({
  grants: [{ permission, grantee }],
})

/** A bucket and an object with these lists, and a question to them without a signature. */
async function scene(bucketAcl: AccessControlList, objectAcl: AccessControlList = {}) {
  const { store } = await openMemoryStore()
  const call = testCall()
  await createBucket(call, store, { name: NAME, region: 'r', owner: 'me', acl: bucketAcl, tags: [] })
  const input = (await TestBucket.open()).putInput('key', 'x', { acl: objectAcl })
  await putObject(call, store, input)
  const anonymous = testCall({ principal: ANONYMOUS })
  return (action: string, key: string | undefined = undefined) =>
    authorize(anonymous, store, action, { bucket: NAME, key })
}

it('lets the owner do everything, without a look at the store', async () => {
  const { store } = await openMemoryStore()
  await authorize(testCall(), store, 'DeleteBucket', { bucket: 'none-1', key: undefined })
})

describe('without a signature', () => {
  const READS = ['HeadBucket', 'GetBucket', 'GetBucketObjectVersions', 'ListMultipartUploads']
  const WRITES = [
    'PutObject',
    'PostObject',
    'PutSymlink',
    'AppendObject',
    'DeleteObject',
    'DeleteMultipleObjects',
    'InitiateMultipartUpload',
    'UploadPart',
    'UploadPartCopy',
    'CompleteMultipartUpload',
    'AbortMultipartUpload',
    'ListParts',
  ]
  const OBJECT_READS = ['GetObject', 'HeadObject', 'GetSymlink']
  const BUCKET_LISTS = ['GetBucketACL', 'PutBucketACL']
  const OBJECT_LISTS = ['GetObjectACL', 'PutObjectACL']
  const ALL_LISTS = [...BUCKET_LISTS, ...OBJECT_LISTS]
  const OWNERS = [
    'PutBucket',
    'DeleteBucket',
    'PutBucketVersioning',
    'GetBucketVersioning',
    'GetService',
    'PutBucketCORS',
    'GetBucketCORS',
    'DeleteBucketCORS',
    'Anything',
  ]
  const ON_OBJECTS = [...OBJECT_READS, ...OBJECT_LISTS]
  const ALL = [...READS, ...WRITES, ...ON_OBJECTS, ...BUCKET_LISTS, ...OWNERS]

  async function expectJust(ask: Awaited<ReturnType<typeof scene>>, allowed: readonly string[]) {
    for (const action of ALL) {
      const asking = ask(action, ON_OBJECTS.includes(action) ? 'key' : undefined)
      if (allowed.includes(action)) await asking
      else await expect(asking, action).rejects.toThrow(fault('AccessDenied'))
    }
  }

  const TABLE: readonly [
    name: string,
    bucket: AccessControlList,
    object: AccessControlList,
    allowed: string[],
  ][] = [
    ['a private bucket', {}, {}, []],
    ['a bucket of public-read', { canned: 'public-read' }, {}, [...READS, ...OBJECT_READS]],
    [
      'a bucket of public-read-write',
      { canned: 'public-read-write' },
      {},
      [...READS, ...WRITES, ...OBJECT_READS],
    ],
    ['a bucket for signed requests', { canned: 'authenticated-read' }, {}, []],
    ['a bucket granted for reading', granted('READ'), {}, [...READS, ...OBJECT_READS]],
    ['a bucket granted for writing', granted('WRITE'), {}, WRITES],
    [
      'a bucket granted wholly',
      granted('FULL_CONTROL'),
      {},
      [...READS, ...WRITES, ...OBJECT_READS, ...ALL_LISTS],
    ],
    ['a bucket granted to all who sign', granted('FULL_CONTROL', AUTHENTICATED), {}, []],
    ['a bucket granted to someone', granted('FULL_CONTROL', userId('7')), {}, []],
    ['a bucket whose list may be read', granted('READ_ACP'), {}, ['GetBucketACL', 'GetObjectACL']],
    ['a bucket whose list may be changed', granted('WRITE_ACP'), {}, ['PutBucketACL', 'PutObjectACL']],
    ['a public object in a private bucket', {}, { canned: 'public-read' }, OBJECT_READS],
    ['a private object in a public bucket', { canned: 'public-read' }, { canned: 'private' }, READS],
    ['a granted object in a private bucket', {}, granted('READ'), OBJECT_READS],
    ['an object whose list may be read', {}, granted('READ_ACP'), ['GetObjectACL']],
    ['an object whose list may be changed', {}, granted('WRITE_ACP'), ['PutObjectACL']],
    ['an object granted wholly', {}, granted('FULL_CONTROL'), [...OBJECT_READS, ...OBJECT_LISTS]],
    [
      'a granted object in a bucket granted otherwise',
      granted('READ_ACP'),
      granted('READ'),
      ['GetBucketACL', ...OBJECT_READS],
    ],
  ]

  it.each(TABLE)('%s allows just what it should', async (_name, bucketAcl, objectAcl, allowed) => {
    const ask = await scene(bucketAcl, objectAcl)
    await expectJust(ask, allowed)
  })

  describe.each(BUCKET_CANNED_ACLS)('in a bucket of %s', (bucketAcl) => {
    it.each(OBJECT_CANNED_ACLS)('an object of %s allows just what COS documents', async (objectAcl) => {
      const ask = await scene(
        parseAcl({ canned: bucketAcl }, 'bucket'),
        parseAcl({ canned: objectAcl }, 'object'),
      )
      const listed = bucketAcl.startsWith('public-read')
      const fetched = objectAcl === 'public-read' || (objectAcl === 'default' && listed)
      const allowed = [
        ...(listed ? READS : []),
        ...(bucketAcl === 'public-read-write' ? WRITES : []),
        ...(fetched ? OBJECT_READS : []),
      ]
      await expectJust(ask, allowed)
    })
  })

  it('a key that is not there shows itself only where the bucket may be listed', async () => {
    const shown = async (acl: AccessControlList, action: string) => {
      const asking = (await scene(acl, { canned: 'public-read' }))(action, 'none')
      return asking.then(
        () => 'shown',
        (error: { code: string }) => error.code,
      )
    }
    expect(await shown({}, 'GetObject')).toBe('AccessDenied')
    expect(await shown({ canned: 'public-read' }, 'GetObject')).toBe('shown')
    expect(await shown({ canned: 'public-read' }, 'GetObjectACL')).toBe('AccessDenied')
    expect(await shown(granted('READ_ACP'), 'GetObjectACL')).toBe('AccessDenied')
    expect(await shown(granted('WRITE_ACP'), 'PutObjectACL')).toBe('AccessDenied')
    expect(await shown(granted('FULL_CONTROL'), 'GetObjectACL')).toBe('shown')
  })

  it('a bucket that is not there is told', async () => {
    const { store } = await openMemoryStore()
    const asking = authorize(testCall({ principal: ANONYMOUS }), store, 'GetBucket', {
      bucket: NAME,
      key: undefined,
    })
    await expect(asking).rejects.toThrow(fault('NoSuchBucket'))
  })
})

it('asks the list of the version that is named', async () => {
  const bucket = await TestBucket.open('Enabled')
  const { versionId: open } = await bucket.put('key', 'x', { acl: { canned: 'public-read' } })
  const { versionId: closed } = await bucket.put('key', 'x', { acl: { canned: 'private' } })
  const ask = (versionId: string | undefined) => {
    const resource = { bucket: bucket.name, key: 'key', versionId }
    return authorize(testCall({ principal: ANONYMOUS }), bucket.store, 'GetObject', resource)
  }
  await ask(open)
  await expect(ask(closed)).rejects.toThrow(fault('AccessDenied'))
  await expect(ask(undefined)).rejects.toThrow(fault('AccessDenied'))
})

it('tells of no version or marker that is not there, even beside an open object', async () => {
  const bucket = await TestBucket.open('Enabled')
  const { versionId: gone } = await bucket.put('key', 'x', { acl: { canned: 'public-read' } })
  await bucket.put('key', 'x', { acl: { canned: 'public-read' } })
  await bucket.delete('key', gone)
  const { versionId: marker } = await bucket.delete('other')
  const ask = (key: string, versionId: string | undefined) => {
    const resource = { bucket: bucket.name, key, versionId }
    return authorize(testCall({ principal: ANONYMOUS }), bucket.store, 'GetObject', resource)
  }
  await ask('key', undefined)
  await expect(ask('key', gone)).rejects.toThrow(fault('AccessDenied'))
  await expect(ask('other', marker)).rejects.toThrow(fault('AccessDenied'))
  await expect(ask('other', undefined)).rejects.toThrow(fault('AccessDenied'))
})

it('serves for the source of a copy, which is read by whoever copies', async () => {
  const bucket = await TestBucket.open()
  await bucket.put('open', 'x', { acl: { canned: 'public-read' } })
  await bucket.put('closed', 'x')
  const anonymous = testCall({ principal: ANONYMOUS })
  const read = (key: string) =>
    authorize(anonymous, bucket.store, 'GetObject', { bucket: bucket.name, key, versionId: '' })
  await read('open')
  await expect(read('closed')).rejects.toThrow(fault('AccessDenied'))
  await expect(read('none')).rejects.toThrow(fault('AccessDenied'))
})
