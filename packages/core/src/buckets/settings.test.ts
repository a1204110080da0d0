import { storeAbove, TestBucket } from '@coset/testkit'
import { expect, it } from 'vitest'
import { putObject } from '../objects/put.js'
import { getBucket, setVersioning } from './settings.js'

it('changes versioning and nothing else', async () => {
  const bucket = await TestBucket.open()
  const before = await getBucket(bucket.call, bucket.store, bucket.name)
  await bucket.setVersioning('Enabled')
  const after = await getBucket(bucket.call, bucket.store, bucket.name)
  expect(after).toEqual({ ...before, versioning: 'Enabled' })
  await bucket.setVersioning('Suspended')
  expect(await getBucket(bucket.call, bucket.store, bucket.name)).toEqual({
    ...before,
    versioning: 'Suspended',
  })
})

it('needs the bucket', async () => {
  const bucket = await TestBucket.open()
  const setting = setVersioning(bucket.call, bucket.store, 'none-1250000000', 'Enabled')
  await expect(setting).rejects.toThrow(expect.objectContaining({ code: 'NoSuchBucket' }))
})

it('counts at once for puts that had begun in another process', async () => {
  const bucket = await TestBucket.open()
  await bucket.put('key', 'old')
  const other = await storeAbove(bucket.store)
  async function* stream() {
    yield Buffer.from('new')
    await bucket.setVersioning('Enabled')
  }
  const body = { stream: stream(), length: undefined }
  const { versionId } = await putObject(bucket.call, other, bucket.putInput('key', '', { body }))
  expect(versionId).toBeDefined()
  expect(await bucket.timeline('key')).toEqual(['new', 'null old'])
})
