import { auditExactly, storeAbove, TestBucket } from '@coset/testkit'
import { expect, it } from 'vitest'
import type { MetadataStore } from '../ports.js'
import type { Store } from '../store.js'
import { deleteBucket } from './delete.js'
import { readSetting, writeSetting } from './setting-rows.js'
import { getBucket, setVersioning } from './settings.js'

const CHANGE = { name: 'cors', setting: { a: 1 } } as const

/** The same rows, with something else done just before the first commit. */
function withIntruder({ metadata, blobs }: Store, intrude: () => Promise<unknown>): Promise<Store> {
  let commits = 0
  const intruded: MetadataStore = {
    read: (keys) => metadata.read(keys),
    scan: (range, options) => metadata.scan(range, options),
    close: () => metadata.close(),
    async commit(commit) {
      if (++commits === 1) await intrude()
      return metadata.commit(commit)
    },
  }
  return storeAbove({ metadata: intruded, blobs })
}

it('a setting that comes just before its bucket is deleted goes with it', async () => {
  const { call, store, name } = await TestBucket.open()
  const deleting = await withIntruder(store, () => writeSetting(call, store, name, CHANGE))
  await deleteBucket(call, deleting, name)
  await auditExactly(store)
})

it('a setting of a bucket that was deleted just before is refused, and brings nothing back', async () => {
  for (const changeRecord of [undefined, (record: Awaited<ReturnType<typeof getBucket>>) => record]) {
    const { call, store, name } = await TestBucket.open()
    const writing = await withIntruder(store, () => deleteBucket(call, store, name))
    const change = changeRecord ? { ...CHANGE, changeRecord } : CHANGE
    await expect(writeSetting(call, writing, name, change)).rejects.toThrow(
      expect.objectContaining({ code: 'NoSuchBucket' }),
    )
    await expect(getBucket(call, await storeAbove(store), name)).rejects.toThrow()
    await auditExactly(store)
  }
})

it('changes the record with the setting, and keeps what others changed meanwhile', async () => {
  const { call, store, name } = await TestBucket.open()
  const writing = await withIntruder(store, () => setVersioning(call, store, name, 'Enabled'))
  const changeRecord = (record: Awaited<ReturnType<typeof getBucket>>) => ({
    ...record,
    variesByOrigin: true,
  })
  await writeSetting(call, writing, name, { ...CHANGE, changeRecord })
  expect(await getBucket(call, store, name)).toMatchObject({ versioning: 'Enabled', variesByOrigin: true })
  expect(await readSetting(store, name, 'cors')).toEqual({ a: 1 })
})
