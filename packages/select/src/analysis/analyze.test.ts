import { describe, expect, it } from 'vitest'
import { parse } from '../language/parse.js'
import type { CsvInput, InputFormat } from '../request.js'
import { analyze } from './analyze.js'

const csv = (header: CsvInput['header']): CsvInput => ({
  type: 'csv',
  header,
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
  comment: '#',
  allowQuotedRecordDelimiter: false,
})
const json: InputFormat = { type: 'json', layout: 'DOCUMENT' }

const query = (text: string, input: InputFormat = json) => analyze(parse(text), input)
const fields = (text: string, input: InputFormat = json) => [...query(text, input).fields.values()]

describe('analyze', () => {
  it('names a column of CSV by its place, with the alias, the name of the object or neither', () => {
    const text = 'SELECT _1, s._2, COSObject._3, S3OBJECT._4 FROM COSObject s'
    const places = [0, 1, 2, 3].map((index) => ({ kind: 'position', index }))
    expect(fields(text, csv('NONE'))).toEqual(places)
  })

  it('names a column of CSV by the header line', () => {
    expect(fields('SELECT s.Name, "City", "_1" FROM COSObject s', csv('USE'))).toMatchObject([
      { kind: 'header', identifier: { name: 'Name', quoted: false } },
      { kind: 'header', identifier: { name: 'City', quoted: true } },
      { kind: 'header', identifier: { name: '_1', quoted: true } },
    ])
  })

  it('takes a name without alias as the record, where the path of FROM ends in it', () => {
    expect(fields('SELECT id, id.x, other FROM COSObject[*].rules[*].id')).toMatchObject([
      { kind: 'path', steps: [] },
      { kind: 'path', steps: [{ kind: 'member', identifier: { name: 'x' } }] },
      { kind: 'path', steps: [{ kind: 'member', identifier: { name: 'other' } }] },
    ])
  })

  it('names what comes out', () => {
    const { output } = query('SELECT s.a.b, s.c[0], 1 + 1, d AS e, f FROM COSObject s')
    expect(output === '*' ? [] : output.map(({ name }) => name)).toEqual(['b', '_2', '_3', 'e', 'f'])
  })

  it('finds aggregates, and what stands beside them', () => {
    expect(query('SELECT COUNT(*), SUM(a) / 2 FROM COSObject').aggregates).toHaveLength(2)
    expect(query('SELECT a FROM COSObject').aggregates).toHaveLength(0)
  })

  it.each([
    ['SELECT a FROM COSObject', csv('NONE'), 'FileHeaderInfo USE'],
    ['SELECT a FROM COSObject', csv('IGNORE'), 'FileHeaderInfo USE'],
    ['SELECT _0 FROM COSObject', csv('NONE'), 'columns count from _1'],
    ['SELECT s._1.x FROM COSObject s', csv('NONE'), 'has nothing within it'],
    ['SELECT s[0] FROM COSObject s', csv('USE'), 'has nothing within it'],
    ['SELECT * FROM COSObject.a', csv('USE'), 'Only JSON has paths'],
    ['SELECT a[*] FROM COSObject', json, '[*] stands only behind FROM'],
    ['SELECT a, COUNT(*) FROM COSObject', json, 'beside aggregates'],
    ['SELECT SUM(COUNT(*)) FROM COSObject', json, 'within another'],
    ['SELECT * FROM COSObject WHERE COUNT(*) > 1', json, 'can not stand in WHERE'],
    ['SELECT * FROM COSObject WHERE a LIKE 5', json, 'LIKE compares with strings'],
    [`SELECT * FROM COSObject WHERE a LIKE 'b' ESCAPE 'cd'`, json, 'ESCAPE takes one character'],
  ])('refuses %s', (text, input, message) => {
    expect(() => query(text, input)).toThrow(
      expect.objectContaining({ code: 'SQLParsingError', message: expect.stringContaining(message) }),
    )
  })
})
