import { fakeClock, openMemoryStore, testCall } from '@coset/testkit'
import { beforeEach, expect, it } from 'vitest'
import type { Store } from '../store.js'
import { createBucket } from './create.js'
import { type ListBucketsInput, listBuckets } from './list.js'

let store: Store
const clock = fakeClock()
const start = clock.now()
const call = testCall({ clock })

beforeEach(async () => {
  store = (await openMemoryStore()).store
  clock.set(start)
  for (const name of ['c-1', 'a-1', 'b-1', 'a1-1']) {
    const tags = name === 'b-1' ? [{ Key: 'team', Value: 'red' }] : []
    const region = name === 'c-1' ? 'ap-beijing' : 'ap-guangzhou'
    await createBucket(call, store, { name, region, owner: 'me', acl: {}, tags })
    clock.advance(1000)
  }
})

async function list(query: Partial<ListBucketsInput> = {}) {
  const { buckets, nextMarker } = await listBuckets(call, store, {
    marker: '',
    bucketsMax: undefined,
    ...query,
  })
  return { names: buckets.map(({ name }) => name), nextMarker }
}

it('gives buckets in order of name', async () => {
  expect(await list()).toEqual({ names: ['a-1', 'a1-1', 'b-1', 'c-1'], nextMarker: undefined })
})

it('gives them page after page', async () => {
  expect(await list({ bucketsMax: 3 })).toEqual({ names: ['a-1', 'a1-1', 'b-1'], nextMarker: 'b-1' })
  expect(await list({ bucketsMax: 3, marker: 'b-1' })).toEqual({ names: ['c-1'], nextMarker: undefined })
  expect(await list({ bucketsMax: 4 })).toMatchObject({ nextMarker: undefined })
  expect(await list({ bucketsMax: 0 })).toEqual({ names: [], nextMarker: undefined })
})

it('gives those of a region, or with a tag', async () => {
  expect((await list({ region: 'ap-beijing' })).names).toEqual(['c-1'])
  expect((await list({ tagKey: 'team' })).names).toEqual(['b-1'])
  expect((await list({ tagKey: 'team', tagValue: 'red' })).names).toEqual(['b-1'])
  expect((await list({ tagKey: 'team', tagValue: 'blue' })).names).toEqual([])
})

it('gives those made before or after a time, in whole seconds', async () => {
  const createdMs = start + 1999
  expect((await list({ createdMs, comparison: 'lt' })).names).toEqual(['c-1'])
  expect((await list({ createdMs, comparison: 'lte' })).names).toEqual(['a-1', 'c-1'])
  expect((await list({ createdMs, comparison: 'gt' })).names).toEqual(['a1-1', 'b-1'])
  expect((await list({ createdMs })).names).toEqual(['a-1', 'a1-1', 'b-1'])
})
