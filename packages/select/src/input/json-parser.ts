// JSON to values, without losing a digit or a name that occurs twice.
import { SelectError } from '../errors.js'
import { isInt } from '../values/arithmetic.js'
import { parseDecimal } from '../values/decimal.js'
import { Struct, type Value } from '../values/value.js'
import { JSON_DEPTH_MAX } from './limits.js'

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const DIGITS_MAX = 1000
const INT_LENGTH_MAX = 20
const CONSTANTS: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const TAB = 9

export class JsonParser {
  #text = ''
  #start = 0
  #position = 0
  #depth = 0

  /** The one value on the line that begins there. Throws JSONParsingError. */
  parseLine(text: string, start: number): Value {
    this.#text = text
    this.#start = start
    this.#position = start
    this.#depth = 0
    const value = this.#value()
    this.#skipSpace()
    const isEnd = this.#position >= text.length || text.charCodeAt(this.#position) === LINE_FEED
    if (!isEnd) throw this.#failure('more text behind the value')
    return value
  }

  #failure(reason: string): SelectError {
    return new SelectError(
      'JSONParsingError',
      `A record is no JSON: ${reason}, at character ${this.#position - this.#start + 1}.`,
    )
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#position)
    while (code === SPACE || code === CARRIAGE_RETURN || code === TAB) {
      code = this.#text.charCodeAt(++this.#position)
    }
  }

  #value(): Value {
    this.#skipSpace()
    const character = this.#text[this.#position]
    switch (character) {
      case '{':
        return this.#nested(() => this.#struct())
      case '[':
        return this.#nested(() => this.#list())
      case '"':
        return this.#string()
      case 't':
      case 'f':
      case 'n':
        return this.#constant()
      default:
        return this.#number()
    }
  }

  #nested<T>(read: () => T): T {
    if (this.#depth >= JSON_DEPTH_MAX) throw this.#failure(`nested deeper than ${JSON_DEPTH_MAX} levels`)
    this.#depth++
    this.#position++
    const value = read()
    this.#depth--
    return value
  }

  #accept(character: string): boolean {
    this.#skipSpace()
    const found = this.#text[this.#position] === character
    if (found) this.#position++
    return found
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#failure(`${character} is missing`)
  }

  #struct(): Struct {
    const names: string[] = []
    const values: Value[] = []
    if (this.#accept('}')) return new Struct(names, values)
    do {
      this.#skipSpace()
      if (this.#text.charCodeAt(this.#position) !== QUOTE) throw this.#failure('a name is missing')
      names.push(this.#string())
      this.#expect(':')
      values.push(this.#value())
    } while (this.#accept(','))
    this.#expect('}')
    return new Struct(names, values)
  }

  #list(): readonly Value[] {
    const values: Value[] = []
    if (this.#accept(']')) return values
    do values.push(this.#value())
    while (this.#accept(','))
    this.#expect(']')
    return values
  }

  #string(): string {
    const text = this.#text
    const start = this.#position
    let hasEscapes = false
    for (let index = start + 1; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code === QUOTE) {
        this.#position = index + 1
        return hasEscapes ? this.#unescape(text.slice(start, index + 1)) : text.slice(start + 1, index)
      }
      if (code < SPACE) break
      if (code === BACKSLASH) {
        hasEscapes = true
        index++
      }
    }
    throw this.#failure('a string has no end, or a line break in it')
  }

  #unescape(literal: string): string {
    try {
      return String(JSON.parse(literal))
    } catch (cause) {
      throw new SelectError('JSONParsingError', 'A record is no JSON: a string has an escape that is none.', {
        cause,
      })
    }
  }

  #constant(): Value {
    const found = CONSTANTS.find(([word]) => this.#text.startsWith(word, this.#position))
    if (found === undefined) throw this.#failure('a word that is no value')
    this.#position += found[0].length
    return found[1]
  }

  #number(): Value {
    NUMBER.lastIndex = this.#position
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#failure('a value is missing')
    const [digits, fraction, exponent] = match
    this.#position += digits.length
    if (fraction === undefined && exponent === undefined && digits.length <= INT_LENGTH_MAX) {
      const int = BigInt(digits)
      if (isInt(int)) return int
    }
    const decimal = parseDecimal(digits, DIGITS_MAX)
    if (decimal === undefined) throw this.#failure('a number of more than 1000 digits, or beyond 1e999')
    return decimal
  }
}
