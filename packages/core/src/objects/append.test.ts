import { createHash } from 'node:crypto'
import { Fault, LIMITS, type StorageClass } from '@coset/model'
import {
  auditExactly,
  bytesNamed,
  contentBytes,
  failingCommit,
  faultyPorts,
  interruptedPorts,
  storeAbove,
  TestBucket,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { reclaimGarbage } from '../tasks/reclaim.js'
import { type AppendInput, appendObject } from './append.js'
import { changeVersion, getVersion } from './change.js'
import { getObject } from './get.js'

const INLINE = LIMITS.inlineBytesMax
const fault = (code: string) => expect.objectContaining({ code })
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

function append(
  position: number,
  content: string | Uint8Array,
  input: Partial<AppendInput> = {},
  store: Store = bucket.store,
) {
  return appendObject(bucket.call, store, { ...bucket.putInput('key', content), position, ...input })
}

const version = async () =>
  (await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key: 'key' })).version

async function range(first: number, last: number): Promise<Buffer> {
  const input = { bucket: bucket.name, key: 'key', range: `bytes=${first}-${last}`, conditions: {} }
  return contentBytes((await getObject(bucket.call, bucket.store, input)).content)
}

async function rows(prefix: string): Promise<number> {
  const end = Buffer.from(`${prefix}~`)
  return (await bucket.store.metadata.scan({ start: Buffer.from(prefix), end }, { limit: 10_000 })).length
}

async function reclaim(): Promise<void> {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  await reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
}

describe('the first append', () => {
  it('makes an object with the attributes that it is given', async () => {
    const given = {
      headers: { 'content-type': 'text/plain' },
      metadata: { a: '1' },
      tags: [{ Key: 'k', Value: 'v' }],
      storageClass: 'STANDARD_IA',
      acl: { canned: 'public-read' },
    } as const
    const result = await append(0, 'hello', given)
    const crc64 = bucket.store.crc64.of(Buffer.from('hello'))
    expect(result).toEqual({ etag: md5('hello'), crc64, size: 5, chunkMd5: md5('hello') })
    expect(await version()).toMatchObject({ ...given, size: 5, crc64, appendable: true })
    expect(await bucket.read('key')).toBe('hello')
  })

  it('stands at position 0, and needs no bytes', async () => {
    const early = append(1, 'x')
    await expect(early).rejects.toThrow(fault('AppendPositionErr'))
    await expect(early).rejects.toMatchObject({ detail: { nextAppendPosition: 0 } })
    await expect(append(-1, 'x')).rejects.toThrow(fault('InvalidArgument'))
    expect(await append(0, '')).toMatchObject({ size: 0, etag: md5('') })
    expect(await bucket.read('key')).toBe('')
    await append(0, 'x')
    expect(await bucket.read('key')).toBe('x')
  })
})

