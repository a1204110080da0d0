import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../key-order.js'
import type { ListObjectsPage } from '../../pages.js'
import { RemoteCursor } from './remote-cursor.js'

/** A bucket that counts what it is asked. */
function bucketOf(keys: readonly string[], pageLength: number) {
  const sorted = [...keys].sort(compareKeys)
  const asked: (string | undefined)[] = []
  const list = async ({ Marker }: { readonly Marker?: string | undefined }) => {
    asked.push(Marker)
    const after = sorted.filter((key) => compareKeys(key, Marker ?? '') > 0)
    const Contents = after.slice(0, pageLength).map((Key) => ({ Key }))
    const IsTruncated = after.length > pageLength
    const NextMarker = IsTruncated ? Contents.at(-1)?.Key : undefined
    return { Contents, CommonPrefixes: [], IsTruncated, NextMarker } as unknown as ListObjectsPage
  }
  return { asked, cursor: new RemoteCursor(list, { Bucket: 'b', Prefix: '' }) }
}

describe('a cursor', () => {
  it('finds the keys that are there, in any bucket', async () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '/', '!', '世', '\ufb03', '😀'),
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key),
        fc.uniqueArray(key),
        fc.integer({ min: 1, max: 5 }),
        async (there, asked, page) => {
          const { cursor } = bucketOf(there, page)
          for (const each of [...asked].sort(compareKeys)) {
            expect((await cursor.find(each))?.Key).toBe(there.includes(each) ? each : undefined)
          }
        },
      ),
    )
  })

  it('leaves out the pages between', async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `k${String(index).padStart(5, '0')}`)
    const { cursor, asked } = bucketOf(keys, 10)
    for (const key of ['k00003', 'k05000', 'k05001', 'k09999']) {
      expect((await cursor.find(key))?.Key).toBe(key)
    }
    expect(asked.length).toBeLessThanOrEqual(6)
    expect(await cursor.find('z')).toBeUndefined()
  })

  it('asks for each page once where all keys are wanted', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `k${String(index).padStart(5, '0')}`)
    const { cursor, asked } = bucketOf(keys, 10)
    for (const key of keys) expect((await cursor.find(key))?.Key).toBe(key)
    expect(asked).toHaveLength(10)
  })
})
