import { LIMITS } from '@coset/model'
import { openMemoryStore, storeAbove, testCall } from '@coset/testkit'
import { beforeEach, expect, it } from 'vitest'
import { bucketsAfter } from '../catalog/keys.js'
import type { Store } from '../store.js'
import { createBucket } from './create.js'
import { getBucket } from './settings.js'

const fault = (code: string) => expect.objectContaining({ code })
const input = (name: string, owner = 'me') => ({ name, region: 'ap-guangzhou', owner, acl: {}, tags: [] })

let store: Store
beforeEach(async () => {
  store = (await openMemoryStore()).store
})

it('keeps what a bucket was made with, and when', async () => {
  const call = testCall()
  const tags = [{ Key: 'k', Value: 'v' }]
  const acl = { canned: 'public-read' } as const
  await createBucket(call, store, { ...input('a-1'), acl, tags })
  const bucket = await getBucket(call, store, 'a-1')
  expect(bucket).toMatchObject({ ...input('a-1'), acl, tags, createdMs: call.clock.now() })
  expect(bucket.versioning).toBeUndefined()
})

it('gives every bucket an id of its own', async () => {
  const call = testCall()
  for (const name of ['a-1', 'b-1']) await createBucket(call, store, input(name))
  const ids = await Promise.all(['a-1', 'b-1'].map(async (name) => (await getBucket(call, store, name)).id))
  expect(new Set(ids).size).toBe(2)
})

it('refuses a name that is taken, and tells by whom', async () => {
  const call = testCall()
  await createBucket(call, store, input('a-1'))
  await expect(createBucket(call, store, input('a-1'))).rejects.toThrow(fault('BucketAlreadyOwnedByYou'))
  await expect(createBucket(call, store, input('a-1', 'you'))).rejects.toThrow(fault('BucketAlreadyExists'))
})

it.each([
  ['', 'InvalidBucketName'],
  ['no-appid', 'InvalidBucketName'],
  ['-a-1', 'InvalidBucketName'],
  ['A-1', 'InvalidBucketName'],
  ['a/b-1', 'InvalidBucketName'],
  [`${'a'.repeat(LIMITS.bucketNameLengthMax)}-1`, 'BucketNameTooLong'],
])('refuses the name %j', async (name, code) => {
  await expect(createBucket(testCall(), store, input(name))).rejects.toThrow(fault(code))
})

it('makes a bucket once when several processes want it', async () => {
  const processes = await Promise.all(Array.from({ length: 4 }, () => storeAbove(store)))
  const made = await Promise.allSettled(
    processes.map((process) => createBucket(testCall(), process, input('a-1'))),
  )
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

it('stops at the number of buckets an account may own', async () => {
  const call = testCall()
  for (let n = 0; n < LIMITS.bucketsMax; n++) await createBucket(call, store, input(`a${n}-1`))
  await expect(createBucket(call, store, input('one-more-1'))).rejects.toThrow(fault('TooManyBuckets'))
  const rows = await store.metadata.scan(bucketsAfter(''), { limit: 1000 })
  expect(rows).toHaveLength(LIMITS.bucketsMax)
})
