import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute, integer, list, maybe, oneOf, record, text } from './shape.js'
import { readElement } from './xml-read.js'
import { parseXml } from './xml-tree.js'
import { writeElement } from './xml-write.js'

const NAMESPACE = 'urn:n'
const named = (name: string) => ({ prefix: 'n', name, namespace: NAMESPACE })
const shape = record({
  Kind: attribute(named('kind'), oneOf(['a', 'b'])),
  Text: maybe(text()),
})

const parse = (source: string) => parseXml(source, { bytesMax: 10_000, depthMax: 5, elementsMax: 50 })
const read = (source: string, of: Parameters<typeof readElement>[0] = shape) =>
  readElement(of, parse(source), { decode: false, openChoices: false })
const write = (value: unknown, of: Parameters<typeof readElement>[0] = shape) =>
  writeElement('A', of, value, { encode: false })

describe('a field that is an attribute', () => {
  it('stands in the start tag, with its namespace declared', () => {
    expect(write({ Kind: 'a', Text: 't' })).toBe('<A xmlns:n="urn:n" n:kind="a"><Text>t</Text></A>')
    expect(write({ Kind: 'b' })).toBe('<A xmlns:n="urn:n" n:kind="b"/>')
    expect(write({ Text: 't' })).toBe('<A><Text>t</Text></A>')
  })

  it('is read under any prefix and without one', () => {
    for (const tag of ['A n:kind="a" xmlns:n="urn:n"', 'A m:kind="a"', "A kind='a'", 'A kind=" a "'])
      expect(read(`<${tag}><Text>t</Text></A>`)).toEqual({ Kind: 'a', Text: 't' })
  })

  it('may be absent or empty, and is no child', () => {
    expect(read('<A/>')).toEqual({})
    expect(read('<A n:kind=""/>')).toEqual({})
    expect(read('<A><Kind>a</Kind><kind>a</kind></A>')).toEqual({})
  })

  it('is refused with a value that its shape does not have', () => {
    expect(() => read('<A n:kind="c"/>')).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
    const numbered = record({ At: attribute(named('at'), integer(0, 9)) })
    expect(read('<A n:at="9"/>', numbered)).toEqual({ At: 9 })
    expect(() => read('<A n:at="10"/>', numbered)).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
  })

  it('comes back as it was written, in entries of lists too', () => {
    const entries = list(record({ Note: attribute(named('note'), text()), Text: maybe(text()) }), {
      wrapped: 'Entry',
    })
    const plain = fc.string({ unit: fc.constantFrom('a', '中', '😀', '"', "'", '&', '<', '>', ' ') })
    const entry = fc.record({ Note: plain, Text: plain })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (value) => {
        expect(read(write(value, entries), entries)).toEqual(value)
      }),
    )
  })
})

describe('attributes of a document', () => {
  it('are bounded in number and length', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ` a${at}="x"`).join('')
    const tooMuch = expect.objectContaining({ code: 'XMLSizeLimit' })
    expect(parse(`<A${many(32)}/>`).attributes.size).toBe(32)
    expect(() => parse(`<A${many(33)}/>`)).toThrow(tooMuch)
    expect(parse(`<A a="${'x'.repeat(1024)}"/>`).attributes.get('a')).toHaveLength(1024)
    expect(() => parse(`<A a="${'x'.repeat(1025)}"/>`)).toThrow(tooMuch)
    expect(() => parse(`<A xmlns="${'x'.repeat(1025)}"/>`)).toThrow(tooMuch)
  })

  it('bring no entities of their own', () => {
    expect(parse('<A a="&lt;&#65;"/>').attributes.get('a')).toBe('<A')
    const malformed = expect.objectContaining({ code: 'MalformedXML' })
    expect(() => parse('<A a="&x;"/>')).toThrow(malformed)
    expect(() => parse('<!DOCTYPE A [<!ENTITY x "y">]><A a="&x;"/>')).toThrow(malformed)
  })
})
