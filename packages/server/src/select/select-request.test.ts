import { Fault } from '@coset/model'
import { compileOperation, cosDialect, decodeRequest, operations, parseXml } from '@coset/protocol'
import type { SelectRequest } from '@coset/select'
import { describe, expect, it } from 'vitest'
import type { ServerInput } from '../handlers.js'
import { selectRequestOf } from './select-request.js'

const compiled = compileOperation(operations.selectObjectContent, cosDialect.vendorPrefix)
const EXPRESSION = '<Expression>SELECT * FROM COSObject</Expression>'
const CSV = '<InputSerialization><CSV/></InputSerialization>'
const JSON_OUT = '<OutputSerialization><JSON/></OutputSerialization>'

/** What a document asks for, through the same steps as in the server. */
function read(...parts: readonly string[]): SelectRequest {
  const text = `<SelectRequest>${parts.join('')}</SelectRequest>`
  const document = parseXml(text, { bytesMax: 1_000_000, depthMax: 12, elementsMax: 1000 })
  const head = {
    bucket: 'b-1',
    key: 'k',
    query: (name: string) => (name === 'select-type' ? '2' : undefined),
    header: () => undefined,
    headersWithPrefix: () => [],
  }
  return selectRequestOf(
    decodeRequest(compiled, head, document) as unknown as ServerInput<'selectObjectContent'>,
  )
}