describe('an appended object', () => {
  const sizes = [10, INLINE - 20, 11, 100_000, 0, 5, 3, INLINE + 1, INLINE, INLINE, 1]
  const whole = bytesNamed(
    'whole',
    sizes.reduce((sum, size) => sum + size, 0),
  )

  async function appendAll(): Promise<void> {
    let position = 0
    for (const size of sizes) {
      const chunk = whole.subarray(position, position + size)
      bucket.clock.advance(1000)
      const result = await append(position, chunk)
      position += size
      const crc64 = bucket.store.crc64.of(whole.subarray(0, position))
      expect(result).toMatchObject({ size: position, crc64, chunkMd5: md5(chunk) })
    }
  }

  it('holds its chunks one behind the other, large and small, with one CRC-64', async () => {
    await appendAll()
    expect(await bucket.read('key')).toBe(whole.toString())
    const { size, crc64, modifiedMs } = await version()
    expect([size, crc64]).toEqual([whole.length, bucket.store.crc64.of(whole)])
    expect(modifiedMs).toBe(bucket.clock.now())
    expect((await auditExactly(bucket.store)).stored).toHaveLength(2)
  })

  it('is read at every edge of its chunks', async () => {
    await appendAll()
    const ends = sizes.map((_, at) => sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0))
    const edges = [...new Set([0, ...ends.flatMap((end) => [end - 1, end, end + 1])])]
    const inside = edges.filter((edge) => edge < whole.length)
    for (const first of inside) {
      for (const last of inside.filter((edge) => edge >= first)) {
        const expected = whole.subarray(first, last + 1)
        expect(Buffer.compare(await range(first, last), expected), `${first}-${last}`).toBe(0)
      }
    }
  })

  it('keeps its first attributes, and its ETag tells how often it grew', async () => {
    await append(0, 'a', { metadata: { a: '1' }, storageClass: 'STANDARD_IA' })
    const { etag } = await append(1, 'b', { metadata: { b: '2' } })
    expect(etag).toMatch(/^[0-9a-f]{32}-2$/)
    expect((await append(2, 'c')).etag).toMatch(/^[0-9a-f]{32}-3$/)
    expect(await version()).toMatchObject({ metadata: { a: '1' }, storageClass: 'STANDARD_IA' })
    await bucket.put('key', 'whole')
    expect((await version()).appendable).toBeUndefined()
  })

  it('has few rows of many small chunks', async () => {
    const line = 'a line of a log, much like any other\n'
    for (let at = 0; at < 1000; at++) await append(at * line.length, line)
    expect(await bucket.read('key')).toBe(line.repeat(1000))
    expect(await rows('manifest/')).toBe(Math.ceil(1000 / Math.floor(INLINE / line.length)))
  })

  it('is read as it was by a reader who began before', async () => {
    await append(0, 'first')
    const large = bytesNamed('large', 20_000)
    await append(5, large)
    await append(20_005, 'third')
    const input = { bucket: bucket.name, key: 'key', conditions: {} }
    const { content } = await getObject(bucket.call, bucket.store, input)
    if (content.kind !== 'stream') throw new Error('The object was to be streamed.')
    const stream = content.stream[Symbol.asyncIterator]()
    const chunks = [(await stream.next()).value as Uint8Array]
    await append(20_010, 'fourth')
    await append(20_016, large)
    for (let next = await stream.next(); !next.done; next = await stream.next()) chunks.push(next.value)
    expect(Buffer.concat(chunks).toString()).toBe(`first${large}third`)
  })

  it.each(['put', 'deleted'])('is given back whole when it is %s', async (how) => {
    await append(0, 'small')
    await append(5, bytesNamed('1', 20_000))
    await append(20_005, bytesNamed('2', 20_000))
    await auditExactly(bucket.store)
    if (how === 'put') await bucket.put('key', 'x')
    else await bucket.delete('key')
    await auditExactly(bucket.store)
    // First the manifest, then what it held.
    await reclaim()
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [] })
    expect(await rows('manifest/')).toBe(0)
    expect(await rows('ref/')).toBe(0)
  })

  it('begins anew once it was deleted', async () => {
    await append(0, 'old')
    await bucket.delete('key')
    await expect(append(3, 'x')).rejects.toMatchObject({ detail: { nextAppendPosition: 0 } })
    await append(0, 'new')
    expect(await bucket.read('key')).toBe('new')
  })
})

