// Records of CSV in a text, one at a time; fields become strings only when they are asked for.
import { SelectError } from '../errors.js'
import type { CsvInput } from '../request.js'
import { tooLarge } from '../values/text.js'
import { RECORD_SIZE_MAX } from './limits.js'

const CARRIAGE_RETURN = 13
const NONE = -1

export class CsvRecords {
  readonly #delimiter: string
  readonly #field: number
  readonly #quote: number
  readonly #quoteText: string
  readonly #escape: number
  readonly #comment: number
  readonly #spansLines: boolean
  readonly #columnsMax: number
  #text = ''
  #hasQuotes = false
  #position = 0
  #start = 0
  #end = 0
  #count = 0
  #starts = new Int32Array(64)
  #ends = new Int32Array(64)
  #escaped = new Uint8Array(64)

  /** @param columnsMax How many columns will be asked for. */
  constructor(input: CsvInput, columnsMax: number) {
    this.#delimiter = input.recordDelimiter
    this.#field = input.fieldDelimiter.charCodeAt(0)
    this.#quoteText = input.quote ?? ''
    this.#quote = input.quote === undefined ? NONE : input.quote.charCodeAt(0)
    this.#escape = input.quoteEscape === undefined ? this.#quote : input.quoteEscape.charCodeAt(0)
    this.#comment = input.comment === undefined ? NONE : input.comment.charCodeAt(0)
    this.#spansLines = input.allowQuotedRecordDelimiter && input.quote !== undefined
    this.#columnsMax = columnsMax
  }

  /** Whole records follow from the position on. */
  load(text: string, position = 0): void {
    this.#text = text
    this.#position = position
    this.#hasQuotes = this.#quoteText !== '' && text.includes(this.#quoteText)
  }

  /** Goes to the next record that is neither empty nor a comment; false where there is none. */
  next(): boolean {
    while (this.#position < this.#text.length) {
      this.#start = this.#position
      this.#count = 0
      const isComment = this.#text.charCodeAt(this.#start) === this.#comment
      if (isComment || !this.#hasQuotes || !this.#spansLines) this.#readLine(isComment)
      else this.#readSpanning()
      if (isComment || this.#end === this.#start) continue
      this.#checkSize()
      return true
    }
    return false
  }

  /** Where the next record begins. */
  get position(): number {
    return this.#position
  }

  /** Finds the columns beyond those that are asked for, too. */
  splitWhole(): void {
    if (this.#hasQuotes && this.#spansLines) return
    this.#count = 0
    this.#splitLine(Number.POSITIVE_INFINITY)
  }

  get columnCount(): number {
    return this.#count
  }

  /** The record as it stands there, without its delimiter. */
  get source(): string {
    return this.#text.slice(this.#start, this.#end)
  }

  /** Undefined where the record has no such column. */
  column(index: number): string | undefined {
    if (index >= this.#count) return undefined
    const text = this.#text.slice(this.#starts[index], this.#ends[index])
    return this.#escaped[index] === 1 ? this.#unescape(text) : text
  }

  #unescape(text: string): string {
    const mark = String.fromCharCode(this.#escape)
    let result = ''
    let from = 0
    let found = text.indexOf(mark)
    while (found !== -1) {
      const isEscape = this.#isEscape(text, found)
      if (isEscape) {
        result += text.slice(from, found)
        from = found + 1
      }
      found = text.indexOf(mark, found + (isEscape ? 2 : 1))
    }
    return result + text.slice(from)
  }

  #isEscape(text: string, index: number): boolean {
    const following = text.charCodeAt(index + 1)
    return following === this.#quote || following === this.#escape
  }

  #checkSize(): void {
    const length = this.#end - this.#start
    if (length <= RECORD_SIZE_MAX / 3) return
    if (length > RECORD_SIZE_MAX || Buffer.byteLength(this.source) > RECORD_SIZE_MAX)
      throw tooLarge('A record')
  }

  /** The record ends with the line, whatever is in it. */
  #readLine(isComment: boolean): void {
    const found = this.#text.indexOf(this.#delimiter, this.#start)
    const end = found === -1 ? this.#text.length : found
    this.#position = found === -1 ? end : found + this.#delimiter.length
    this.#end = this.#withoutReturn(end)
    if (!isComment && this.#end > this.#start) this.#splitLine(this.#columnsMax)
  }

  #withoutReturn(end: number): number {
    const isReturn = end > this.#start && this.#text.charCodeAt(end - 1) === CARRIAGE_RETURN
    return isReturn && this.#delimiter === '\n' ? end - 1 : end
  }

  #splitLine(columnsMax: number): void {
    const text = this.#text
    const end = this.#end
    const delimiter = this.#field
    let start = this.#start
    while (this.#count < columnsMax) {
      if (text.charCodeAt(start) === this.#quote && start < end) {
        start = this.#readQuoted(start, end) + 1
      } else {
        let index = start
        while (index < end && text.charCodeAt(index) !== delimiter) index++
        this.#addField(start, index, 0)
        start = index + 1
      }
      if (start > end) return
    }
  }

