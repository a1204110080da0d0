// How the rows of a result stand in it, by what was asked for.
import type { OperationInput } from '../operations.js'
import type { SelectRowFormat } from './rows.js'

export type SelectOutput = OperationInput<'selectObjectContent'>['OutputSerialization']

export function rowFormatOf({ CSV: csv, JSON: json }: SelectOutput): SelectRowFormat {
  const quote = characterOf(csv?.QuoteCharacter, '"')
  return {
    type: csv ? 'csv' : 'json',
    recordDelimiter: characterOf((csv ?? json)?.RecordDelimiter, '\n'),
    fieldDelimiter: characterOf(csv?.FieldDelimiter, ','),
    quote,
    quoteEscape: characterOf(csv?.QuoteEscapeCharacter, quote),
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

/** As the server reads it: escapes of C and octal ones stand for characters. */
function characterOf(text: string | undefined, usual: string): string {
  const value = (text ?? '').replaceAll(
    /\\(?:([0-3]?[0-7]{1,2})|([nrt\\]))/g,
    (_all, octal?: string, letter?: string) =>
      octal === undefined ? (ESCAPES[letter ?? ''] ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return value === '' ? usual : value
}
