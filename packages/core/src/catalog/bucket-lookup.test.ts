import { faultyPorts, type PortCall, storeAbove, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deleteBucket } from '../buckets/delete.js'
import { getObject } from '../objects/get.js'
import { putObject } from '../objects/put.js'
import { readBucket, readWithBucket } from './bucket-lookup.js'

const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

it.each([
  '',
  'none-1250000000',
  'UPPER-1250000000',
  'no-appid',
  '../x-1',
  'a'.repeat(70),
])('finds no bucket named %j', async (name) => {
  await expect(readBucket(bucket.store, name)).rejects.toThrow(fault('NoSuchBucket'))
})

it('needs one read for a bucket it has seen, together with its rows', async () => {
  const calls: PortCall['method'][] = []
  const ports = faultyPorts(
    bucket.store,
    ({ method, moment }) => void (moment === 'before' && calls.push(method)),
  )
  const store = await storeAbove(ports)
  await readBucket(store, bucket.name)
  calls.length = 0
  await readWithBucket(store, bucket.name, ({ id }) => [id, id])
  expect(calls).toEqual(['read'])
})

describe('another process, which remembers the bucket,', () => {
  const recreate = async () => {
    await deleteBucket(bucket.call, bucket.store, bucket.name)
    await bucket.create()
  }
  const other = async () => {
    const store = await storeAbove(bucket.store)
    await readBucket(store, bucket.name)
    return store
  }

  it('sees that it was deleted', async () => {
    const store = await other()
    await deleteBucket(bucket.call, bucket.store, bucket.name)
    await expect(readBucket(store, bucket.name)).rejects.toThrow(fault('NoSuchBucket'))
    await expect(putObject(bucket.call, store, bucket.putInput('key', 'x'))).rejects.toThrow(
      fault('NoSuchBucket'),
    )
  })

  it('reads the new bucket of the same name, not the old one', async () => {
    const store = await other()
    // The call's random source has moved on, so the new bucket has another id.
    await recreate()
    await bucket.put('key', 'new')
    const input = { bucket: bucket.name, key: 'key', conditions: {} }
    expect((await getObject(bucket.call, store, input)).version.size).toBe(3)
  })

  it('writes into the new bucket of the same name', async () => {
    const store = await other()
    await recreate()
    await putObject(bucket.call, store, bucket.putInput('key', 'x'))
    expect(await bucket.read('key')).toBe('x')
  })

  it('sees a change of versioning at once', async () => {
    const store = await other()
    await bucket.setVersioning('Enabled')
    const { versionId } = await putObject(bucket.call, store, bucket.putInput('key', 'x'))
    expect(versionId).toBeDefined()
  })
})

it('remembers a bounded number of buckets, and forgets the oldest', async () => {
  await readBucket(bucket.store, bucket.name)
  const hints = bucket.store.bucketHints
  const known = hints.get(bucket.name)
  if (!known) throw new Error('The bucket is not remembered.')
  hints.clear()
  for (let n = 0; n < 4096; n++) hints.set(`other${n}-1`, known)
  await readBucket(bucket.store, bucket.name)
  expect(hints.size).toBe(4096)
  expect([hints.has('other0-1'), hints.has('other1-1'), hints.has(bucket.name)]).toEqual([false, true, true])
})
