import { Fault } from '@coset/model'
import { bytesNamed, contentBytes, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Conditions } from '../content/preconditions.js'
import { getObject, headObject } from './get.js'

const LARGE = bytesNamed('large', 200_000)
const fault = (code: string, detail: object = {}) =>
  expect.objectContaining({ code, detail: expect.objectContaining(detail) })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

async function get(key: string, more: { range?: string; versionId?: string; conditions?: Conditions } = {}) {
  const input = { bucket: bucket.name, key, conditions: {}, ...more }
  const result = await getObject(bucket.call, bucket.store, input)
  return { ...result, bytes: await contentBytes(result.content) }
}

describe('conditions', () => {
  const second = 1000
  let etag: string
  let modifiedMs: number
  beforeEach(async () => {
    bucket.clock.advance(500)
    etag = (await bucket.put('key', 'x')).etag
    modifiedMs = bucket.clock.now()
  })

  const OTHER = '0123456789abcdef0123456789abcdef'
  const before = () => new Date(Math.floor(modifiedMs / second) * second - second)
  const same = () => new Date(Math.floor(modifiedMs / second) * second)
  const after = () => new Date(Math.floor(modifiedMs / second) * second + second)

  /** RFC 7232, section 6: If-Match wins over If-Unmodified-Since, If-None-Match over If-Modified-Since. */
  const table: readonly [name: string, conditions: () => Conditions, code: string | undefined][] = [
    ['If-Match that matches', () => ({ ifMatch: `"${etag}"` }), undefined],
    ['If-Match without quotes', () => ({ ifMatch: etag }), undefined],
    ['If-Match of several', () => ({ ifMatch: `"${OTHER}", "${etag}"` }), undefined],
    ['If-Match of anything', () => ({ ifMatch: '*' }), undefined],
    ['If-Match of another', () => ({ ifMatch: `"${OTHER}"` }), 'PreconditionFailed'],
    ['If-Unmodified-Since before', () => ({ ifUnmodifiedSince: before() }), 'PreconditionFailed'],
    ['If-Unmodified-Since that second', () => ({ ifUnmodifiedSince: same() }), undefined],
    ['If-Unmodified-Since after', () => ({ ifUnmodifiedSince: after() }), undefined],
    [
      'If-Match that matches, though modified',
      () => ({ ifMatch: etag, ifUnmodifiedSince: before() }),
      undefined,
    ],
    [
      'If-Match of another, though unmodified',
      () => ({ ifMatch: OTHER, ifUnmodifiedSince: after() }),
      'PreconditionFailed',
    ],
    ['If-None-Match that matches', () => ({ ifNoneMatch: `"${etag}"` }), 'NotModified'],
    ['If-None-Match, weak', () => ({ ifNoneMatch: `W/"${etag}"` }), 'NotModified'],
    ['If-None-Match of anything', () => ({ ifNoneMatch: '*' }), 'NotModified'],
    ['If-None-Match of another', () => ({ ifNoneMatch: OTHER }), undefined],
    ['If-Modified-Since before', () => ({ ifModifiedSince: before() }), undefined],
    ['If-Modified-Since that second', () => ({ ifModifiedSince: same() }), 'NotModified'],
    ['If-Modified-Since after', () => ({ ifModifiedSince: after() }), 'NotModified'],
    [
      'If-None-Match of another, though unmodified',
      () => ({ ifNoneMatch: OTHER, ifModifiedSince: after() }),
      undefined,
    ],
    [
      'If-None-Match that matches, though modified',
      () => ({ ifNoneMatch: etag, ifModifiedSince: before() }),
      'NotModified',
    ],
    ['both matches', () => ({ ifMatch: etag, ifNoneMatch: etag }), 'NotModified'],
    ['neither match', () => ({ ifMatch: OTHER, ifNoneMatch: OTHER }), 'PreconditionFailed'],
  ]

  it.each(table)('%s', async (_name, conditions, code) => {
    const reading = get('key', { conditions: conditions() })
    if (code === undefined) expect((await reading).bytes.toString()).toBe('x')
    else await expect(reading).rejects.toThrow(fault(code))
  })

  it('that say nothing changed tell the validators', async () => {
    const reading = get('key', { conditions: { ifNoneMatch: '*' } })
    await expect(reading).rejects.toThrow(fault('NotModified', { etag, lastModified: new Date(modifiedMs) }))
  })

  it('come before the range', async () => {
    const reading = get('key', { conditions: { ifMatch: OTHER }, range: 'bytes=5-' })
    await expect(reading).rejects.toThrow(fault('PreconditionFailed'))
  })
})

describe('ranges', () => {
  const table: readonly [range: string, start: number, end: number][] = [
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=199999-', 199_999, 200_000],
    ['bytes=65535-65536', 65_535, 65_537],
    ['bytes=100-999999999999', 100, 200_000],
    ['bytes=-1', 199_999, 200_000],
    ['bytes=-999999', 0, 200_000],
    ['BYTES = 3 - 5', 3, 6],
  ]

  it.each(table)('%s is a part', async (range, start, end) => {
    await bucket.put('large', LARGE)
    const { bytes, partial, range: told } = await get('large', { range })
    expect(bytes.equals(LARGE.subarray(start, end))).toBe(true)
    expect({ partial, told }).toEqual({ partial: true, told: { offset: start, length: end - start } })
  })

  it.each([
    'bytes=5-4',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'items=0-1',
    'bytes=0-1,3-4',
    '',
  ])('%j is ignored', async (range) => {
    await bucket.put('key', 'content')
    expect(await get('key', { range })).toMatchObject({ partial: false, range: { offset: 0, length: 7 } })
  })

  it.each(['bytes=7-', 'bytes=7-9', 'bytes=-0'])('%s names no byte of seven', async (range) => {
    await bucket.put('key', 'content')
    await expect(get('key', { range })).rejects.toThrow(fault('InvalidRange', { size: 7 }))
  })

  it('name nothing of an empty object, which is read whole otherwise', async () => {
    await bucket.put('empty', '')
    expect((await get('empty')).bytes).toHaveLength(0)
    await expect(get('empty', { range: 'bytes=0-' })).rejects.toThrow(fault('InvalidRange', { size: 0 }))
  })

  it('cut inline content too', async () => {
    await bucket.put('key', 'content')
    expect((await get('key', { range: 'bytes=2-4' })).bytes.toString()).toBe('nte')
  })
})

