import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../analysis/analyze.js'
import { parse } from '../language/parse.js'
import type { CsvInput, JsonInput } from '../request.js'
import { type RecordCutter, recordCutter } from './record-cutter.js'

const CSV: CsvInput = {
  type: 'csv',
  header: 'NONE',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: undefined,
  comment: '#',
  allowQuotedRecordDelimiter: false,
}
const DOCUMENT: JsonInput = { type: 'json', layout: 'DOCUMENT' }
const MIB = 1024 * 1024

function cutterFor(input: CsvInput | JsonInput, sql = 'SELECT * FROM COSObject'): RecordCutter {
  return recordCutter(analyze(parse(sql), input), input)
}

/** What each piece makes whole, and what the end does. */
function cut(cutter: RecordCutter, text: string, size: number): readonly string[] {
  const bytes = Buffer.from(text)
  const batches: string[] = []
  for (let start = 0; start < bytes.length; start += size) {
    batches.push(Buffer.concat(cutter.push(bytes.subarray(start, start + size))).toString())
  }
  return [...batches, Buffer.concat(cutter.end()).toString()]
}

describe('recordCutter', () => {
  it('gives whole records of CSV, and keeps the rest', () => {
    expect(cut(cutterFor(CSV), 'a,b\nc,d\ne', 5)).toEqual(['a,b\n', 'c,d\n', 'e'])
    expect(cut(cutterFor({ ...CSV, recordDelimiter: '\r\n' }), 'a\r\nb\r\nc', 2)).toEqual([
      '',
      'a\r\n',
      'b\r\n',
      '',
      'c',
    ])
  })

  it('does not cut within quotes, where they may hold delimiters', () => {
    const spanning = { ...CSV, allowQuotedRecordDelimiter: true }
    expect(cut(cutterFor(spanning), 'a,"x\ny"\nb', 3)).toEqual(['', '', 'a,"x\ny"\n', 'b'])
    expect(cut(cutterFor(spanning), '#"\na,5"\nb', 100)).toEqual(['#"\na,5"\n', 'b'])
  })

  it('loses no byte of CSV, whatever the pieces', () => {
    const texts = fc
      .array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '#', '\\'), { maxLength: 50 })
      .map((parts) => parts.join(''))
    const inputs = fc.constantFrom(
      CSV,
      { ...CSV, allowQuotedRecordDelimiter: true },
      { ...CSV, recordDelimiter: '\r\n' },
    )
    fc.assert(
      fc.property(texts, inputs, fc.integer({ min: 1, max: 9 }), (text, input, size) => {
        expect(cut(cutterFor(input), text, size).join('')).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('gives the values that FROM names in a document, one on a line', () => {
    const text = '{"skip": [{"rows": 1}], "rows_": [\n {"a": 1},\n [2, 3], "x"\n]}'
    for (const size of [1, 7, 1000]) {
      expect(cut(cutterFor(DOCUMENT, 'SELECT * FROM COSObject.rows_[*]'), text, size).join('')).toBe(
        '{"a": 1}\n[2, 3]\n"x"\n',
      )
    }
  })

  it.each([
    ['a line', CSV, 'x'],
    ['a quoted field', { ...CSV, allowQuotedRecordDelimiter: true }, '"x\n'],
    ['a line of JSON', { type: 'json', layout: 'LINES' } as const, '"x'],
    ['a value in a document', DOCUMENT, '["x",'],
    ['a name in a document', DOCUMENT, '{"x'],
  ])('keeps no more than a record of %s that never ends', (_name, input, start) => {
    const cutter = cutterFor(
      input,
      input.type === 'json' && start === '{"x' ? 'SELECT * FROM COSObject.x' : undefined,
    )
    cutter.push(Buffer.from(start))
    expect(() => {
      for (let count = 0; count < 20; count++) cutter.push(Buffer.alloc(MIB / 8, 'x'))
    }).toThrow(expect.objectContaining({ code: 'OverMaxRecordSize' }))
  })

  it('passes over parts of a document that are larger than any record', () => {
    const cutter = cutterFor(DOCUMENT, 'SELECT * FROM COSObject.b')
    cutter.push(Buffer.from('{"a":"'))
    for (let count = 0; count < 30; count++) cutter.push(Buffer.alloc(MIB, 'x'))
    expect(Buffer.concat([...cutter.push(Buffer.from('","b":7}')), ...cutter.end()]).toString()).toBe('7\n')
  })
})
