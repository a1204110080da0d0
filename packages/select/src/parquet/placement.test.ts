import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Span } from './footer.js'
import { endOf, placed, shiftOf } from './placement.js'

const PAGE = 4096

/** In order, without overlap. */
const spans = fc
  .uniqueArray(fc.nat(100_000), { minLength: 2, maxLength: 20 })
  .map((edges) => [...edges].sort((a, b) => a - b))
  .map((edges) =>
    edges.flatMap((end, index): Span[] => {
      const start = edges[index - 1]
      return index % 2 === 0 || start === undefined ? [] : [{ start, end }]
    }),
  )

describe('parts of an object in a file', () => {
  it('stand one behind the other, each at the place of a page that it has in the object', () => {
    fc.assert(
      fc.property(spans, (parts) => {
        let end = 0
        for (const { start, end: partEnd, at } of placed(parts)) {
          expect(at).toBeGreaterThanOrEqual(end)
          expect(at - end).toBeLessThan(2 * PAGE)
          expect(at % PAGE).toBe(start % PAGE)
          end = at + partEnd - start
        }
        expect(endOf(placed(parts))).toBe(end)
      }),
    )
  })

  it('leave the first page free, unless the object begins there', () => {
    expect(placed([{ start: 4, end: 9 }])).toEqual([{ start: 4, end: 9, at: 4 }])
    expect(placed([{ start: 2 * PAGE + 1, end: 9000 }])[0]?.at).toBe(PAGE + 1)
    expect(endOf([])).toBe(0)
  })

  it('are found by what stands in them, and only by that', () => {
    fc.assert(
      fc.property(spans, fc.nat(100_000), fc.nat(100), (parts, start, length) => {
        const part = { start, end: start + length }
        const within = placed(parts).find((one) => one.start <= start && part.end <= one.end)
        const shift = shiftOf(part, placed(parts))
        expect(shift).toBe(within ? within.at - within.start : undefined)
      }),
    )
    expect(shiftOf({ start: 0, end: 0 }, [])).toBe(undefined)
  })
})