describe('versions', () => {
  it('have no id in a bucket that never had versioning, and are read as null', async () => {
    await bucket.put('key', 'x')
    expect((await get('key')).versionId).toBeUndefined()
    expect((await get('key', { versionId: 'null' })).bytes.toString()).toBe('x')
    expect((await get('key', { versionId: '' })).bytes.toString()).toBe('x')
  })

  it('are read by their ids, and the current one without', async () => {
    await bucket.put('key', 'zero')
    await bucket.setVersioning('Enabled')
    const { versionId: one = '' } = await bucket.put('key', 'one')
    const { versionId: two = '' } = await bucket.put('key', 'two')
    expect(await get('key')).toMatchObject({ versionId: two })
    expect(await Promise.all(['null', one, two].map((id) => bucket.read('key', id)))).toEqual([
      'zero',
      'one',
      'two',
    ])
  })

  it('that were never there are not found, and ids that can not be are invalid', async () => {
    await bucket.setVersioning('Enabled')
    const { versionId = '' } = await bucket.put('key', 'x')
    await expect(bucket.read('key', 'MTIz')).rejects.toThrow(fault('NoSuchVersion'))
    await expect(bucket.read('key', 'null')).rejects.toThrow(fault('NoSuchVersion'))
    await expect(bucket.read('other', versionId)).rejects.toThrow(fault('NoSuchVersion'))
    for (const id of ['?', 'x', 'AAAA', 'MA', 'OTk5OTk5OTk5OTk5OTk5OTk5OTk']) {
      await expect(bucket.read('key', id)).rejects.toThrow(fault('InvalidArgument'))
    }
  })

  it('that are delete markers are told, current or named', async () => {
    await bucket.setVersioning('Enabled')
    await bucket.put('key', 'x')
    const { versionId = '' } = await bucket.delete('key')
    await expect(get('key')).rejects.toThrow(fault('NoSuchKey', { deleteMarker: true, versionId }))
    const named = get('key', { versionId })
    await expect(named).rejects.toThrow(fault('MethodNotAllowed', { deleteMarker: true, versionId }))
  })
})

it('tells a missing key from a missing bucket', async () => {
  const error: unknown = await bucket.read('none').catch((thrown: unknown) => thrown)
  expect(error).toEqual(new Fault('NoSuchKey'))
  const input = { bucket: 'none-1250000000', key: 'key', conditions: {} }
  await expect(headObject(bucket.call, bucket.store, input)).rejects.toThrow(fault('NoSuchBucket'))
})

it.each([
  'ARCHIVE',
  'DEEP_ARCHIVE',
] as const)('gives the head of an object in %s, but not its bytes', async (storageClass) => {
  await bucket.put('key', 'x', { storageClass })
  const input = { bucket: bucket.name, key: 'key', conditions: {} }
  expect((await headObject(bucket.call, bucket.store, input)).version.size).toBe(1)
  await expect(get('key')).rejects.toThrow(fault('InvalidObjectState', { storageClass }))
})

describe('damage', () => {
  it('of inline bytes is told instead of served', async () => {
    await bucket.put('key', 'content')
    const range = { start: Buffer.from('object/'), end: Buffer.from('object0') }
    const [row] = await bucket.store.metadata.scan(range, { limit: 1 })
    if (!row) throw new Error('The object has no row.')
    const value = Buffer.from(row.value)
    value[value.length - 1] = (value.at(-1) ?? 0) ^ 1
    await bucket.store.metadata.commit({ checks: [], writes: [{ kind: 'put', key: row.key, value }] })
    await expect(get('key')).rejects.toThrow(fault('InternalError'))
  })

  it('of a lost blob is told as the stream is read', async () => {
    await bucket.put('key', LARGE)
    const [blob] = await bucket.store.blobs.list({ limit: 1 })
    await bucket.store.blobs.delete(blob ? [blob.id] : [])
    await expect(get('key')).rejects.toThrow(fault('InternalError'))
  })
})

describe('damaged bytes', () => {
  it('inside a row are refused before any of them is handed out, ranges of the others too', async () => {
    await bucket.put('key', 'inline content')
    const { metadata } = bucket.store
    const read: typeof metadata.read = async (keys) => {
      const entries = await metadata.read(keys)
      return entries.map((entry) => entry && { ...entry, value: withLastByteFlipped(entry.value) })
    }
    // The bucket's row is flipped too, but remembered by its stamp, and not decoded anew.
    const store = { ...bucket.store, metadata: { ...metadata, read } }
    for (const range of [undefined, 'bytes=0-1']) {
      const input = { bucket: bucket.name, key: 'key', conditions: {}, range }
      await expect(getObject(bucket.call, store, input)).rejects.toThrow('The stored content is damaged.')
    }
    expect((await get('key')).bytes.toString()).toBe('inline content')
  })
})

function withLastByteFlipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}
