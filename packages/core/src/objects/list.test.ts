import { LIMITS } from '@coset/model'
import { faultyPorts, storeAbove, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ListInput, listObjects } from './list.js'

const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

async function fill(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await bucket.put(key, 'x')
}

async function list(query: Partial<ListInput> = {}) {
  const { objects, commonPrefixes, nextMarker } = await bucket.list(query)
  return { keys: objects.map(({ key }) => key), prefixes: commonPrefixes, next: nextMarker }
}

const PHOTOS = ['a', 'photos/', 'photos/2025/1', 'photos/2025/2', 'photos/2026/1', 'photos/x', 'z']

describe('order', () => {
  it('is that of UTF-8 bytes, not of UTF-16', async () => {
    const inUtf8 = [
      'A',
      'a',
      'a b',
      'a/b',
      'aa',
      'é',
      '中',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '😀',
      '\u{10ffff}',
    ]
    await fill(...[...inUtf8].reverse())
    expect((await list()).keys).toEqual(inUtf8)
    expect([...inUtf8].sort()).not.toEqual(inUtf8)
  })

  it('keeps a key and keys below it apart', async () => {
    await fill('foo', 'foo/bar', 'foo!', 'foo0')
    expect((await list()).keys).toEqual(['foo', 'foo!', 'foo/bar', 'foo0'])
  })

  it('of pages is the same', async () => {
    const keys = ['\uffff1', '\uffff2', '😀1', '😀2', 'a']
    await fill(...keys)
    const paged: string[] = []
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const page: Awaited<ReturnType<typeof list>> = await list({ marker, keysMax: 1 })
      paged.push(...page.keys)
      marker = page.next
    }
    expect(paged).toEqual((await list()).keys)
  })
})

describe('a prefix', () => {
  it('limits the list, wherever the marker is', async () => {
    await fill(...PHOTOS)
    const prefix = 'photos/2025/'
    const both = ['photos/2025/1', 'photos/2025/2']
    expect((await list({ prefix })).keys).toEqual(both)
    expect((await list({ prefix, marker: 'a' })).keys).toEqual(both)
    expect((await list({ prefix, marker: 'photos/2025/1' })).keys).toEqual(['photos/2025/2'])
    expect((await list({ prefix, marker: 'z' })).keys).toEqual([])
  })

  it('may be no whole word, or the whole key', async () => {
    await fill('abc', 'abd', 'b')
    expect((await list({ prefix: 'ab' })).keys).toEqual(['abc', 'abd'])
    expect((await list({ prefix: 'abc' })).keys).toEqual(['abc'])
  })

  it('may end at the last of the code points', async () => {
    await fill('\u{10ffff}', '\u{10ffff}a')
    expect((await list({ prefix: '\u{10ffff}' })).keys).toHaveLength(2)
  })
})

describe('a delimiter', () => {
  it('folds what shares a prefix, and nothing else', async () => {
    await fill(...PHOTOS)
    expect(await list({ delimiter: '/' })).toEqual({
      keys: ['a', 'z'],
      prefixes: ['photos/'],
      next: undefined,
    })
    expect(await list({ delimiter: '/', prefix: 'photos/' })).toEqual({
      keys: ['photos/', 'photos/x'],
      prefixes: ['photos/2025/', 'photos/2026/'],
      next: undefined,
    })
  })

  it('counts from the end of the prefix', async () => {
    await fill('a/b/c', 'a/bb')
    expect((await list({ delimiter: '/', prefix: 'a' })).prefixes).toEqual(['a/'])
    expect((await list({ delimiter: '/', prefix: 'a/b' })).prefixes).toEqual(['a/b/'])
  })

  it('may be any one character', async () => {
    await fill('a😀b', 'a😀c', 'a中', 'a%')
    expect(await list({ delimiter: '😀' })).toMatchObject({ keys: ['a%', 'a中'], prefixes: ['a😀'] })
    await expect(list({ delimiter: '//' })).rejects.toThrow(fault('InvalidDelimiter'))
  })

  it('makes empty segments prefixes of their own', async () => {
    await fill('a//b', 'a/b')
    expect(await list({ delimiter: '/', prefix: 'a/' })).toMatchObject({ keys: ['a/b'], prefixes: ['a//'] })
  })

  it('costs few scans for a prefix of many keys', async () => {
    await fill(...Array.from({ length: 600 }, (_, n) => `many/${n}`), 'z')
    let scans = 0
    const ports = faultyPorts(bucket.store, ({ method, moment }) => {
      if (method === 'scan' && moment === 'before') scans++
    })
    const input = { bucket: bucket.name, prefix: '', delimiter: '/', marker: '', keysMax: undefined }
    const page = await listObjects(bucket.call, await storeAbove(ports), input)
    expect([page.commonPrefixes, page.objects.map(({ key }) => key)]).toEqual([['many/'], ['z']])
    expect(scans).toBeLessThan(4)
  })
})

