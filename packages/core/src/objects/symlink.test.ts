import { ANONYMOUS, contentBytes, TestBucket, testCall } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setVersioning } from '../buckets/settings.js'
import { changeVersion } from './change.js'
import { getObject, headObject } from './get.js'
import { getSymlink, type PutSymlinkInput, putSymlink } from './symlink.js'

const EMPTY_MD5 = 'd41d8cd98f00b204e9800998ecf8427e'
const fault = (code: string, message?: RegExp) =>
  expect.objectContaining({ code, ...(message ? { message: expect.stringMatching(message) } : {}) })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

function link(key: string, linkTarget: string, more: Partial<PutSymlinkInput> = {}) {
  const { body: _, expected: __, ...target } = bucket.putInput(key, '')
  return putSymlink(bucket.call, bucket.store, { ...target, linkTarget, ...more })
}
const named = (key: string, versionId?: string) => ({ bucket: bucket.name, key, versionId })
const targetOf = async (key: string, versionId?: string) =>
  (await getSymlink(bucket.call, bucket.store, named(key, versionId))).linkTarget
const head = (key: string, versionId?: string) =>
  headObject(bucket.call, bucket.store, { ...named(key, versionId), conditions: {} })

describe('a symbolic link', () => {
  it('is read as its target, attributes and all', async () => {
    const { etag } = await bucket.put('target', 'content', {
      headers: { 'content-type': 'text/plain' },
      metadata: { a: 'b' },
    })
    expect(await link('link', 'target')).toEqual({ etag: EMPTY_MD5, versionId: undefined })
    expect(await bucket.read('link')).toBe('content')
    const { version, range } = await head('link')
    expect(version).toMatchObject({
      etag,
      size: 7,
      headers: { 'content-type': 'text/plain' },
      metadata: { a: 'b' },
    })
    expect(range).toEqual({ offset: 0, length: 7 })
  })

  it('is read in ranges and under conditions of its target', async () => {
    const { etag } = await bucket.put('target', 'content')
    await link('link', 'target')
    const read = (more: object) =>
      getObject(bucket.call, bucket.store, { ...named('link'), conditions: {}, ...more })
    const part = await read({ range: 'bytes=1-2' })
    expect((await contentBytes(part.content)).toString()).toBe('on')
    await read({ conditions: { ifMatch: etag } })
    await expect(read({ conditions: { ifMatch: EMPTY_MD5 } })).rejects.toThrow(fault('PreconditionFailed'))
    await expect(read({ range: 'bytes=7-' })).rejects.toThrow(fault('InvalidRange'))
  })

  it('is listed as an empty object', async () => {
    await link('link', 'target')
    const { objects } = await bucket.list()
    expect(objects).toMatchObject([{ key: 'link', version: { size: 0, etag: EMPTY_MD5 } }])
  })

  it('follows its target as that changes, and leads nowhere without it', async () => {
    await link('link', 'target')
    await expect(bucket.read('link')).rejects.toThrow(fault('NoSuchKey', /target/))
    await bucket.put('target', 'old')
    await bucket.put('target', 'new')
    expect(await bucket.read('link')).toBe('new')
    await bucket.delete('target')
    await expect(head('link')).rejects.toThrow(fault('NoSuchKey', /target/))
    expect(await targetOf('link')).toBe('target')
  })

  it('leads one step only, so that no circle is ever walked', async () => {
    await bucket.put('target', 'content')
    await link('one', 'target')
    await link('two', 'one')
    await link('circle', 'circle')
    await expect(bucket.read('two')).rejects.toThrow(fault('InvalidRequest', /one step/))
    await expect(bucket.read('circle')).rejects.toThrow(fault('InvalidRequest', /one step/))
    expect(await targetOf('two')).toBe('one')
  })

  it('is replaced by an object, and replaces one', async () => {
    await bucket.put('target', 'content')
    await bucket.put('key', 'own')
    await link('key', 'target')
    expect(await bucket.read('key')).toBe('content')
    await bucket.put('key', 'own')
    expect(await bucket.read('key')).toBe('own')
    expect(await bucket.read('target')).toBe('content')
  })

  it('is deleted alone', async () => {
    await bucket.put('target', 'content')
    await link('link', 'target')
    await bucket.delete('link')
    await expect(targetOf('link')).rejects.toThrow(fault('NoSuchKey'))
    expect(await bucket.read('target')).toBe('content')
  })

  it('stays one when its attributes change', async () => {
    await bucket.put('target', 'content')
    await link('link', 'target')
    const retag = (version: Parameters<Parameters<typeof changeVersion>[3]>[0]) => ({
      ...version,
      tags: [{ Key: 'a', Value: 'b' }],
    })
    await changeVersion(bucket.call, bucket.store, named('link'), retag)
    expect(await targetOf('link')).toBe('target')
  })

  it('does not replace what is there when it must not', async () => {
    await bucket.put('key', 'own')
    const call = link('key', 'target', { forbidOverwrite: true })
    await expect(call).rejects.toThrow(fault('FileAlreadyExists'))
    await link('new', 'target', { forbidOverwrite: true })
  })

  it.each(['', '/target', '\u0018', 'k'.repeat(851)])('can not stand for "%s"', async (target) => {
    const code = target.length > 850 ? 'KeyTooLong' : 'InvalidObjectName'
    await expect(link('link', target)).rejects.toThrow(fault(code))
    expect((await bucket.list()).objects).toEqual([])
  })

  it('is not in a bucket that is not there, nor under a key that can not be', async () => {
    await expect(link('link', 'target', { bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
    await expect(link('/link', 'target')).rejects.toThrow(fault('InvalidObjectName'))
  })

  it('is not what an object is', async () => {
    await bucket.put('key', 'content')
    await expect(targetOf('key')).rejects.toThrow(fault('InvalidRequest', /not a symbolic link/))
    await expect(targetOf('none')).rejects.toThrow(fault('NoSuchKey'))
  })
})

describe('versions of a link', () => {
  beforeEach(() => setVersioning(bucket.call, bucket.store, bucket.name, 'Enabled'))

  it('are kept, and each leads where it led', async () => {
    await bucket.put('a', 'A')
    await bucket.put('b', 'B')
    const first = await link('link', 'a')
    const second = await link('link', 'b')
    expect(await bucket.read('link')).toBe('B')
    expect(await bucket.read('link', first.versionId)).toBe('A')
    expect(await targetOf('link', first.versionId)).toBe('a')
    // A reader who asks again for the version it was told gets the same link.
    expect((await head('link')).versionId).toBe(second.versionId)
    await bucket.delete('link')
    await expect(bucket.read('link')).rejects.toThrow(fault('NoSuchKey'))
    expect(await bucket.read('link', second.versionId)).toBe('B')
  })

  it('lead to the current version of the target, and do not take its marker for their own', async () => {
    await bucket.put('a', 'old')
    await link('link', 'a')
    await bucket.put('a', 'new')
    expect(await bucket.read('link')).toBe('new')
    await bucket.delete('a')
    const call = bucket.read('link')
    await expect(call).rejects.toThrow(fault('NoSuchKey', /target/))
    await expect(call).rejects.not.toMatchObject({ detail: { deleteMarker: true } })
  })
})

describe('without a signature', () => {
  const anonymous = testCall({ principal: ANONYMOUS })
  const read = () => getObject(anonymous, bucket.store, { ...named('link'), conditions: {} })

  it('the target must be readable too', async () => {
    await bucket.put('target', 'content', { acl: { canned: 'private' } })
    await link('link', 'target', { acl: { canned: 'public-read' } })
    await expect(read()).rejects.toThrow(fault('AccessDenied'))
    await bucket.put('target', 'content', { acl: { canned: 'public-read' } })
    expect((await contentBytes((await read()).content)).toString()).toBe('content')
  })

  it('nobody learns from a link whether its target is there', async () => {
    await link('link', 'target', { acl: { canned: 'public-read' } })
    await expect(read()).rejects.toThrow(fault('AccessDenied'))
  })
})
