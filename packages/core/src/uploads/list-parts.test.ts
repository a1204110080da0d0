import { LIMITS } from '@coset/model'
import { TestBucket, TestUpload } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let bucket: TestBucket
let upload: TestUpload
beforeEach(async () => {
  bucket = await TestBucket.open()
  upload = await TestUpload.begin(bucket, 'key')
  for (const number of NUMBERS) await upload.put(number, `part ${number}`)
})
afterEach(() => bucket.close())

const NUMBERS = [10_000, 2, 1, 256, 255, 9]
const SORTED = [...NUMBERS].sort((a, b) => a - b)

async function listed(after: number, partsMax?: number) {
  const { parts, truncated } = await upload.parts({ after, partsMax })
  return { numbers: parts.map(({ number }) => number), truncated }
}

describe('the parts of an upload', () => {
  it('come by their numbers', async () => {
    expect(await listed(0)).toEqual({ numbers: SORTED, truncated: false })
  })

  it('come after a marker, whichever it is', async () => {
    for (const after of [
      0,
      1,
      2,
      8,
      9,
      10,
      254,
      255,
      256,
      257,
      9999,
      10_000,
      10_001,
      65_536,
      Number.MAX_SAFE_INTEGER,
    ]) {
      expect(await listed(after)).toEqual({
        numbers: SORTED.filter((number) => number > after),
        truncated: false,
      })
    }
  })

  it.each([1, 2, 3, 5, 6, 7])('come in pages of %i', async (partsMax) => {
    const seen: number[] = []
    for (let after = 0; ; ) {
      const { numbers, truncated } = await listed(after, partsMax)
      expect(numbers.length).toBeLessThanOrEqual(partsMax)
      seen.push(...numbers)
      expect(truncated).toBe(seen.length < SORTED.length)
      if (!truncated) break
      after = numbers.at(-1) ?? 0
    }
    expect(seen).toEqual(SORTED)
  })

  it('are none on a page of none, which does not go on', async () => {
    expect(await listed(0, 0)).toEqual({ numbers: [], truncated: false })
  })

  it('come a thousand at a time at most', async () => {
    expect((await upload.parts({ partsMax: 5000 })).partsMax).toBe(LIMITS.listPartsMax)
    expect((await upload.parts()).partsMax).toBe(LIMITS.listPartsMax)
    for (let number = 1000; number < 2000; number++) await upload.put(number, '')
    const { numbers, truncated } = await listed(0, 5000)
    expect([numbers.length, truncated]).toEqual([1000, true])
    expect((await listed(numbers.at(-1) ?? 0)).numbers).toHaveLength(6)
  })

  it('are those of no other upload', async () => {
    const other = await TestUpload.of(bucket, 'key', ['x'])
    expect((await other.parts()).parts).toHaveLength(1)
    expect((await listed(0)).numbers).toEqual(SORTED)
  })
})
