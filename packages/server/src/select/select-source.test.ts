import { getObject } from '@coset/core'
import { bytesNamed, collect, fakeClock, STORES, TestBucket, TestUpload } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { selectSource } from './select-source.js'

const MIB = 1024 * 1024

async function withBucket(name: keyof typeof STORES, work: (bucket: TestBucket) => Promise<void>) {
  const clock = fakeClock()
  const bucket = await TestBucket.over(await STORES[name]({ now: clock.now }), clock)
  try {
    await work(bucket)
  } finally {
    await bucket.close()
  }
}

/** Of the newest version of an object, which is the only one. */
async function sourceOf({ call, name, store }: TestBucket, key: string, content: Uint8Array) {
  const { version } = await getObject(call, store, { bucket: name, key, conditions: {} })
  const source = await selectSource(call, store, version)
  const read = async (start: number, end: number) =>
    (await collect(lasting(source.read({ start, end })))).toString('latin1')
  const expectPart = async (start: number, end: number) =>
    expect(await read(start, end), `${start} to ${end}`).toBe(
      Buffer.from(content).toString('latin1', start, end),
    )
  return { source, expectPart }
}

/** A chunk is valid only until the next one is asked for. */
async function* lasting(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.from(chunk)
}

describe.each(
  Object.keys(STORES) as (keyof typeof STORES)[],
)('the source of a query, of a store that is %s', (name) => {
  it.each([
    1,
    8000,
    100_000,
    3 * MIB + 5,
  ])('gives an object of %i bytes, whole and in parts', async (size) => {
    await withBucket(name, async (bucket) => {
      const content = bytesNamed('content', size)
      await bucket.put('key', content)
      const { source, expectPart } = await sourceOf(bucket, 'key', content)
      expect(source.size).toBe(size)
      await expectPart(0, size)
      await expectPart(0, 1)
      await expectPart(Math.floor(size / 3), size)
      await expectPart(size - 1, size)
    })
  })

  it('gives what the version had, after it was replaced', async () => {
    await withBucket(name, async (bucket) => {
      const content = bytesNamed('old', 200_000)
      await bucket.put('key', content)
      const { expectPart } = await sourceOf(bucket, 'key', content)
      await bucket.put('key', 'new')
      await expectPart(0, content.length)
    })
  })
})

describe('a source of local files', () => {
  it('tells where they are, of objects and of uploads', async () => {
    await withBucket('local', async (bucket) => {
      const parts = [bytesNamed('a', MIB), bytesNamed('b', 5)]
      await (await TestUpload.of(bucket, 'parts', parts)).complete()
      const { source } = await sourceOf(bucket, 'parts', Buffer.concat(parts))
      expect(source.stored).toMatchObject(bucket.store.blobs.access ?? {})
      expect(source.stored?.extents.map(({ length }) => length)).toEqual([MIB, 5])
    })
  })

  it('does not, of what stands in rows', async () => {
    await withBucket('local', async (bucket) => {
      await bucket.put('small', 'small')
      expect((await sourceOf(bucket, 'small', Buffer.from('small'))).source.stored).toBeUndefined()
    })
  })
})

it('is not known of a store in memory, where the files of an object are', async () => {
  await withBucket('memory', async (bucket) => {
    const content = bytesNamed('large', 100_000)
    await bucket.put('large', content)
    expect((await sourceOf(bucket, 'large', content)).source.stored).toBeUndefined()
  })
})