describe('an append is refused, and its bytes are given back', () => {
  const LARGE = bytesNamed('large', 20_000)
  async function expectRefused(call: () => Promise<unknown>, code: string): Promise<void> {
    const { stored, versions } = await auditExactly(bucket.store)
    await expect(call()).rejects.toThrow(fault(code))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored, versions })
  }

  it.each([0, 4, 6, 1000])('at position %i of 5 bytes', async (position) => {
    await append(0, 'hello')
    await expectRefused(() => append(position, LARGE), 'AppendPositionErr')
    await expect(append(position, 'x')).rejects.toMatchObject({ detail: { nextAppendPosition: 5 } })
    expect(await bucket.read('key')).toBe('hello')
  })

  it('by an object that was put', async () => {
    await bucket.put('key', 'hello')
    await expectRefused(() => append(5, LARGE), 'ObjectNotAppendable')
    await expectRefused(() => append(0, LARGE), 'ObjectNotAppendable')
  })

  it('while versioning is enabled, and no longer when it is suspended', async () => {
    await append(0, 'a')
    await bucket.setVersioning('Enabled')
    await expectRefused(() => append(1, LARGE), 'InvalidRequest')
    await bucket.setVersioning('Suspended')
    await append(1, 'b')
    expect(await bucket.timeline('key')).toEqual(['null ab'])
    await bucket.delete('key')
    await append(0, 'c')
    expect(await bucket.timeline('key')).toEqual(['null c'])
    await reclaim()
    await auditExactly(bucket.store)
  })

  it.each<[StorageClass, string]>([
    ['ARCHIVE', 'InvalidArgument'],
    ['DEEP_ARCHIVE', 'InvalidArgument'],
    ['INTELLIGENT_TIERING', 'InvalidArgument'],
    ['MAZ_STANDARD', 'MAZOperationNotSupportOnOAZBucket'],
  ])('with the class %s', async (storageClass, code) => {
    await expectRefused(() => append(0, LARGE, { storageClass }), code)
  })

  it('with a digest that is not that of the chunk', async () => {
    await append(0, 'hello')
    const other = createHash('md5').update('other').digest('base64')
    await expectRefused(() => append(5, LARGE, { expected: { md5: other } }), 'BadDigest')
    const right = createHash('md5').update(LARGE).digest('base64')
    await append(5, LARGE, { expected: { md5: right } })
  })

  it('beyond 5 GB', async () => {
    await append(0, 'x')
    const size = LIMITS.appendBytesMax - 10
    const name = { bucket: bucket.name, key: 'key' }
    await changeVersion(bucket.call, bucket.store, name, (before) => ({ ...before, size }))
    await expect(append(size, 'eleven char')).rejects.toThrow(fault('EntityTooLarge'))
    expect(await append(size, 'ten chars.')).toMatchObject({ size: LIMITS.appendBytesMax })
    await expect(append(LIMITS.appendBytesMax, 'x')).rejects.toThrow(fault('EntityTooLarge'))
  })

  it('without a bucket, or when the store refuses the commit', async () => {
    await expectRefused(() => append(0, LARGE, { bucket: 'none-1250000000' }), 'NoSuchBucket')
    const full = await storeAbove(faultyPorts(bucket.store, failingCommit(new Fault('InsufficientStorage'))))
    await expectRefused(() => append(0, LARGE, {}, full), 'InsufficientStorage')
  })

  it('before its body is read, where that is known', async () => {
    await append(0, 'hello')
    let isRead = false
    async function* stream() {
      isRead = true
      yield LARGE
    }
    await expectRefused(
      () => append(4, '', { body: { stream: stream(), length: 20_000 } }),
      'AppendPositionErr',
    )
    expect(isRead).toBe(false)
  })
})

describe('appends at one position at once', () => {
  it.each([3, 20_000])('are made once, with %i bytes each', async (size) => {
    await append(0, 'head')
    const processes = await Promise.all([bucket.store, storeAbove(bucket.store), storeAbove(bucket.store)])
    const chunks = Array.from({ length: 9 }, (_, at) => bytesNamed(String(at), size))
    const done = await Promise.allSettled(chunks.map((chunk, at) => append(4, chunk, {}, processes[at % 3])))
    const won = done.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []))
    expect(won).toHaveLength(1)
    for (const one of done) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'AppendPositionErr' })
    }
    expect(await bucket.read('key')).toBe(`head${chunks[won[0] ?? -1]}`)
    expect((await auditExactly(bucket.store)).stored).toHaveLength(size > INLINE ? 1 : 0)
  })

  it('see what was put or deleted in between', async () => {
    await append(0, 'head')
    const put = interruptedPorts(bucket.store, 'commit', () => bucket.put('key', 'whole'))
    await expect(append(4, 'x', {}, await storeAbove(put))).rejects.toThrow(fault('ObjectNotAppendable'))
    await bucket.delete('key')
    const made = interruptedPorts(bucket.store, 'commit', () => append(0, 'first'))
    await expect(append(0, 'x', {}, await storeAbove(made))).rejects.toThrow(fault('AppendPositionErr'))
    expect(await bucket.read('key')).toBe('first')
    await reclaim()
    await auditExactly(bucket.store)
  })
})
