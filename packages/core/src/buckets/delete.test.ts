import { auditExactly, bytesNamed, faultyPorts, type PortHook, storeAbove, TestBucket } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { putObject } from '../objects/put.js'
import { deleteBucket } from './delete.js'

const fault = (code: string) => expect.objectContaining({ code })

it('deletes an empty bucket, whatever its versioning', async () => {
  for (const versioning of ['never', 'Enabled', 'Suspended'] as const) {
    const bucket = await TestBucket.open(versioning)
    await deleteBucket(bucket.call, bucket.store, bucket.name)
    const again = deleteBucket(bucket.call, bucket.store, bucket.name)
    await expect(again).rejects.toThrow(fault('NoSuchBucket'))
  }
})

it('deletes a bucket that was emptied', async () => {
  const bucket = await TestBucket.open('Enabled')
  const { versionId } = await bucket.put('key', 'x')
  const { versionId: marker } = await bucket.delete('key')
  await bucket.delete('key', versionId)
  await bucket.delete('key', marker)
  await deleteBucket(bucket.call, bucket.store, bucket.name)
})

it('refuses one with an object, an older version, or nothing but a delete marker', async () => {
  const bucket = await TestBucket.open('Enabled')
  const refused = () => {
    return expect(deleteBucket(bucket.call, bucket.store, bucket.name)).rejects.toThrow(
      fault('BucketNotEmpty'),
    )
  }
  const { versionId } = await bucket.put('key', 'x')
  await refused()
  await bucket.delete('key')
  await refused()
  await bucket.delete('key', versionId)
  expect(await bucket.timeline('key')).toEqual(['marker'])
  await refused()
})

it('shows nothing of the old bucket in a new one of the same name', async () => {
  const bucket = await TestBucket.open()
  await bucket.put('key', 'x')
  await bucket.delete('key')
  await deleteBucket(bucket.call, bucket.store, bucket.name)
  await bucket.create()
  expect((await bucket.list()).objects).toEqual([])
  expect((await bucket.listVersions()).versions).toEqual([])
})

describe('racing a put of another process', () => {
  /** Runs `meanwhile` just before the first commit behind the hook. */
  function beforeCommit(meanwhile: () => void): PortHook {
    let done = false
    return ({ method, moment }) => {
      if (done || method !== 'commit' || moment !== 'before') return
      done = true
      meanwhile()
    }
  }

  it('the put finds no bucket any more, and leaves nothing', async () => {
    const bucket = await TestBucket.open()
    let deleting: Promise<void> | undefined
    const hook = beforeCommit(() => {
      deleting = deleteBucket(bucket.call, bucket.store, bucket.name)
    })
    const store = await storeAbove(faultyPorts(bucket.store, hook))
    // The put's commit and the deletion now run side by side: one of them has to lose.
    const putting = putObject(bucket.call, store, bucket.putInput('key', bytesNamed('x', 10_000)))
    const put = await putting.then(
      () => 'stored',
      (error: unknown) => error,
    )
    const deleted = await deleting?.then(
      () => 'deleted',
      (error: unknown) => error,
    )
    const outcomes = [put, deleted]
    const { versions } = await auditExactly(bucket.store)
    if (put === 'stored') expect(outcomes).toEqual(['stored', fault('BucketNotEmpty')])
    else expect(outcomes).toEqual([fault('NoSuchBucket'), 'deleted'])
    expect(versions).toBe(put === 'stored' ? 1 : 0)
  })

  it('never leaves an object without a bucket, however they interleave', async () => {
    for (let round = 0; round < 100; round++) {
      const bucket = await TestBucket.open()
      const other = await storeAbove(bucket.store)
      const content = round % 2 === 0 ? 'x' : bytesNamed('x', 10_000)
      const delay = async () => {
        for (let turn = 0; turn < round % 12; turn++) await Promise.resolve()
      }
      const results = await Promise.allSettled([
        bucket.put('key', content),
        delay().then(() => deleteBucket(bucket.call, other, bucket.name)),
      ])
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      await auditExactly(bucket.store)
    }
  })
})
