import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeXml } from './xml-text.js'
import { parseXml } from './xml-tree.js'

const LIMITS = { bytesMax: 1_000_000, depthMax: 10, elementsMax: 100 }

/** The characters XML 1.0 allows. */
const legalText = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) =>
    [...text].filter((character) =>
      /[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(character),
    ),
  )
  .map((characters) => characters.join(''))
const marked = fc.string({
  unit: fc.constantFrom('<', '>', '&', '"', "'", '\r', '\n', '\t', ']', 'a', '中', '😀'),
})

describe('escaping', () => {
  it('leaves plain text alone', () => {
    expect(escapeXml("dir/文件 'a' (1)\t😀\n.txt")).toBe("dir/文件 'a' (1)\t😀\n.txt")
    expect(escapeXml('')).toBe('')
  })

  it('replaces markup wherever it stands', () => {
    expect(escapeXml('<a b="c">&amp;')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;amp;')
  })

  it('writes control characters as references', () => {
    expect(escapeXml('a\rb\u0001c\u001f')).toBe('a&#xD;b&#x1;c&#x1F;')
  })

  it('is undone by parsing, for every text that XML allows', () => {
    fc.assert(
      fc.property(fc.oneof(legalText, marked), (text) => {
        expect(parseXml(`<Key>${escapeXml(text)}</Key>`, LIMITS).text).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('is undone by parsing an attribute, for text on one line', () => {
    const line = marked.map((text) => text.replaceAll(/[\t\n]/g, ' '))
    fc.assert(
      fc.property(line, (text) => {
        expect(parseXml(`<Key a="${escapeXml(text)}"/>`, LIMITS).attributes.get('a')).toBe(text)
      }),
    )
  })
})
