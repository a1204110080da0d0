import { bytesNamed, TestBucket, type VersioningHistory } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { setVersioning } from '../buckets/settings.js'
import { headObject } from './get.js'
import { getTags, setTags } from './tagging.js'

const fault = (code: string, detail: object = {}) =>
  expect.objectContaining({ code, detail: expect.objectContaining(detail) })
const RED = { Key: 'colour', Value: 'red' }
const BIG = { Key: 'size', Value: 'big' }

async function scene(versioning: VersioningHistory = 'never') {
  const bucket = await TestBucket.open(versioning)
  const { call, store, name } = bucket
  const named = (versionId?: string) => ({ bucket: name, key: 'key', versionId })
  return {
    bucket,
    set: (tags: readonly { Key: string; Value: string }[], versionId?: string) =>
      setTags(call, store, named(versionId), tags),
    get: async (versionId?: string) => (await getTags(call, store, named(versionId))).tags,
    head: () => headObject(call, store, { ...named(), conditions: {} }),
  }
}

describe('tags of an object', () => {
  it('are those it was put with, until others replace all of them', async () => {
    const { bucket, set, get } = await scene()
    await bucket.put('key', 'x', { tags: [RED, BIG] })
    expect(await get()).toEqual([RED, BIG])
    await set([{ ...RED, Value: 'blue' }])
    expect(await get()).toEqual([{ Key: 'colour', Value: 'blue' }])
    await set([])
    expect(await get()).toEqual([])
  })

  it('change while everything else stays, the time of modification too', async () => {
    for (const content of ['x', bytesNamed('large', 100_000)]) {
      const { bucket, set, head } = await scene()
      await bucket.put('key', content, { metadata: { a: 'b' }, storageClass: 'STANDARD_IA' })
      const before = (await head()).version
      bucket.clock.advance(60_000)
      await set([RED])
      expect((await head()).version).toEqual({ ...before, tags: [RED] })
      expect(await bucket.read('key')).toBe(content.toString())
    }
  })

  it('go with the object when it is written anew', async () => {
    const { bucket, set, get } = await scene()
    await bucket.put('key', 'x')
    await set([RED])
    await bucket.put('key', 'y')
    expect(await get()).toEqual([])
  })

  it('may be any ten that differ in their keys, and no more', async () => {
    const { bucket, set, get } = await scene()
    await bucket.put('key', 'x')
    const ten = Array.from({ length: 10 }, (_, n) => ({ Key: `key${n}`, Value: 'v'.repeat(256) }))
    await set(ten)
    for (const tags of [
      [...ten, RED],
      [RED, RED],
      [{ Key: '', Value: 'x' }],
      [{ Key: 'k'.repeat(129), Value: '' }],
      [{ Key: 'k', Value: 'v'.repeat(257) }],
      [{ Key: 'a&b', Value: '' }],
      [{ Key: 'a', Value: 'b?' }],
    ]) {
      await expect(set(tags)).rejects.toThrow(fault('InvalidTag'))
    }
    expect(await get()).toEqual(ten)
  })

  it('need an object, and its bucket', async () => {
    const { bucket, set, get } = await scene()
    await expect(get()).rejects.toThrow(fault('NoSuchKey'))
    await expect(set([RED])).rejects.toThrow(fault('NoSuchKey'))
    await expect(get('null')).rejects.toThrow(fault('NoSuchVersion'))
    const elsewhere = { bucket: 'none-1250000000', key: 'key' }
    await expect(setTags(bucket.call, bucket.store, elsewhere, [RED])).rejects.toThrow(fault('NoSuchBucket'))
  })

  it('are refused before the key is looked for when they can not be', async () => {
    const { set } = await scene()
    await expect(set([RED, RED])).rejects.toThrow(fault('InvalidTag'))
  })
})

describe('tags of a version', () => {
  it('are its own', async () => {
    const { bucket, set, get } = await scene()
    await bucket.put('key', 'null')
    await bucket.setVersioning('Enabled')
    const one = await bucket.put('key', 'one')
    const two = await bucket.put('key', 'two')
    expect((await set([RED], one.versionId)).versionId).toBe(one.versionId)
    expect((await set([BIG], 'null')).versionId).toBe('null')
    expect((await set([RED, BIG])).versionId).toBe(two.versionId)
    expect(await get(one.versionId)).toEqual([RED])
    expect(await get('null')).toEqual([BIG])
    expect(await get(two.versionId)).toEqual([RED, BIG])
    expect(await bucket.timeline('key')).toEqual(['two', 'one', 'null null'])
  })

  it('stay with it when it becomes the current one', async () => {
    const { bucket, set, get } = await scene('Enabled')
    const one = await bucket.put('key', 'one')
    const two = await bucket.put('key', 'two')
    await set([RED], one.versionId)
    await bucket.delete('key', two.versionId)
    expect(await get()).toEqual([RED])
  })

  it('are not for delete markers', async () => {
    const { bucket, set, get } = await scene('Enabled')
    await bucket.put('key', 'one')
    const marker = (await bucket.delete('key')).versionId
    const told = { deleteMarker: true, versionId: marker }
    for (const work of [() => get(), () => set([RED])])
      await expect(work()).rejects.toThrow(fault('NoSuchKey', told))
    for (const work of [() => get(marker), () => set([RED], marker)])
      await expect(work()).rejects.toThrow(fault('MethodNotAllowed', told))
  })

  it('are told with an id only where there is versioning', async () => {
    const { bucket, set } = await scene()
    await bucket.put('key', 'x')
    expect((await set([RED])).versionId).toBeUndefined()
    expect((await set([RED], 'null')).versionId).toBeUndefined()
    await setVersioning(bucket.call, bucket.store, bucket.name, 'Suspended')
    expect((await set([RED])).versionId).toBe('null')
  })
})
