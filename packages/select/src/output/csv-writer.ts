// Results as CSV.
import type { CsvOutput } from '../request.js'
import { plainText } from '../values/text.js'
import type { Value } from '../values/value.js'
import type { RecordWriter } from './record-writer.js'

export class CsvWriter implements RecordWriter {
  readonly #output: CsvOutput
  readonly #special: RegExp
  readonly #escaped: RegExp

  constructor(output: CsvOutput) {
    const { fieldDelimiter, recordDelimiter, quote, quoteEscape } = output
    this.#output = output
    this.#special = characterClass(`${fieldDelimiter}${recordDelimiter}${quote}\r\n`, '')
    this.#escaped = characterClass(`${quote}${quoteEscape}`, 'g')
  }

  columns(values: readonly Value[]): string {
    const { fieldDelimiter, recordDelimiter } = this.#output
    let record = ''
    for (let index = 0; index < values.length; index++) {
      if (index > 0) record += fieldDelimiter
      record += this.#field(plainText(values[index]))
    }
    return record + recordDelimiter
  }

  all(values: readonly Value[]): string {
    return this.columns(values)
  }

  #field(text: string): string {
    const { quoteFields, quote, quoteEscape } = this.#output
    if (quoteFields === 'ASNEEDED' && !this.#special.test(text)) return text
    return quote + text.replace(this.#escaped, (character) => quoteEscape + character) + quote
  }
}

export function characterClass(characters: string, flags: string): RegExp {
  return new RegExp(`[${characters.replace(/[\\\]^-]/g, '\\$&')}]`, flags)
}
