import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHttpDate, formatIsoMs, formatIsoSeconds, parseHttpDate, parseIso } from './times.js'

const date = new Date(Date.UTC(1994, 10, 6, 8, 49, 37))
const dates = fc.date({ min: new Date('1600-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

describe('a date in a header', () => {
  it('is written in the form of RFC 1123', () => {
    expect(formatHttpDate(date)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
    expect(formatHttpDate(new Date(0))).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
  })

  it('changes with the second and with the day', () => {
    expect(formatHttpDate(new Date(date.getTime() + 999))).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
    expect(formatHttpDate(new Date(date.getTime() + 1000))).toBe('Sun, 06 Nov 1994 08:49:38 GMT')
    expect(formatHttpDate(new Date(date.getTime() + 86_400_000))).toBe('Mon, 07 Nov 1994 08:49:37 GMT')
    expect(formatHttpDate(date)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
  })

  it('is never an invalid one', () => {
    for (const format of [formatHttpDate, formatIsoMs, formatIsoSeconds]) {
      expect(() => format(new Date(Number.NaN))).toThrow(RangeError)
    }
  })

  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('is read as %s', (text) => {
    expect(parseHttpDate(text)).toEqual(date)
  })

  it('with two digits for the year lies between 1970 and 2069', () => {
    expect(parseHttpDate('Thursday, 01-Jan-70 00:00:00 GMT')?.getUTCFullYear()).toBe(1970)
    expect(parseHttpDate('Tuesday, 01-Jan-69 00:00:00 GMT')?.getUTCFullYear()).toBe(2069)
  })

  it('takes a leap second for the next minute', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT')).toEqual(new Date('2017-01-01T00:00:00Z'))
  })

  it.each([
    '',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37',
    'sun, 06 nov 1994 08:49:37 gmt',
    'Xyz, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Xyz 1994 08:49:37 GMT',
    'Sun, 30 Feb 2020 00:00:00 GMT',
    'Sun, 00 Feb 2020 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08:4937: GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
  ])('is not %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })

  it('is read back as it was written, to the second', () => {
    fc.assert(
      fc.property(dates, (any) => {
        const second = new Date(Math.floor(any.getTime() / 1000) * 1000)
        expect(parseHttpDate(formatHttpDate(any))).toEqual(second)
      }),
    )
  })
})

it('is written as JavaScript itself writes it', () => {
  fc.assert(
    fc.property(dates, (any) => {
      expect(formatHttpDate(any)).toBe(any.toUTCString())
      expect(formatIsoMs(any)).toBe(any.toISOString())
    }),
  )
})

describe('a date in XML', () => {
  const stored = new Date('2020-12-10T03:37:30.042Z')

  it('is written with milliseconds', () => {
    expect(formatIsoMs(stored)).toBe('2020-12-10T03:37:30.042Z')
    expect(formatIsoMs(new Date('2020-12-10T03:37:30Z'))).toBe('2020-12-10T03:37:30.000Z')
  })

  it('is written without a fraction, which is cut off', () => {
    expect(formatIsoSeconds(stored)).toBe('2020-12-10T03:37:30Z')
    expect(formatIsoSeconds(new Date('2020-12-10T03:37:30.999Z'))).toBe('2020-12-10T03:37:30Z')
  })

  it.each([
    ['2020-12-10T03:37:30.042Z', stored],
    ['2020-12-10T03:37:30.042999Z', stored],
    ['2020-12-10T11:37:30.042+08:00', stored],
    ['2020-12-09T22:07:30.042-0530', stored],
    ['2020-12-10T03:37:30Z', new Date('2020-12-10T03:37:30Z')],
    ['2020-12-10T03:37:30.5Z', new Date('2020-12-10T03:37:30.500Z')],
    ['2020-02-29T00:00:00Z', new Date('2020-02-29T00:00:00Z')],
    ['0099-01-01T00:00:00Z', new Date('0099-01-01T00:00:00Z')],
  ])('%s is read', (text, expected) => {
    expect(parseIso(text)).toEqual(expected)
  })

  it.each([
    '',
    '2020-12-10',
    '2020-12-10T03:37:30',
    '2020-12-10 03:37:30Z',
    '2020-12-10T03:37Z',
    '2020-12-10T03:37:30z',
    '2021-02-29T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-00-01T00:00:00Z',
    '2020-12-10T24:00:00Z',
    '2020-12-10T03:37:30+24:00',
    '2020-12-10T03:37:30.Z',
    'Sun, 06 Nov 1994 08:49:37 GMT',
  ])('%j is not read', (text) => {
    expect(parseIso(text)).toBeUndefined()
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(dates, (any) => {
        expect(parseIso(formatIsoMs(any))).toEqual(any)
      }),
    )
  })
})
