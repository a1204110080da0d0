import { faultyPorts, storeAbove, TestBucket, testCall } from '@coset/testkit'
import { expect, it } from 'vitest'
import { deleteObjects } from './delete-many.js'

it('tells of each target in its order', async () => {
  const bucket = await TestBucket.open('Enabled')
  const { versionId } = await bucket.put('a', 'x')
  const targets = [
    { key: 'a', versionId },
    { key: 'none' },
    { key: 'x'.repeat(851) },
    { key: 'a', versionId: 'no id' },
    { key: '/slash' },
  ]
  const outcomes = await deleteObjects(bucket.call, bucket.store, bucket.name, targets)
  expect(outcomes).toEqual([
    { key: 'a', versionId, ok: true, result: { versionId, deleteMarker: false } },
    { key: 'none', ok: true, result: { versionId: expect.any(String), deleteMarker: true } },
    { key: 'x'.repeat(851), ok: false, code: 'KeyTooLong', message: expect.any(String) },
    { key: 'a', versionId: 'no id', ok: false, code: 'InvalidArgument', message: expect.any(String) },
    { key: '/slash', ok: true, result: { versionId: undefined, deleteMarker: false } },
  ])
  const { versions } = await bucket.listVersions()
  expect(versions.map(({ key }) => key)).toEqual(['none'])
})

it('deletes a thousand, and keys that are named twice in turn', async () => {
  const bucket = await TestBucket.open('Enabled')
  const keys = Array.from({ length: 500 }, (_, n) => `key ${n}`)
  const targets = [...keys, ...keys].map((key) => ({ key }))
  const outcomes = await deleteObjects(bucket.call, bucket.store, bucket.name, targets)
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  expect((await bucket.timeline('key 7')).length).toBe(2)
})

it('needs the bucket', async () => {
  const bucket = await TestBucket.open()
  const deleting = deleteObjects(bucket.call, bucket.store, 'none-1250000000', [{ key: 'a' }])
  await expect(deleting).rejects.toThrow(expect.objectContaining({ code: 'NoSuchBucket' }))
})

it('goes on past a deletion that breaks, logs it, and tells nothing of its inside', async () => {
  const bucket = await TestBucket.open()
  for (const key of ['a', 'b']) await bucket.put(key, 'x')
  const errors: object[] = []
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, warn: quiet, error: (fields: object) => errors.push(fields) }
  let commits = 0
  const ports = faultyPorts(bucket.store, ({ method, moment }) => {
    if (method === 'commit' && moment === 'before' && commits++ === 0) throw new Error('a secret path')
  })
  const targets = [{ key: 'a' }, { key: 'b' }]
  const outcomes = await deleteObjects(testCall({ log }), await storeAbove(ports), bucket.name, targets)
  expect(outcomes).toMatchObject([{ ok: false, code: 'InternalError' }, { ok: true }])
  expect(JSON.stringify(outcomes)).not.toContain('secret')
  expect(errors).toHaveLength(1)
})
