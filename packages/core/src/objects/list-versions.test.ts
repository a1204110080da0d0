import { storeAbove, TestBucket } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { versionId } from '../catalog/records.js'
import type { MetadataStore } from '../ports.js'
import { type ListVersionsInput, listVersions } from './list-versions.js'

const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open('Enabled')
})
afterEach(() => bucket.close())

/** `<key> <size>` or `<key> marker`, with ` *` after the latest. */
async function list(query: Partial<ListVersionsInput> = {}) {
  const { versions, commonPrefixes, next } = await bucket.listVersions(query)
  const shown = versions.map(({ key, version, isLatest }) => {
    return `${key} ${version.kind === 'live' ? version.size : 'marker'}${isLatest ? ' *' : ''}`
  })
  return { shown, prefixes: commonPrefixes, next, ids: versions.map(({ version }) => versionId(version)) }
}

/** Versions of these sizes, in this order; 'x' is a delete marker. */
async function fill(key: string, history: string): Promise<void> {
  for (const one of history) {
    if (one === 'x') await bucket.delete(key)
    else await bucket.put(key, 'v'.repeat(Number(one)))
  }
}

type Next = { readonly keyMarker: string; readonly versionIdMarker: string | undefined } | undefined

function markersOf(next: Next) {
  return { keyMarker: next?.keyMarker ?? '', versionIdMarker: next?.versionIdMarker ?? '' }
}

async function paged(query: Partial<ListVersionsInput>): Promise<readonly string[]> {
  const all: string[] = []
  let next: Next
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ ...query, ...markersOf(next) })
    all.push(...page.shown, ...page.prefixes)
    next = page.next
  } while (next)
  return all
}

it('gives keys in order, newest versions first, one latest each', async () => {
  await fill('b', '12x')
  await fill('a', '3x4')
  expect((await list()).shown).toEqual(['a 4 *', 'a marker', 'a 3', 'b marker *', 'b 2', 'b 1'])
})

it('gives the objects of a bucket that never had versioning', async () => {
  const plain = await TestBucket.open()
  await plain.put('a', 'x')
  const { versions } = await plain.listVersions()
  expect(versions).toMatchObject([{ key: 'a', isLatest: true, version: { isNull: true } }])
})

describe.each([1, 2, 3, 4, 7])('pages of %i', (keysMax) => {
  it('join to the whole list, inside a key too', async () => {
    await fill('a', '123')
    await fill('b', 'x1x')
    await fill('c', '12')
    await fill('d', 'x')
    expect(await paged({ keysMax })).toEqual((await list()).shown)
  })

  it('join to the whole list with null versions among them', async () => {
    await bucket.setVersioning('Suspended')
    await fill('a', '1')
    await fill('b', 'x')
    await bucket.setVersioning('Enabled')
    await fill('a', '23')
    await fill('b', '4')
    expect(await paged({ keysMax })).toEqual(['a 3 *', 'a 2', 'a 1', 'b 4 *', 'b marker'])
  })

  it('join to the whole list with prefixes', async () => {
    for (const key of ['a', 'd/1', 'd/2', 'e', 'f/1']) await fill(key, '1x')
    const whole = await list({ delimiter: '/' })
    expect((await paged({ delimiter: '/', keysMax })).toSorted()).toEqual(
      [...whole.shown, ...whole.prefixes].toSorted(),
    )
  })
})

describe('a key marker', () => {
  it('alone goes on after all versions of its key', async () => {
    await fill('a', '1x2')
    await fill('a\u0001', '4')
    await fill('b', '3')
    expect((await list({ keyMarker: 'a' })).shown).toEqual(['a\u0001 4 *', 'b 3 *'])
  })

  it('that is a common prefix skips it', async () => {
    await fill('d/1', '1')
    await fill('e', '2')
    expect(await list({ delimiter: '/', keyMarker: 'd/' })).toMatchObject({ shown: ['e 2 *'], prefixes: [] })
  })

  it('before the prefix begins with the prefix, even together with a version', async () => {
    await fill('a', '12')
    await fill('b', '3')
    await fill('c', '4')
    const [newest = ''] = (await list({ prefix: 'a' })).ids
    const query = { prefix: 'c', keyMarker: 'a', versionIdMarker: newest }
    expect((await list(query)).shown).toEqual(['c 4 *'])
  })
})

