// The text of a result, cut into rows again.
import { CosClientError } from '../errors.js'

/** An object of the result as JSON, or the texts of a row as CSV. */
export type SelectRow = Readonly<Record<string, unknown>> | readonly string[]

/** How rows stand in the result, as it was asked for. */
export interface SelectRowFormat {
  readonly type: 'json' | 'csv'
  readonly recordDelimiter: string
  readonly fieldDelimiter: string
  readonly quote: string
  readonly quoteEscape: string
}

export async function* parseRows(
  texts: AsyncIterable<string>,
  format: SelectRowFormat,
): AsyncGenerator<SelectRow> {
  const reader = format.type === 'json' ? new JsonRows(format) : new CsvRows(format)
  for await (const text of texts) yield* reader.push(text)
  yield* reader.end()
}

/** Delimiters can't stand within a JSON value as they are, so far as they are control characters or alone on a line. */
class JsonRows {
  readonly #delimiter: string
  #rest = ''

  constructor({ recordDelimiter }: SelectRowFormat) {
    this.#delimiter = recordDelimiter
  }

  *push(text: string): Generator<SelectRow> {
    const parts = (this.#rest + text).split(this.#delimiter)
    this.#rest = parts.pop() ?? ''
    let row = ''
    for (const part of parts) {
      row = row === '' ? part : `${row}${this.#delimiter}${part}`
      const value = parsed(row)
      if (value === undefined) continue
      row = ''
      yield value
    }
    // A delimiter such as a comma stands within values too: they go on behind it.
    if (row !== '') this.#rest = `${row}${this.#delimiter}${this.#rest}`
  }

  *end(): Generator<SelectRow> {
    const rest = this.#rest.trim()
    if (rest === '') return
    const value = parsed(rest)
    if (value === undefined) throw unreadable('is no JSON')
    yield value
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

class CsvRows {
  readonly #format: SelectRowFormat
  #rest = ''

  constructor(format: SelectRowFormat) {
    this.#format = format
  }

  *push(text: string): Generator<SelectRow> {
    this.#rest += text
    let start = 0
    for (;;) {
      const row = this.#row(start, false)
      if (!row) break
      start = row.end
      yield row.fields
    }
    this.#rest = this.#rest.slice(start)
  }

  *end(): Generator<SelectRow> {
    if (this.#rest === '') return
    const row = this.#row(0, true)
    if (!row) throw unreadable('has a quote that is not closed')
    yield row.fields
  }

  /** The row that begins there; undefined while its end has not come. */
  #row(
    start: number,
    isLast: boolean,
  ): { readonly fields: readonly string[]; readonly end: number } | undefined {
    const { fieldDelimiter, recordDelimiter } = this.#format
    const fields: string[] = []
    for (let at = start; ; at += fieldDelimiter.length) {
      const field = this.#field(at, isLast)
      if (!field) return undefined
      fields.push(field.text)
      at = field.end
      if (this.#rest.startsWith(recordDelimiter, at)) return { fields, end: at + recordDelimiter.length }
      if (at >= this.#rest.length) return isLast ? { fields, end: at } : undefined
    }
  }

  #field(start: number, isLast: boolean): { readonly text: string; readonly end: number } | undefined {
    const { quote, fieldDelimiter, recordDelimiter } = this.#format
    if (this.#rest.startsWith(quote, start)) return this.#quoted(start + quote.length)
    const ends = [fieldDelimiter, recordDelimiter].map((text) => this.#rest.indexOf(text, start))
    const found = ends.filter((end) => end >= 0)
    if (found.length === 0 && !isLast) return undefined
    const end = found.length === 0 ? this.#rest.length : Math.min(...found)
    return { text: this.#rest.slice(start, end), end }
  }

  /** Up to the quote that closes it, and only once it is known what stands behind that. */
  #quoted(start: number): { readonly text: string; readonly end: number } | undefined {
    const { quote, quoteEscape } = this.#format
    const rest = this.#rest
    let text = ''
    for (let at = start; at < rest.length; ) {
      const isEscaped = rest.startsWith(quoteEscape, at) && rest.startsWith(quote, at + quoteEscape.length)
      if (isEscaped) {
        text += quote
        at += quoteEscape.length + quote.length
      } else if (rest.startsWith(quote, at)) return { text, end: at + quote.length }
      else text += rest[at++]
    }
    return undefined
  }
}

function unreadable(why: string): CosClientError {
  return new CosClientError('body', `The last row of the result ${why}.`, { requestSent: true })
}
