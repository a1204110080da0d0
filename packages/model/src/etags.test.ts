import { describe, expect, it } from 'vitest'
import { bareEtag, etagListMatches, quoteEtag } from './etags.js'

describe('an ETag', () => {
  it.each(['"abc"', 'abc', 'W/"abc"'])('is the same written %s', (text) => {
    expect(bareEtag(text)).toBe('abc')
  })

  it('keeps a quote that is alone', () => {
    expect(bareEtag('"')).toBe('"')
    expect(quoteEtag('abc')).toBe('"abc"')
  })
})

describe('etagListMatches', () => {
  it.each(['abc', '"abc"', '*', '"x", "abc"', '"x",abc', ' * ', 'W/"abc"'])('%s names it', (list) => {
    expect(etagListMatches(list, 'abc')).toBe(true)
  })

  it.each(['', 'ab', '"abcd"', '"x","y"', 'ABC', '"*"'])('%j does not', (list) => {
    expect(etagListMatches(list, 'abc')).toBe(false)
  })
})
