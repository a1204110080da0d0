// CSV as the kernel reads it.
import type { CsvInput, OutputFormat } from '../request.js'
import type { FormatCode } from './slice-reader.js'

const NO_MARK = 0xff
const LINE_ENDS = ['\n', '\r\n']

export interface CsvUse {
  /** How many every record has to have; 0 for any number. */
  readonly columns: number
  /** Whether the kernel writes records. */
  readonly isWritten: boolean
}

/** Undefined where the kernel has no such format. */
export function csvCode(
  input: CsvInput,
  output: OutputFormat,
  { columns, isWritten }: CsvUse,
): FormatCode | undefined {
  const { recordDelimiter, fieldDelimiter, quote, quoteEscape, comment } = input
  const needsReturn = recordDelimiter === '\r\n'
  if (!needsReturn && (recordDelimiter.length > 1 || !isMark(recordDelimiter))) return undefined
  // Text that nothing is quoted in may have what has to be quoted in the result.
  const marked = quote ?? (output.type === 'csv' ? output.quote : undefined)
  const recordMark = needsReturn ? '\n' : recordDelimiter
  const bytes = [fieldDelimiter, recordMark, marked, comment].map(byteOf)
  const spansLines = input.allowQuotedRecordDelimiter && quote !== undefined
  const refusesQuotes = quote === undefined || (quoteEscape !== undefined && quoteEscape !== quote)
  const marks = bytes.reduce((sum, byte, index) => sum + byte * 256 ** index, 0)
  const mark = output.recordDelimiter.charCodeAt(0) + 256 * (output.recordDelimiter.charCodeAt(1) || 0)
  return {
    recordMark: recordDelimiter,
    padding: [0x20, 0x41, 0x42, 0x43, 0x44].find((byte) => !bytes.includes(byte)) ?? NO_MARK,
    begin: ({ run }, { start, records, recordsMax, wanted }) => {
      run.csvFormat(marks, spansLines, needsReturn, refusesQuotes, isWritten)
      run.csvBegin(start, records, recordsMax, wanted, columns)
    },
    scan: ({ run }, from, end) => run.csvScan(from, end),
    end: ({ run }) => run.csvEnd(),
    found: ({ run }) => ({
      records: run.csvRecords(),
      hasHigh: run.csvHasHigh() !== 0,
      isBare: run.csvHasQuotes() === 0,
      rest: run.csvRest(),
    }),
    write: ({ run }, { list, from, to }, out) => {
      const end = run.csvWrite(list, from, to, out.at, out.limit, mark)
      return { end, next: run.csvWritten() }
    },
  }
}

/** Whether the kernel can write the records of this input as they are to be written. */
export function writesSame(input: CsvInput, output: OutputFormat): boolean {
  if (output.type !== 'csv' || output.quoteFields !== 'ASNEEDED') return false
  const { fieldDelimiter, quote, quoteEscape, recordDelimiter } = output
  const isSame = fieldDelimiter === input.fieldDelimiter && quote === (input.quote ?? quote)
  return isSame && quoteEscape === quote && LINE_ENDS.includes(recordDelimiter)
}

/** One byte, and none that stands in the middle of a character. */
function isMark(mark: string): boolean {
  const code = mark.charCodeAt(0)
  return code > 0 && code < 0x80
}

function byteOf(mark: string | undefined): number {
  return mark === undefined ? NO_MARK : mark.charCodeAt(0)
}
