// What in a batch of CSV DuckDB would read otherwise than COS Select does.
import type { CsvInput } from '../request.js'
import { FOUND } from '../scan/scanner.js'
import type { BatchLook, LookFor } from './batch-look.js'

/** Whether DuckDB reads the batch as it is to be read, and whether anything in it is quoted. */
export interface CsvLook {
  readonly isPlain: boolean
  readonly hasQuotes: boolean
}

const SPACE = 0x20
const LINE_FEED = 0x0a
const RETURN = 0x0d
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const UNSURE: CsvLook = { isPlain: false, hasQuotes: true }

/** What has to be known of a batch. */
export function csvMarks({ fieldDelimiter, quote, comment }: CsvInput): LookFor {
  const marks = {
    delimiter: byteOf(fieldDelimiter),
    quote: byteOf(quote),
    starts: [byteOf(comment), -1],
  } as const
  return { marks, texts: [], quotedTexts: [] }
}

/** Delimiters are of one byte where it is asked. */
function byteOf(mark: string | undefined): number {
  return mark === undefined ? -1 : mark.charCodeAt(0)
}

export function csvLook(look: BatchLook, input: CsvInput, isFirst: boolean): CsvLook {
  const { found, head, lastByte } = look
  if (hasStrangeLines(look, input) || (isFirst && head.subarray(0, 3).equals(BOM))) return UNSURE
  const { quote, quoteEscape, allowQuotedRecordDelimiter } = input
  if (quote === undefined || (found & FOUND.quote) === 0) return { isPlain: true, hasQuotes: false }
  // With another escape, DuckDB drops it before whatever it stands.
  if (quoteEscape !== undefined && quoteEscape !== quote) return UNSURE
  // Spaces between quotes and their delimiters DuckDB drops; the end of an object is one.
  if ((found & FOUND.looseQuote) !== 0 || lastByte === SPACE) return UNSURE
  const isSafe = allowQuotedRecordDelimiter || (found & (FOUND.quotedLine | FOUND.open)) === 0
  return isSafe ? { isPlain: true, hasQuotes: true } : UNSURE
}

/** Bytes that are no text, lines without any, comments, NUL, and returns that end no line. */
function hasStrangeLines({ found, isText, head }: BatchLook, { recordDelimiter }: CsvInput): boolean {
  if (!isText || (found & (FOUND.nul | FOUND.lineStart)) !== 0) return true
  // Of lines that end one way and another DuckDB reads none; so the first tells of all.
  const first = head.indexOf(LINE_FEED)
  const hasReturn = head[first - 1] === RETURN
  if (recordDelimiter === '\r\n') return !hasReturn
  return !hasReturn && (found & FOUND.carriageReturn) !== 0
}
