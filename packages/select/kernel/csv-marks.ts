// What the bytes of a CSV format mean.

export const LINE_FEED: u32 = 10
export const RETURN: u32 = 13

export let fieldMark: u32 = 0
export let recordMark: u32 = 0
export let quoteMark: u32 = 0
export let commentMark: u32 = 0
/** Quoted fields may have record delimiters in them. */
export let spansLines: bool = false
/** A record delimiter is a line feed with a return before it. */
export let needsReturn: bool = false
/** Where a quote is found, the records are not read here. */
export let refusesQuotes: bool = false
/** Records will be written: it matters which of them can be copied. */
export let isWritten: bool = false

/** `marks`: the bytes, from the lowest: field, record, quote, comment; 0xff where there is none. */
export function csvFormat(marks: u32, spans: bool, returns: bool, noQuotes: bool, written: bool): void {
  fieldMark = marks & 0xff
  recordMark = (marks >> 8) & 0xff
  quoteMark = (marks >> 16) & 0xff
  commentMark = marks >> 24
  spansLines = spans
  needsReturn = returns
  refusesQuotes = noQuotes
  isWritten = written
}
