import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areEqual, compareNumbers, compareStrings } from './compare.js'
import {
  addDecimals,
  compareDecimals,
  Decimal,
  divideDecimals,
  multiplyDecimals,
  parseDecimal,
} from './decimal.js'
import { compileLike } from './like.js'
import { charLength, substring } from './strings.js'
import { compareTimestamps, parseTimestamp, timestampOfDate } from './timestamp.js'

/** Code points of one to four bytes. */
const texts = fc.string({ unit: fc.constantFrom('a', 'z', 'é', '\u0800', '\uffee', '🎉', '\u{10ffff}') })

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }), fc.integer({ min: -5, max: 15 }))
  .map(([coefficient, scale]) => new Decimal(coefficient, scale))

/** LIKE as its definition has it, however long that takes. */
function isLikeByDefinition(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first !== '%') {
    return text.length > 0 && (first === '_' || first === text[0]) && isLikeByDefinition(text.slice(1), rest)
  }
  return Array.from({ length: text.length + 1 }).some((_, start) =>
    isLikeByDefinition(text.slice(start), rest),
  )
}

describe('decimals', () => {
  it('are read back as they are written', () => {
    fc.assert(
      fc.property(decimals, (value) => compareDecimals(parseDecimal(`${value}`) ?? value, value) === 0),
    )
  })

  it('are multiplied and added without losing a digit', () => {
    const small = fc
      .tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.nat({ max: 9 }))
      .map(([coefficient, scale]) => new Decimal(coefficient, scale))
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const apart = addDecimals(multiplyDecimals(a, c), multiplyDecimals(b, c))
        const together = multiplyDecimals(addDecimals(a, b), c)
        expect(compareDecimals(apart, together)).toBe(0)
      }),
    )
  })

  it('divide to what multiplied is the dividend again, but for the last digit', () => {
    const divisors = decimals.filter(({ coefficient }) => coefficient !== 0n)
    fc.assert(
      fc.property(decimals, divisors, (a, b) => {
        const back = multiplyDecimals(divideDecimals(a, b), b)
        expect(Math.abs(back.toNumber() - a.toNumber())).toBeLessThanOrEqual(Math.abs(a.toNumber()) * 1e-14)
      }),
    )
  })

  it.each([
    ['0.1', '0.1'],
    ['-0.10', '-0.10'],
    ['1e3', '1000'],
    ['1.5e-7', '0.00000015'],
    ['1e50', '1e50'],
    ['-12e-60', '-1.2e-59'],
    ['000.50', '0.50'],
  ])('write %s as %s', (text, written) => {
    expect(`${parseDecimal(text)}`).toBe(written)
  })

  it.each(['', '.', '-', '1.2.3', 'e5', '1e', '0x1', '1e1000', '1'.repeat(39)])('are not %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })
})

describe('comparisons', () => {
  it('order strings as the bytes of UTF-8 are', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareStrings(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  it('order ints, decimals and floats by value', () => {
    expect(compareNumbers(2n, new Decimal(20n, 1))).toBe(0)
    expect(compareNumbers(2n, 2.5)).toBe(-1)
    expect(compareNumbers(new Decimal(25n, 1), 2.5)).toBe(0)
    expect(compareNumbers(2n ** 53n + 1n, 2 ** 53)).toBe(1)
  })

  it('find lists equal that are, element by element', () => {
    expect(areEqual([1n, ['a']], [1n, ['a']])).toBe(true)
    expect(areEqual([1n, ['a']], [1n, ['b']])).toBe(false)
    expect(areEqual([1n], 1n)).toBe(false)
  })
})

describe('LIKE', () => {
  it('finds what its definition says', () => {
    const likened = fc.array(fc.constantFrom('a', 'b', '🎉'), { maxLength: 7 })
    const patterns = fc.array(fc.constantFrom('a', 'b', '🎉', '%', '_'), { maxLength: 5 })
    fc.assert(
      fc.property(likened, patterns, (text, pattern) => {
        expect(compileLike(pattern.join(''), undefined)(text.join(''))).toBe(
          isLikeByDefinition(text, pattern),
        )
      }),
      { numRuns: 1000 },
    )
  })

  it('does not try again what can not help', () => {
    const isLike = compileLike(`${'%a_'.repeat(100)}b`, undefined)
    expect(isLike('a'.repeat(20_000))).toBe(false)
  })
})

describe('timestamps', () => {
  it('are written as they are read', () => {
    const dates = fc.date({
      min: new Date('0001-01-01T00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        const timestamp = timestampOfDate(date)
        const again = parseTimestamp(`${timestamp}`)
        expect(`${again}`).toBe(date.toISOString())
        expect(again === undefined ? 1 : compareTimestamps(again, timestamp)).toBe(0)
      }),
    )
  })
})

describe('strings', () => {
  it('are counted and cut by code point', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: -5, max: 10 }), fc.nat({ max: 10 }), (text, start, length) => {
        const points = [...text]
        expect(charLength(text)).toBe(points.length)
        const expected = points.filter((_, index) => index + 1 >= start && index + 1 < start + length)
        expect(substring(text, start, length)).toBe(expected.join(''))
      }),
    )
  })
})
