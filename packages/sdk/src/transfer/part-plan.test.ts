import { LIMITS } from '@coset/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MIB, partBytes, partCount, partsOf } from './part-plan.js'

const wish = (PartSize?: number | `${number}`) => ({ PartSize, defaultBytes: 8 * MIB })

describe('the size of parts', () => {
  it('is as wished, in MB, or the default', () => {
    expect(partBytes(100 * MIB, wish())).toBe(8 * MIB)
    expect(partBytes(100 * MIB, wish(1))).toBe(MIB)
    expect(partBytes(100 * MIB, wish('20'))).toBe(20 * MIB)
    expect(partBytes(100 * MIB, wish(1.5))).toBe(1.5 * MIB)
  })

  it('grows, in whole MiB, when 10,000 parts would not do', () => {
    expect(partBytes(10_000 * MIB, wish(1))).toBe(MIB)
    expect(partBytes(10_000 * MIB + 1, wish(1))).toBe(2 * MIB)
    expect(partBytes(10_001 * MIB, wish(1))).toBe(2 * MIB)
    expect(partBytes(LIMITS.objectBytesMax, wish())).toBe(5120 * MIB)
  })

  it.each([0, 0.5, -1, 5121, Number.NaN, Number.POSITIVE_INFINITY])('can not be %s', (PartSize) => {
    expect(() => partBytes(1, wish(PartSize))).toThrow(/PartSize must be a number of MB from 1 to 5120/)
  })

  it('has an end', () => {
    expect(() => partBytes(LIMITS.objectBytesMax + 1, wish())).toThrow(/more than 10,000 parts/)
  })
})

describe('parts', () => {
  it('cover the content without a gap, and are as many as counted', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 500 }), (size, bytes) => {
        const parts = [...partsOf(size, bytes)]
        expect(parts).toHaveLength(partCount(size, bytes))
        let end = 0
        for (const [index, part] of parts.entries()) {
          expect(part).toMatchObject({ number: index + 1, offset: end })
          expect(part.length).toBeLessThanOrEqual(bytes)
          if (index < parts.length - 1) expect(part.length).toBe(bytes)
          end += part.length
        }
        expect(end).toBe(size)
      }),
    )
  })

  it('are one empty part where there is no content', () => {
    expect([...partsOf(0, MIB)]).toEqual([{ number: 1, offset: 0, length: 0 }])
  })
})