  #addField(start: number, end: number, escaped: 0 | 1): void {
    const index = this.#count
    if (index === this.#starts.length) this.#grow()
    this.#starts[index] = start
    this.#ends[index] = end
    this.#escaped[index] = escaped
    this.#count = index + 1
  }

  #grow(): void {
    const size = this.#starts.length * 2
    const [starts, ends, escaped] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)]
    starts.set(this.#starts)
    ends.set(this.#ends)
    escaped.set(this.#escaped)
    this.#starts = starts
    this.#ends = ends
    this.#escaped = escaped
  }

  /** Gives back where the delimiter behind the field stands, or the end. */
  #readQuoted(start: number, end: number): number {
    const close = this.#closingQuote(start + 1, end)
    const behind = close + 1
    if (behind < end && this.#text.charCodeAt(behind) !== this.#field && !this.#endsRecord(behind)) {
      throw new SelectError(
        'CSVParsingError',
        'Behind a closing quote stands neither a delimiter nor the end of the record.',
      )
    }
    return behind
  }

  #closingQuote(start: number, end: number): number {
    const text = this.#text
    let escaped: 0 | 1 = 0
    for (let index = start; index < end; index++) {
      const code = text.charCodeAt(index)
      const following = index + 1 < end ? text.charCodeAt(index + 1) : NONE
      if (code === this.#escape && (following === this.#quote || following === this.#escape)) {
        escaped = 1
        index++
      } else if (code === this.#quote) {
        this.#addField(start, index, escaped)
        return index
      }
    }
    if (this.#spansLines)
      throw new SelectError('LastRecordParseFail', 'The object ends within a quoted field.')
    const advice = 'if a field has record delimiters in it, set AllowQuotedRecordDelimiter'
    throw new SelectError('CSVParsingError', `A record ends within a quoted field; ${advice}.`)
  }

  /** Whether a record delimiter stands there, also one of two characters with a return before it. */
  #endsRecord(index: number): boolean {
    if (!this.#spansLines) return false
    if (this.#text.startsWith(this.#delimiter, index)) return true
    if (this.#delimiter !== '\n' || this.#text.charCodeAt(index) !== CARRIAGE_RETURN) return false
    return index + 1 === this.#text.length || this.#text.startsWith('\n', index + 1)
  }

  /** The record ends with the first delimiter that is not in quotes. */
  #readSpanning(): void {
    const text = this.#text
    const length = text.length
    let start = this.#start
    for (;;) {
      let index = start
      if (text.charCodeAt(start) === this.#quote) index = this.#readQuoted(start, length)
      else index = this.#readBare(start)
      if (index < length && text.charCodeAt(index) === this.#field) {
        start = index + 1
        continue
      }
      this.#end = index
      const isReturn = index < length && !text.startsWith(this.#delimiter, index)
      this.#position = index + (isReturn ? 1 : 0) + this.#delimiter.length
      return
    }
  }

  /** Gives back where the delimiter behind the field stands, or the end. */
  #readBare(start: number): number {
    const text = this.#text
    const first = this.#delimiter.charCodeAt(0)
    let index = start
    for (; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code === this.#field) break
      if (code === first && text.startsWith(this.#delimiter, index)) break
    }
    const isLast = index === text.length || text.charCodeAt(index) !== this.#field
    const end = isLast && index > start ? this.#withoutReturn(index) : index
    this.#addField(start, end, 0)
    return end
  }
}
