import { LIMITS } from '@coset/model'
import { bytesNamed, rowsOf, TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTasks } from './tasks.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

describe('the tasks of a server', () => {
  it('begin with what is due: garbage, and answers kept for their time', async () => {
    await (await TestUpload.of(bucket, 'key', ['x'])).complete()
    await bucket.put('other', bytesNamed('other', 100_000))
    await bucket.delete('other')
    bucket.clock.advance(LIMITS.completedUploadMs)
    const kept = async () => [
      ...(await bucket.store.blobs.list({ limit: 10 })).slice(1),
      ...(await rowsOf(bucket.store, 'completed/')),
      ...(await rowsOf(bucket.store, 'lapse/')),
    ]
    expect(await kept()).toHaveLength(3)
    const tasks = startTasks(bucket.store, bucket.call.log, bucket.clock, bucket.clock.now())
    await vi.waitFor(async () => expect(await kept()).toHaveLength(0))
    await tasks.stop()
    expect(await bucket.read('key')).toBe('x')
  })

  it('leave what is not due', async () => {
    await (await TestUpload.of(bucket, 'key', ['x'])).complete()
    bucket.clock.advance(LIMITS.completedUploadMs - 1)
    const tasks = startTasks(bucket.store, bucket.call.log, bucket.clock, bucket.clock.now())
    await tasks.stop()
    expect(await rowsOf(bucket.store, 'completed/')).toHaveLength(1)
  })
})
