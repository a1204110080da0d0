import { metadataStoreSuite } from '@coset/testkit'
import { expect, it } from 'vitest'
import { memoryMetadataStore } from './metadata.js'

metadataStoreSuite('memory', async () => {
  const store = memoryMetadataStore()
  return { store, close: () => store.close() }
})

it('keeps its order over a hundred thousand keys', async () => {
  const store = memoryMetadataStore()
  const keyOf = (n: number) => Buffer.from(String(Math.imul(n, 0x9e3779b1) >>> 0).padStart(10, '0'))
  const numbers = Array.from({ length: 100_000 }, (_, n) => n)
  const value = Buffer.from('v')
  for (const n of numbers) {
    await store.commit({ checks: [], writes: [{ kind: 'put', key: keyOf(n), value }] })
  }
  const all = await store.scan({ start: Buffer.from('0'), end: Buffer.from(':') }, { limit: 200_000 })
  const expected = numbers.map((n) => keyOf(n).toString()).sort()
  expect(all.map((entry) => Buffer.from(entry.key).toString())).toEqual(expected)
})