function faultOf(...parts: readonly string[]): string {
  try {
    read(...parts)
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'none'
}

const csvIn = (content: string) => `<InputSerialization><CSV>${content}</CSV></InputSerialization>`
const csvOut = (content: string) => `<OutputSerialization><CSV>${content}</CSV></OutputSerialization>`

describe('a SelectRequest', () => {
  it('has COS’s defaults', () => {
    expect(read(EXPRESSION, CSV, csvOut(''))).toEqual({
      expression: 'SELECT * FROM COSObject',
      compression: 'NONE',
      input: {
        type: 'csv',
        header: 'NONE',
        recordDelimiter: '\n',
        fieldDelimiter: ',',
        quote: '"',
        quoteEscape: '"',
        comment: '#',
        allowQuotedRecordDelimiter: false,
      },
      output: {
        type: 'csv',
        quoteFields: 'ASNEEDED',
        recordDelimiter: '\n',
        fieldDelimiter: ',',
        quote: '"',
        quoteEscape: '"',
      },
    })
  })

  it.each([
    ['JSON', '<JSON><Type>LINES</Type></JSON>', { type: 'json', layout: 'LINES' }],
    ['JSON in another case', '<JSON><Type>document</Type></JSON>', { type: 'json', layout: 'DOCUMENT' }],
    ['Parquet', '<Parquet/>', { type: 'parquet' }],
  ])('may be about %s', (_name, element, input) => {
    const given = `<InputSerialization>${element}</InputSerialization>`
    expect(read(EXPRESSION, given, JSON_OUT)).toMatchObject({
      input,
      output: { type: 'json', recordDelimiter: '\n' },
    })
  })

  it.each([
    ['\\t', '\t'],
    ['\t', '\t'],
    ['|', '|'],
    ['\\054', ','],
    ['\\73', ';'],
    ['\\\\', '\\'],
    ['\\', '\\'],
    ['&#x1;'.replace('1', '9'), '\t'],
  ])('takes a field delimiter written as %j', (written, fieldDelimiter) => {
    const delimiter = `<FieldDelimiter>${written}</FieldDelimiter>`
    expect(read(EXPRESSION, csvIn(delimiter), JSON_OUT)).toMatchObject({ input: { fieldDelimiter } })
  })

  it.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
    ['&#xD;\n', '\r\n'],
    ['\\015\\012', '\r\n'],
    ['@#', '@#'],
  ])('takes a record delimiter written as %j', (written, recordDelimiter) => {
    const delimiter = `<RecordDelimiter>${written}</RecordDelimiter>`
    const expected = { input: { recordDelimiter }, output: { recordDelimiter } }
    expect(read(EXPRESSION, csvIn(delimiter), csvOut(delimiter))).toMatchObject(expected)
  })

  it('switches off what is there and empty', () => {
    const input = csvIn('<QuoteCharacter></QuoteCharacter><Comments/>')
    expect(read(EXPRESSION, input, JSON_OUT)).toMatchObject({
      input: { quote: undefined, quoteEscape: undefined, comment: undefined },
    })
  })

  it('takes no comments where their character separates fields', () => {
    const input = csvIn('<FieldDelimiter>#</FieldDelimiter>')
    expect(read(EXPRESSION, input, JSON_OUT)).toMatchObject({ input: { comment: undefined } })
  })

  it('takes booleans and words in any case, and white space around them', () => {
    const input = csvIn(
      '<FileHeaderInfo> use </FileHeaderInfo><AllowQuotedRecordDelimiter>TRUE</AllowQuotedRecordDelimiter>',
    )
    expect(read(EXPRESSION, input, JSON_OUT)).toMatchObject({
      input: { header: 'USE', allowQuotedRecordDelimiter: true },
    })
  })

  it.each([
    ['no expression', [CSV, JSON_OUT], 'MissingExpectedExpression'],
    ['an empty expression', ['<Expression> </Expression>', CSV, JSON_OUT], 'MissingExpectedExpression'],
    ['no input', [EXPRESSION, JSON_OUT], 'MissingInputSerialization'],
    ['no format of the input', [EXPRESSION, '<InputSerialization/>', JSON_OUT], 'MissingInputFormat'],
    ['no output', [EXPRESSION, CSV], 'MissingOutputSerialization'],
    ['no format of the output', [EXPRESSION, CSV, '<OutputSerialization/>'], 'MissingOutputFormat'],
    [
      'two formats of the input',
      [EXPRESSION, '<InputSerialization><CSV/><Parquet/></InputSerialization>', JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'two formats of the output',
      [EXPRESSION, CSV, '<OutputSerialization><CSV/><JSON/></OutputSerialization>'],
      'InvalidRequestParameter',
    ],
    [
      'another compression',
      [
        EXPRESSION,
        '<InputSerialization><CompressionType>ZIP</CompressionType><CSV/></InputSerialization>',
        JSON_OUT,
      ],
      'InvalidCompressionFormat',
    ],
    [
      'compressed Parquet',
      [
        EXPRESSION,
        '<InputSerialization><CompressionType>GZIP</CompressionType><Parquet/></InputSerialization>',
        JSON_OUT,
      ],
      'InvalidRequestParameter',
    ],
    [
      'another header',
      [EXPRESSION, csvIn('<FileHeaderInfo>YES</FileHeaderInfo>'), JSON_OUT],
      'InvalidFileHeaderInfo',
    ],
    [
      'another kind of JSON',
      [EXPRESSION, '<InputSerialization><JSON><Type>ARRAY</Type></JSON></InputSerialization>', JSON_OUT],
      'InvalidJsonType',
    ],
    [
      'no kind of JSON',
      [EXPRESSION, '<InputSerialization><JSON/></InputSerialization>', JSON_OUT],
      'InvalidJsonType',
    ],
    ['other quotes', [EXPRESSION, CSV, csvOut('<QuoteFields>NEVER</QuoteFields>')], 'InvalidQuoteFields'],
    [
      'another type',
      [EXPRESSION, '<ExpressionType>XQuery</ExpressionType>', CSV, JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'no boolean',
      [EXPRESSION, csvIn('<AllowQuotedRecordDelimiter>1</AllowQuotedRecordDelimiter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'a long record delimiter',
      [EXPRESSION, csvIn('<RecordDelimiter>abc</RecordDelimiter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'a long field delimiter',
      [EXPRESSION, csvIn('<FieldDelimiter>::</FieldDelimiter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'one of two bytes',
      [EXPRESSION, csvIn('<FieldDelimiter>é</FieldDelimiter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'one delimiter for fields and records',
      [EXPRESSION, csvIn('<FieldDelimiter>\\n</FieldDelimiter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'a quote that delimits',
      [EXPRESSION, csvIn('<QuoteCharacter>,</QuoteCharacter>'), JSON_OUT],
      'InvalidRequestParameter',
    ],
    [
      'an expression that is too long',
      [`<Expression>${'x'.repeat(256 * 1024 + 1)}</Expression>`, CSV, JSON_OUT],
      'SQLParsingError',
    ],
  ])('is refused with %s', (_name, parts, code) => {
    expect(faultOf(...parts)).toBe(code)
  })
})
