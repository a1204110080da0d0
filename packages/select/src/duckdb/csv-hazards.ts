// What in a batch of CSV DuckDB would read otherwise than COS Select does.
import { isUtf8 } from 'node:buffer'
import type { CsvInput } from '../request.js'

/** Whether DuckDB reads the batch as it is to be read, and whether anything in it is quoted. */
export interface CsvLook {
  readonly isPlain: boolean
  readonly hasQuotes: boolean
}

const SPACE = 0x20
const RETURN = 0x0d
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const UNSURE: CsvLook = { isPlain: false, hasQuotes: true }

/**
 * By searches for single bytes and pairs of them, which are done many bytes at a time; only around quotes, single bytes are
 * looked at.
 */
export function lookAtCsv(bytes: Buffer, input: CsvInput, isFirst: boolean): CsvLook {
  if (hasStrangeLines(bytes, input) || (isFirst && bytes.subarray(0, 3).equals(BOM))) return UNSURE
  const { quote, quoteEscape } = input
  if (quote === undefined || !bytes.includes(quote)) return { isPlain: true, hasQuotes: false }
  // With another escape, DuckDB drops it before whatever it stands.
  if (quoteEscape !== undefined && quoteEscape !== quote) return UNSURE
  if (hasLooseQuotes(bytes, quote, input.fieldDelimiter)) return UNSURE
  const isSafe = input.allowQuotedRecordDelimiter || !hasLineInQuotes(bytes, quote)
  return isSafe ? { isPlain: true, hasQuotes: true } : UNSURE
}

/** Bytes that are no text, lines without any, comments, NUL, and returns that end no line. */
function hasStrangeLines(bytes: Buffer, { recordDelimiter, comment }: CsvInput): boolean {
  if (!isUtf8(bytes) || bytes.includes(0) || endsOtherwise(bytes, recordDelimiter)) return true
  const starts = comment === undefined ? ['\n', '\r\n'] : ['\n', '\r\n', comment]
  return starts.some((start) => bytes.indexOf(start) === 0 || bytes.includes(`\n${start}`))
}

/** Of lines that end one way and another DuckDB reads none; so the first tells of all. */
function endsOtherwise(bytes: Buffer, recordDelimiter: string): boolean {
  const first = bytes.indexOf('\n')
  if (first < 0) return bytes.includes('\r')
  const hasReturn = bytes[first - 1] === RETURN
  return recordDelimiter === '\r\n' ? !hasReturn : !hasReturn && bytes.includes('\r')
}

/** Quotes that stand off their delimiter by spaces alone: DuckDB drops those. */
function hasLooseQuotes(bytes: Buffer, quote: string, delimiter: string): boolean {
  const edges = [delimiter.charCodeAt(0), 0x0a, 0x0d, -1]
  const isEdge = (at: number) => edges.includes(bytes[at] ?? -1)
  for (const [pair, step, from] of [
    [` ${quote}`, -1, 0],
    [`${quote} `, 1, 1],
  ] as const) {
    for (let found = bytes.indexOf(pair); found >= 0; found = bytes.indexOf(pair, found + 1)) {
      let at = found + from
      while (bytes[at] === SPACE) at += step
      if (isEdge(at)) return true
    }
  }
  return false
}

/** Whether a line ends between an odd quote and the next one. */
function hasLineInQuotes(bytes: Buffer, quote: string): boolean {
  const mark = quote.charCodeAt(0)
  let line = bytes.indexOf(0x0a)
  for (let open = bytes.indexOf(mark); open >= 0; ) {
    const close = bytes.indexOf(mark, open + 1)
    if (close < 0) return true
    // The end of the line that the quote is in is looked for once a line.
    if (line >= 0 && line < open) line = bytes.indexOf(0x0a, open)
    if (line >= 0 && line < close) return true
    open = bytes.indexOf(mark, close + 1)
  }
  return false
}