describe('a version marker', () => {
  it('goes on after that version', async () => {
    await fill('a', '12x3')
    const { ids } = await list()
    const after = async (at: number) => (await list({ keyMarker: 'a', versionIdMarker: ids[at] ?? '' })).shown
    expect(await after(0)).toEqual(['a marker', 'a 2', 'a 1'])
    expect(await after(2)).toEqual(['a 1'])
    expect(await after(3)).toEqual([])
  })

  it('without a key counts for nothing', async () => {
    await fill('a', '1')
    expect((await list({ versionIdMarker: 'anything' })).shown).toEqual(['a 1 *'])
  })

  it('that no version can have is refused', async () => {
    await fill('a', '1')
    await expect(list({ keyMarker: 'a', versionIdMarker: '?' })).rejects.toThrow(fault('InvalidArgument'))
  })

  it('still holds its place when newer versions come between two pages', async () => {
    await fill('a', '123')
    const first = await list({ keysMax: 1 })
    await fill('a', '4x')
    const rest = await list(markersOf(first.next))
    expect(rest.shown).toEqual(['a 2', 'a 1'])
  })

  it('still holds its place when its version is deleted between two pages', async () => {
    await fill('a', '123')
    const first = await list({ keysMax: 1 })
    await bucket.delete('a', first.ids[0])
    expect((await list(markersOf(first.next))).shown).toEqual(['a 2 *', 'a 1'])
    const second = await list({ keysMax: 1 })
    await bucket.delete('a', second.ids[0])
    expect((await list(markersOf(second.next))).shown).toEqual(['a 1 *'])
  })
})

describe('while another process writes', () => {
  /** Lists, with `meanwhile` after the n-th scan of rows. */
  async function listDuring(n: number, meanwhile: () => Promise<unknown>): Promise<readonly string[]> {
    const { metadata, blobs } = bucket.store
    let scans = 0
    const slow: MetadataStore = {
      ...metadata,
      async scan(range, options) {
        const rows = await metadata.scan(range, options)
        if (++scans === n) await meanwhile()
        return rows
      },
    }
    const store = await storeAbove({ metadata: slow, blobs })
    const { versions } = await listVersions(bucket.call, store, {
      bucket: bucket.name,
      prefix: '',
      delimiter: '',
      ...markersOf(undefined),
      keysMax: undefined,
    })
    return versions.map(({ key, version, isLatest }) => {
      return `${key} ${version.kind === 'live' ? version.size : 'marker'}${isLatest ? ' *' : ''}`
    })
  }

  it.each([1, 2])('a version that is overwritten after scan %i comes once', async (n) => {
    await fill('a', '12')
    await fill('b', '1')
    const listed = await listDuring(n, () => bucket.put('a', '333'))
    expect(listed).toEqual(['a 2 *', 'a 1', 'b 1 *'])
  })

  it('a version that is hidden by a marker comes once', async () => {
    await fill('a', '12')
    expect(await listDuring(1, () => bucket.delete('a'))).toEqual(['a 2 *', 'a 1'])
  })

  it.each([1, 2, 3, 4, 5])('no version is passed over that is overwritten after scan %i', async (n) => {
    const keys = Array.from({ length: 60 }, (_, at) => `key ${at + 10}`)
    for (const key of keys) await bucket.put(key, '1')
    const listed = await listDuring(n, () => Promise.all(keys.map((key) => bucket.put(key, '22'))))
    const ones = listed.filter((one) => / 1( \*)?$/.test(one)).map((one) => one.replace(/ 1( \*)?$/, ''))
    expect(ones).toEqual(keys)
    expect(listed.filter((one) => one.endsWith('*'))).toHaveLength(keys.length)
  })
})
