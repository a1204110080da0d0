import { auditExactly, bytesNamed, TestBucket } from '@coset/testkit'
import { describe, expect, it } from 'vitest'

const fault = (code: string) => expect.objectContaining({ code })

describe('in a bucket that never had versioning', () => {
  it('removes the object and gives its blob back', async () => {
    const bucket = await TestBucket.open()
    await bucket.put('key', bytesNamed('x', 10_000))
    expect(await bucket.delete('key')).toEqual({ versionId: undefined, deleteMarker: false })
    await expect(bucket.read('key')).rejects.toThrow(fault('NoSuchKey'))
    expect(await auditExactly(bucket.store)).toMatchObject({ referenced: [], garbage: [expect.any(String)] })
  })

  it('is content with a key or a version that is not there', async () => {
    const bucket = await TestBucket.open()
    await bucket.put('key', 'x')
    const nothing = { versionId: undefined, deleteMarker: false }
    expect(await bucket.delete('none')).toEqual(nothing)
    expect(await bucket.delete('key', 'MTIz')).toEqual(nothing)
    expect(await bucket.read('key')).toBe('x')
  })
})

describe('where versions are kept', () => {
  it('makes a marker and tells its id', async () => {
    const bucket = await TestBucket.open('Enabled')
    const { versionId, deleteMarker } = await bucket.delete('key')
    expect(deleteMarker).toBe(true)
    const { versions } = await bucket.listVersions()
    expect(versions).toMatchObject([{ key: 'key', isLatest: true, version: { kind: 'marker' } }])
    expect(await bucket.delete('key', versionId)).toEqual({ versionId, deleteMarker: true })
    expect(await bucket.timeline('key')).toEqual([])
  })

  it('makes a null marker while suspended', async () => {
    const bucket = await TestBucket.open('Suspended')
    expect(await bucket.delete('key')).toEqual({ versionId: 'null', deleteMarker: true })
  })

  it('leaves other versions alone when one is deleted that is not there', async () => {
    const bucket = await TestBucket.open('Enabled')
    const { versionId } = await bucket.put('key', 'x')
    await bucket.delete('key', 'null')
    await bucket.delete('key', 'MTIz')
    await bucket.delete('other', versionId)
    expect(await bucket.timeline('key')).toEqual(['x'])
  })

  it('deletes a version once', async () => {
    const bucket = await TestBucket.open('Enabled')
    const { versionId } = await bucket.put('key', 'x')
    expect(await bucket.delete('key', versionId)).toEqual({ versionId, deleteMarker: false })
    expect(await bucket.delete('key', versionId)).toEqual({ versionId: undefined, deleteMarker: false })
  })
})

describe('refuses', () => {
  it('an id that no version can have', async () => {
    const bucket = await TestBucket.open('Enabled')
    await expect(bucket.delete('key', 'not an id')).rejects.toThrow(fault('InvalidArgument'))
  })

  it.each([
    ['', 'InvalidObjectName'],
    ['/a', 'InvalidObjectName'],
    ['a'.repeat(851), 'KeyTooLong'],
    ['a\0b', 'InvalidObjectName'],
  ])('the key %j, which no object can have, without a marker for it', async (key, code) => {
    const bucket = await TestBucket.open('Enabled')
    await expect(bucket.delete(key)).rejects.toThrow(fault(code))
    expect((await bucket.listVersions()).versions).toEqual([])
  })

  it('a key whose marker would stand among the versions of another', async () => {
    const bucket = await TestBucket.open('Enabled')
    await bucket.put('a', 'x')
    await expect(bucket.delete(`a\0${'b'.repeat(8)}`)).rejects.toThrow(fault('InvalidObjectName'))
    expect(await bucket.timeline('a')).toEqual(['x'])
  })
})
