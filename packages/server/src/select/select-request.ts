// A SelectRequest as it was sent, with its defaults filled in and its delimiters made characters.
import { Fault, LIMITS } from '@coset/model'
import type { CsvInput, CsvOutput, InputFormat, OutputFormat, SelectRequest } from '@coset/select'
import type { ServerInput } from '../handlers.js'

type Input = ServerInput<'selectObjectContent'>
type InputSerialization = Input['InputSerialization']
type OutputSerialization = Input['OutputSerialization']
type CsvMembers = NonNullable<InputSerialization['CSV']>
type CsvOutputMembers = NonNullable<OutputSerialization['CSV']>

/** Throws the faults that COS has for each part of the request. */
export function selectRequestOf(input: Input): SelectRequest {
  const { Expression, InputSerialization, OutputSerialization } = input
  if (Expression.trim() === '') throw new Fault('MissingExpectedExpression')
  if (Buffer.byteLength(Expression) > LIMITS.selectExpressionBytesMax) {
    throw new Fault('SQLParsingError', { message: 'The expression is longer than 256 KiB.' })
  }
  const format = inputFormat(InputSerialization)
  const compression = InputSerialization.CompressionType ?? 'NONE'
  if (format.type === 'parquet' && compression !== 'NONE') {
    throw new Fault('InvalidRequestParameter', {
      message: 'Parquet is compressed within: CompressionType must be NONE.',
    })
  }
  return { expression: Expression, compression, input: format, output: outputFormat(OutputSerialization) }
}

function inputFormat({ CSV: csv, JSON: json, Parquet: parquet }: InputSerialization): InputFormat {
  assertOne([csv, json, parquet], 'MissingInputFormat', 'InputSerialization')
  if (csv) return csvInput(csv)
  return json ? { type: 'json', layout: json.Type } : { type: 'parquet' }
}

function outputFormat({ CSV: csv, JSON: json }: OutputSerialization): OutputFormat {
  assertOne([csv, json], 'MissingOutputFormat', 'OutputSerialization')
  if (csv) return csvOutput(csv)
  return { type: 'json', recordDelimiter: recordDelimiterOf(json?.RecordDelimiter) }
}

function assertOne(
  formats: readonly unknown[],
  missing: 'MissingInputFormat' | 'MissingOutputFormat',
  name: string,
): void {
  const count = formats.filter((format) => format !== undefined).length
  if (count === 0) throw new Fault(missing)
  if (count > 1) {
    throw new Fault('InvalidRequestParameter', { message: `${name} names more than one format.` })
  }
}

function csvInput(given: CsvMembers): CsvInput {
  const fieldDelimiter = character(given.FieldDelimiter, 'FieldDelimiter') ?? ','
  const recordDelimiter = recordDelimiterOf(given.RecordDelimiter)
  const quote = characterOrNone(given.QuoteCharacter, 'QuoteCharacter', '"')
  const format: CsvInput = {
    type: 'csv',
    header: given.FileHeaderInfo ?? 'NONE',
    recordDelimiter,
    fieldDelimiter,
    quote,
    quoteEscape: characterOrNone(given.QuoteEscapeCharacter, 'QuoteEscapeCharacter', quote),
    comment: characterOrNone(given.Comments, 'Comments', fieldDelimiter === '#' ? undefined : '#'),
    allowQuotedRecordDelimiter: given.AllowQuotedRecordDelimiter ?? false,
  }
  assertApart(recordDelimiter, fieldDelimiter, quote)
  return format
}

function csvOutput(given: CsvOutputMembers): CsvOutput {
  const fieldDelimiter = character(given.FieldDelimiter, 'FieldDelimiter') ?? ','
  const recordDelimiter = recordDelimiterOf(given.RecordDelimiter)
  const quote = character(given.QuoteCharacter, 'QuoteCharacter') ?? '"'
  assertApart(recordDelimiter, fieldDelimiter, quote)
  return {
    type: 'csv',
    quoteFields: given.QuoteFields ?? 'ASNEEDED',
    recordDelimiter,
    fieldDelimiter,
    quote,
    quoteEscape: character(given.QuoteEscapeCharacter, 'QuoteEscapeCharacter') ?? quote,
  }
}

function assertApart(recordDelimiter: string, fieldDelimiter: string, quote: string | undefined): void {
  if (new Set([recordDelimiter, fieldDelimiter, quote]).size === 3) return
  throw new Fault('InvalidRequestParameter', {
    message: 'RecordDelimiter, FieldDelimiter and QuoteCharacter must differ.',
  })
}

function recordDelimiterOf(text: string | undefined): string {
  const value = unescaped(text ?? '')
  if (value === '') return '\n'
  if (Buffer.byteLength(value) <= 2) return value
  throw new Fault('InvalidRequestParameter', { message: 'RecordDelimiter must have one or two bytes.' })
}

/** One byte; undefined for none. */
function character(text: string | undefined, name: string): string | undefined {
  const value = unescaped(text ?? '')
  if (value === '') return undefined
  if (Buffer.byteLength(value) === 1) return value
  throw new Fault('InvalidRequestParameter', { message: `${name} must have one byte.` })
}

/** An element that is there and empty switches off what it names. */
function characterOrNone(
  text: string | undefined,
  name: string,
  usual: string | undefined,
): string | undefined {
  return text === undefined ? usual : character(text, name)
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

/** Characters may be written as `\n`, as in C, or in octal. What is none of these stands for itself. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(?:([0-3]?[0-7]{1,2})|([nrt\\]))/g, (_all, octal?: string, letter?: string) =>
    octal === undefined ? (ESCAPES[letter ?? ''] ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
  )
}
