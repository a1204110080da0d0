// A case as a request of an SDK.
import type { OperationInput } from '@coset/sdk'
import type { SelectCase } from './case.js'

type Input = OperationInput<'selectObjectContent'>

export function inputSerializationOf({ input, compression }: SelectCase): Input['InputSerialization'] {
  const CompressionType = compression ?? 'NONE'
  if ('json' in input) return { CompressionType, JSON: { Type: input.json } }
  const { csv } = input
  return {
    CompressionType,
    CSV: {
      FileHeaderInfo: csv.header,
      RecordDelimiter: csv.recordDelimiter,
      FieldDelimiter: csv.fieldDelimiter,
      // An element that is there and empty switches quotes off.
      QuoteCharacter: 'quote' in csv ? (csv.quote ?? '') : undefined,
      QuoteEscapeCharacter: csv.quoteEscape,
      Comments: 'comment' in csv ? (csv.comment ?? '') : undefined,
      AllowQuotedRecordDelimiter: csv.allowQuotedRecordDelimiter,
    },
  }
}

export function outputSerializationOf({ input, output }: SelectCase): Input['OutputSerialization'] {
  const options = output ?? ('json' in input ? { json: {} } : { csv: {} })
  if ('json' in options) return { JSON: { RecordDelimiter: options.json.recordDelimiter } }
  const { csv } = options
  return {
    CSV: {
      QuoteFields: csv.quoteFields,
      RecordDelimiter: csv.recordDelimiter,
      FieldDelimiter: csv.fieldDelimiter,
      QuoteCharacter: csv.quote,
      QuoteEscapeCharacter: csv.quoteEscape,
    },
  }
}
