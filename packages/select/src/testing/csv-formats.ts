// CSV as requests have it where they name no options.
import type { CsvInput, CsvOutput } from '../request.js'

export const CSV_INPUT: CsvInput = {
  type: 'csv',
  header: 'NONE',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
  comment: '#',
  allowQuotedRecordDelimiter: false,
}

export const CSV_OUTPUT: CsvOutput = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}
