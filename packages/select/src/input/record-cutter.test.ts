import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../analysis/analyze.js'
import { Kernel } from '../columns/kernel.js'
import { parse } from '../language/parse.js'
import type { CsvInput, JsonInput } from '../request.js'
import { CsvCutter } from './csv-cutter.js'
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

  it('cuts in the kernel as it does byte by byte, whatever the pieces', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'bc', '"', '""', ',', '\n', '\r\n', '\r', '#', '\\', '\ufeff'), {
        maxLength: 60,
      })
      .map((parts) => parts.join(''))
    const inputs = fc.record({
      recordDelimiter: fc.constantFrom('\n', '\r\n', '\n\n', '"\n'),
      quoteEscape: fc.constantFrom('"', '\\', undefined),
      comment: fc.constantFrom('#', undefined),
    })
    const kernel = new Kernel()
    const none = () => {
      throw new Error('There is none.')
    }
    fc.assert(
      fc.property(texts, inputs, fc.integer({ min: 1, max: 30 }), (text, changed, size) => {
        const input = { ...CSV, ...changed, allowQuotedRecordDelimiter: true }
        const expected = cut(new CsvCutter(input, none, 0), text, size)
        expect(cut(new CsvCutter(input, () => kernel, 0), text, size)).toEqual(expected)
      }),
      { numRuns: Number(process.env.COSET_RUNS ?? 1000) },
    )
  })

  it('cuts in the kernel once there is enough for it', () => {
    const record = `a,"${'x\n'.repeat(300)}",b\n`
    const text = record.repeat(3000)
    let opened = 0
    const open = () => {
      opened++
      return new Kernel()
    }
    const pieces = cut(new CsvCutter({ ...CSV, allowQuotedRecordDelimiter: true }, open), text, 700_000)
    expect(pieces.join('') === text).toBe(true)
    expect(pieces.every((piece) => piece.length % record.length === 0)).toBe(true)
    expect(opened).toBe(1)
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
