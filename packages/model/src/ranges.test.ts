import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange, resolveRange } from './ranges.js'

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { kind: 'span', first: 0, last: 0 }],
    ['bytes=5-', { kind: 'span', first: 5, last: undefined }],
    ['bytes=-5', { kind: 'suffix', length: 5 }],
    ['Bytes = 1 - 2 ', { kind: 'span', first: 1, last: 2 }],
  ])('reads %s', (header, expected) => {
    expect(parseRange(header)).toEqual(expected)
  })

  it.each([
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=2-1',
    'bytes=a-b',
    'bytes=0-1,2-3',
    'lines=0-1',
    '0-1',
    'bytes=-1-',
  ])('passes over %j', (header) => {
    expect(parseRange(header)).toBeUndefined()
  })
})

describe('resolveRange', () => {
  const of = (header: string, size: number) => {
    const range = parseRange(header)
    return range && resolveRange(range, size)
  }

  it('cuts what reaches beyond the end', () => {
    expect(of('bytes=5-99', 10)).toEqual({ offset: 5, length: 5 })
    expect(of('bytes=-99', 10)).toEqual({ offset: 0, length: 10 })
    expect(of('bytes=9-', 10)).toEqual({ offset: 9, length: 1 })
  })

  it('names nothing beyond the end, or of nothing', () => {
    for (const header of ['bytes=10-', 'bytes=10-11', 'bytes=-0']) expect(of(header, 10)).toBeUndefined()
    for (const header of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) expect(of(header, 0)).toBeUndefined()
  })

  it('lies within the object, whatever is asked', () => {
    const property = fc.property(fc.nat(), fc.nat(), fc.nat(1000), (first, last, size) => {
      for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const range = of(header, size)
        if (!range) continue
        expect(range.length).toBeGreaterThan(0)
        expect(range.offset).toBeGreaterThanOrEqual(0)
        expect(range.offset + range.length).toBeLessThanOrEqual(size)
      }
    })
    fc.assert(property)
  })
})
