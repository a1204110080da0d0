import { blobStoreSuite } from '@coset/testkit'
import { expect, it } from 'vitest'
import { memoryBlobStore } from './blobs.js'

blobStoreSuite('memory', async () => {
  const store = memoryBlobStore()
  return { store, close: () => store.close() }
})

it('makes ids from the clock and the random source it is given', async () => {
  const store = memoryBlobStore({ now: () => 0x1234, randomHex: (length) => 'a'.repeat(length) })
  async function* body() {
    yield Buffer.from('x')
  }
  const { id } = await store.write(body(), { sizeMax: 10, signal: new AbortController().signal })
  expect(id).toBe(`000000001234${'a'.repeat(20)}`)
})
