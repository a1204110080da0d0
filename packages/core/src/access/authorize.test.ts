import { type AccessControlList, ANYONE, type Permission, userId } from '@coset/model'
import { ANONYMOUS, openMemoryStore, TestBucket, testCall } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { createBucket } from '../buckets/create.js'
import { putObject } from '../objects/put.js'
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
  const READS = ['HeadBucket', 'GetBucket', 'GetBucketObjectVersions']
  const WRITES = ['PutObject', 'DeleteObject', 'DeleteMultipleObjects', 'AppendObject', 'UploadPartCopy']
  const OBJECT_READS = ['GetObject', 'HeadObject']
  const OWNERS = [
    'PutBucket',
    'DeleteBucket',
    'PutBucketVersioning',
    'GetBucketVersioning',
    'GetService',
    'Anything',
  ]

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
    ['a bucket granted wholly', granted('FULL_CONTROL'), {}, [...READS, ...WRITES, ...OBJECT_READS]],
    ['a bucket granted to someone', granted('FULL_CONTROL', userId('7')), {}, []],
    ['a bucket granted for its list', granted('READ_ACP'), {}, []],
    ['a public object in a private bucket', {}, { canned: 'public-read' }, OBJECT_READS],
    ['a private object in a public bucket', { canned: 'public-read' }, { canned: 'private' }, READS],
    ['a granted object in a private bucket', {}, granted('READ'), OBJECT_READS],
  ]

  it.each(TABLE)('%s allows just what it should', async (_name, bucketAcl, objectAcl, allowed) => {
    const ask = await scene(bucketAcl, objectAcl)
    for (const action of [...READS, ...WRITES, ...OBJECT_READS, ...OWNERS]) {
      const asking = ask(action, OBJECT_READS.includes(action) ? 'key' : undefined)
      if (allowed.includes(action)) await asking
      else await expect(asking, action).rejects.toThrow(fault('AccessDenied'))
    }
  })

  it('a key that is not there shows itself only where the bucket is public', async () => {
    const ask = await scene({})
    await expect(ask('GetObject', 'none')).rejects.toThrow(fault('AccessDenied'))
    await (await scene({ canned: 'public-read' }))('GetObject', 'none')
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
