import { Fault } from '@coset/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseXml, type XmlLimits } from './xml-tree.js'

const LIMITS: XmlLimits = { bytesMax: 10_000, depthMax: 5, elementsMax: 50 }
const utf8 = (text: string) => new TextEncoder().encode(text)

function codeOf(source: string | Uint8Array, limits = LIMITS): string {
  try {
    parseXml(source, limits)
    return 'parsed'
  } catch (error) {
    return error instanceof Fault ? error.code : `not a fault: ${error}`
  }
}

describe('a document', () => {
  it('becomes a tree of names, texts and attributes', () => {
    const root = parseXml('<Delete><Quiet>true</Quiet><Object><Key x="1">a b</Key></Object></Delete>', LIMITS)
    expect(root.name).toBe('Delete')
    expect(root.children.map((child) => [child.name, child.text])).toEqual([
      ['Quiet', 'true'],
      ['Object', ''],
    ])
    const key = root.children[1]?.children[0]
    expect(key?.text).toBe('a b')
    expect([...(key?.attributes ?? [])]).toEqual([['x', '1']])
  })

  it('may come as bytes, with a byte order mark, a declaration, comments and white space', () => {
    const text =
      '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- a -->\n<A>\n  <B>中😀</B>\n</A>\n<!-- b -->\n'
    for (const source of [text, utf8(text)]) {
      expect(parseXml(source, LIMITS).children[0]?.text).toBe('中😀')
    }
  })

  it('loses its prefixes and its declarations of namespaces', () => {
    const root = parseXml('<c:A xmlns:c="urn:c" xmlns="urn:d" c:type="t"><c:B/></c:A>', LIMITS)
    expect([root.name, root.children[0]?.name]).toEqual(['A', 'B'])
    expect([...root.attributes]).toEqual([['type', 't']])
  })

  it('may use a prefix that it never declares', () => {
    expect(parseXml('<Grantee xsi:type="CanonicalUser"/>', LIMITS).attributes.get('type')).toBe(
      'CanonicalUser',
    )
  })

  it('has its entities, references and CDATA resolved in place', () => {
    const root = parseXml('<A>&quot;a&amp;b&lt;&gt;&apos;&#65;&#x4e2d;<![CDATA[<&>]]>z</A>', LIMITS)
    expect(root.text).toBe('"a&b<>\'A中<&>z')
  })

  it('keeps white space in a text, with line ends made one', () => {
    expect(parseXml('<A> a\r\nb\tc </A>', LIMITS).text).toBe(' a\nb\tc ')
  })

  it('may name elements and attributes as it likes', () => {
    const root = parseXml('<constructor __proto__="x"><toString/></constructor>', LIMITS)
    expect(root.name).toBe('constructor')
    expect(root.attributes.get('__proto__')).toBe('x')
  })
})

describe('MalformedXML is the answer to', () => {
  const cases: Readonly<Record<string, string>> = {
    'an empty document': '',
    'white space only': ' \n',
    'text without an element': 'hello',
    'a missing end tag': '<A><B></B>',
    'a wrong end tag': '<A></B>',
    'a second root': '<A/><B/>',
    'text after the root': '<A/>x',
    'an attribute given twice': '<A x="1" x="2"/>',
    'an attribute without quotes': '<A x=1/>',
    'an unknown entity': '<A>&nbsp;</A>',
    'an entity named as a property of objects': '<A>&constructor;</A>',
    'an ampersand alone': '<A>a & b</A>',
    'an open bracket in text': '<A>a < b</A>',
    'a reference to no character': '<A>&#0;</A>',
    'an instruction whose name is not followed by white space': '<?p?a?><A/>',
    'a reference to a surrogate': '<A>&#xD800;</A>',
    'a reference beyond Unicode': '<A>&#x110000;</A>',
    'a reference to a control character': '<A>&#x1;</A>',
    'a control character': '<A>\u0001</A>',
    'a control character under XML 1.1': '<?xml version="1.1"?><A>&#x1;</A>',
    'a lone surrogate': '<A>\ud800</A>',
    'a DOCTYPE': '<!DOCTYPE A><A/>',
    'a DOCTYPE with entities': '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>',
    'an unfinished DOCTYPE': '<!DOCTYPE A [',
    JSON: '{"Delete": {}}',
  }
  it.each(Object.entries(cases))('%s', (_name, source) => {
    expect(codeOf(source)).toBe('MalformedXML')
  })

  it('bytes that are not UTF-8', () => {
    expect(codeOf(Uint8Array.from([...utf8('<A>'), 0xff, ...utf8('</A>')]))).toBe('MalformedXML')
    expect(codeOf(Uint8Array.from([...utf8('<A>'), 0xc0, 0x80, ...utf8('</A>')]))).toBe('MalformedXML')
    expect(codeOf(Uint8Array.from([0xff, 0xfe, 0x3c, 0, 0x41, 0, 0x2f, 0, 0x3e, 0]))).toBe('MalformedXML')
  })

  it('too deep a document', () => {
    const nested = (depth: number) => '<A>'.repeat(depth) + '</A>'.repeat(depth)
    expect(codeOf(nested(5))).toBe('parsed')
    expect(codeOf(nested(6))).toBe('MalformedXML')
  })

  it('no input ever throws anything else', () => {
    const piece = fc.constantFrom(
      '<A',
      '>',
      '</A>',
      '/>',
      '<!DOCTYPE',
      '<![CDATA[',
      ']]>',
      '&',
      ';',
      '#x',
      '<?',
      '?>',
      ' x="',
      'é',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (source) => {
          expect(['parsed', 'MalformedXML']).toContain(codeOf(source))
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('XMLSizeLimit is the answer to', () => {
  it('too many bytes, counted as UTF-8', () => {
    const source = '<A>中</A>'
    expect(codeOf(source, { ...LIMITS, bytesMax: 10 })).toBe('parsed')
    expect(codeOf(source, { ...LIMITS, bytesMax: 9 })).toBe('XMLSizeLimit')
    expect(codeOf(utf8(source), { ...LIMITS, bytesMax: 9 })).toBe('XMLSizeLimit')
  })

  it('too many elements', () => {
    expect(codeOf(`<A>${'<B/>'.repeat(49)}</A>`)).toBe('parsed')
    expect(codeOf(`<A>${'<B/>'.repeat(50)}</A>`)).toBe('XMLSizeLimit')
  })
})

it('reads a page of a thousand keys', () => {
  const entry = (at: number) =>
    `<Contents><Key>dir/file-${at}.txt</Key><ETag>&quot;${'0'.repeat(32)}&quot;</ETag><Size>${at}</Size></Contents>`
  const page = `<ListBucketResult>${Array.from({ length: 1000 }, (_, at) => entry(at)).join('')}</ListBucketResult>`
  const root = parseXml(utf8(page), { bytesMax: 1_000_000, depthMax: 12, elementsMax: 20_000 })
  expect(root.children).toHaveLength(1000)
  expect(root.children[999]?.children.map((child) => child.text)).toEqual([
    'dir/file-999.txt',
    `"${'0'.repeat(32)}"`,
    '999',
  ])
})