describe('a marker', () => {
  const delimiter = '/'

  it('that is a common prefix skips all of it', async () => {
    await fill(...PHOTOS)
    expect(await list({ delimiter, marker: 'photos/' })).toMatchObject({ keys: ['z'], prefixes: [] })
  })

  it('that is a key inside a common prefix shows the prefix again while keys are left in it', async () => {
    await fill(...PHOTOS)
    expect((await list({ delimiter, marker: 'photos/2025/1' })).prefixes).toEqual(['photos/'])
    expect((await list({ delimiter, marker: 'photos/x' })).prefixes).toEqual([])
  })

  it('that ends in a delimiter is a plain key without one', async () => {
    await fill(...PHOTOS)
    expect((await list({ marker: 'photos/' })).keys).toEqual(PHOTOS.slice(2))
  })

  it('need not be there', async () => {
    await fill('a', 'c')
    expect((await list({ marker: 'b' })).keys).toEqual(['c'])
    expect((await list({ marker: 'c' })).keys).toEqual([])
  })

  it('does not skip keys that only begin like it', async () => {
    await fill('a', 'a\u0001', 'a!', 'aa')
    expect((await list({ marker: 'a' })).keys).toEqual(['a\u0001', 'a!', 'aa'])
  })
})

describe('a page', () => {
  it('counts keys and prefixes together, and names its last as the next marker', async () => {
    await fill(...PHOTOS)
    const first = await list({ delimiter: '/', keysMax: 2 })
    expect(first).toEqual({ keys: ['a'], prefixes: ['photos/'], next: 'photos/' })
    const second = await list({ delimiter: '/', keysMax: 2, marker: 'photos/' })
    expect(second).toEqual({ keys: ['z'], prefixes: [], next: undefined })
  })

  it('that just holds everything is the last', async () => {
    await fill('a', 'b')
    expect((await list({ keysMax: 2 })).next).toBeUndefined()
    expect((await list({ keysMax: 1 })).next).toBe('a')
  })

  it('of no keys is empty and the last', async () => {
    await fill('a')
    expect(await list({ keysMax: 0 })).toEqual({ keys: [], prefixes: [], next: undefined })
  })

  it('holds at most what COS allows', async () => {
    await fill(...Array.from({ length: LIMITS.listKeysMax + 1 }, (_, n) => `k${n}`))
    const { objects, keysMax, nextMarker } = await bucket.list({ keysMax: 5000 })
    expect([objects.length, keysMax]).toEqual([LIMITS.listKeysMax, LIMITS.listKeysMax])
    expect(nextMarker).toBe(objects.at(-1)?.key)
  })
})

it('shows current versions only, and no key under a delete marker', async () => {
  await bucket.setVersioning('Enabled')
  await fill('a', 'a', 'b', 'c')
  await bucket.delete('b')
  expect((await list()).keys).toEqual(['a', 'c'])
})

it('shows nothing of other buckets', async () => {
  await fill('a')
  await expect(list({ bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
})
