// JSON to values, without losing a digit or a name that occurs twice.
import { SelectError } from '../errors.js'
import { isInt } from '../values/arithmetic.js'
import { parseDecimal } from '../values/decimal.js'
import { Struct, type Value } from '../values/value.js'
import { JSON_DEPTH_MAX } from './limits.js'

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const DIGITS_MAX = 1000
const INT_LENGTH_MAX = 20
/** Digits that any float holds exactly. */
const SHORT_LENGTH_MAX = 15
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
const ZERO = 48
const NINE = 57
const OPEN = 123
const CLOSE = 125
const OPEN_LIST = 91
const CLOSE_LIST = 93
const COMMA = 44
const COLON = 58
const NAMES_KNOWN_MAX = 1000

export class JsonParser {
  readonly #isWanted: ((name: string) => boolean) | undefined
  readonly #decisions = new Map<string, boolean>()
  #text = ''
  #start = 0
  #position = 0
  #depth = 0
  /** Whether values are only looked at for being JSON, and are undefined. */
  #isSkipping = false

  /** @param isWanted Which members of a line's struct are asked for; without, all are. */
  constructor(isWanted?: (name: string) => boolean) {
    this.#isWanted = isWanted
  }

  /** The one value on the line that begins there. Throws JSONParsingError. */
  parseLine(text: string, start: number): Value {
    this.#text = text
    this.#start = start
    this.#position = start
    this.#depth = 0
    this.#isSkipping = false
    const value = this.#value()
    const isEnd = this.#next() === LINE_FEED || this.#position >= text.length
    if (!isEnd) throw this.#failure('more text behind the value')
    return value
  }

  #failure(reason: string): SelectError {
    const place = this.#position - this.#start + 1
    return new SelectError('JSONParsingError', `A record is no JSON: ${reason}, at character ${place}.`)
  }

  /** The next character that is no space. */
  #next(): number {
    let code = this.#text.charCodeAt(this.#position)
    while (code === SPACE || code === CARRIAGE_RETURN || code === TAB) {
      code = this.#text.charCodeAt(++this.#position)
    }
    return code
  }

  #value(): Value {
    const code = this.#next()
    if (code === QUOTE) return this.#string()
    if (code >= ZERO && code <= NINE) return this.#shortInt(code) ?? this.#number()
    if (code === OPEN) return this.#struct()
    if (code === OPEN_LIST) return this.#list()
    const constant = this.#constant()
    return constant === undefined ? this.#number() : constant
  }

  #accept(code: number): boolean {
    const isFound = this.#next() === code
    if (isFound) this.#position++
    return isFound
  }

  #expect(code: number): void {
    if (!this.#accept(code)) throw this.#failure(`${String.fromCharCode(code)} is missing`)
  }

  #enter(): void {
    if (this.#depth >= JSON_DEPTH_MAX) throw this.#failure(`nested deeper than ${JSON_DEPTH_MAX} levels`)
    this.#depth++
    this.#position++
  }

  #struct(): Struct | undefined {
    this.#enter()
    const names: string[] = []
    const values: Value[] = []
    if (this.#accept(CLOSE)) return this.#leave(new Struct(names, values))
    do {
      if (this.#next() !== QUOTE) throw this.#failure('a name is missing')
      const name = this.#string()
      this.#expect(COLON)
      if (this.#decide(name)) {
        names.push(name)
        values.push(this.#value())
      } else {
        this.#skip()
      }
    } while (this.#accept(COMMA))
    this.#expect(CLOSE)
    return this.#leave(new Struct(names, values))
  }

  #leave<T>(value: T): T | undefined {
    this.#depth--
    return this.#isSkipping ? undefined : value
  }

  #decide(name: string): boolean {
    if (this.#isWanted === undefined || this.#depth > 1) return true
    const known = this.#decisions.get(name)
    if (known !== undefined) return known
    const isWanted = this.#isWanted(name)
    if (this.#decisions.size < NAMES_KNOWN_MAX) this.#decisions.set(name, isWanted)
    return isWanted
  }

  /** Whatever nobody asks for has to be JSON all the same. */
  #skip(): void {
    this.#isSkipping = true
    this.#value()
    this.#isSkipping = false
  }

  #list(): readonly Value[] | undefined {
    this.#enter()
    const values: Value[] = []
    if (this.#accept(CLOSE_LIST)) return this.#leave(values)
    do {
      const value = this.#value()
      if (!this.#isSkipping) values.push(value)
    } while (this.#accept(COMMA))
    this.#expect(CLOSE_LIST)
    return this.#leave(values)
  }

  #string(): string {
    const text = this.#text
    const start = this.#position
    let hasEscapes = false
    for (let index = start + 1; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code === QUOTE) {
        this.#position = index + 1
        if (hasEscapes) return this.#unescape(text.slice(start, index + 1))
        return this.#isSkipping ? '' : text.slice(start + 1, index)
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
    if (found === undefined) return undefined
    this.#position += found[0].length
    return found[1]
  }

  /** Most numbers are ints of a few digits; undefined where this one is not. */
  #shortInt(first: number): bigint | undefined {
    const text = this.#text
    let index = this.#position + 1
    let value = first - ZERO
    let code = text.charCodeAt(index)
    while (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO
      code = text.charCodeAt(++index)
    }
    const length = index - this.#position
    const goesOn = code === 46 || code === 101 || code === 69
    if (goesOn || length > SHORT_LENGTH_MAX || (first === ZERO && length > 1)) return undefined
    this.#position = index
    return this.#isSkipping ? 0n : BigInt(value)
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
