// Where a parser stands in a statement, and the limits it keeps.
import type { SelectError } from '../errors.js'
import type { Expression, Identifier } from './ast.js'
import { DEPTH_MAX, NESTING_MAX } from './limits.js'
import { RESERVED_WORDS } from './reserved-words.js'
import { syntaxError } from './syntax-error.js'
import { type Token, tokenize } from './tokens.js'

export class Cursor {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #end: Token
  readonly #depths = new WeakMap<Expression, number>()
  #index = 0
  #nesting = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
    this.#end = { kind: 'end', value: '', text: '', position: text.length }
  }

  /** @param ahead How many tokens behind the current one. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? this.#end
  }

  next(): Token {
    const token = this.peek()
    this.#index++
    return token
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.value === word
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.value === symbol
  }

  acceptWord(word: string): boolean {
    const found = this.isWord(word)
    if (found) this.#index++
    return found
  }

  acceptSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol)
    if (found) this.#index++
    return found
  }

  expectWord(word: string): void {
    if (!this.acceptWord(word)) throw this.unexpected(word.toUpperCase())
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.unexpected(`"${symbol}"`)
  }

  isIdentifier(): boolean {
    const token = this.peek()
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED_WORDS.has(token.value))
  }

  identifier(what: string): Identifier {
    if (!this.isIdentifier()) throw this.unexpected(what)
    const token = this.next()
    const quoted = token.kind === 'quoted'
    return { name: quoted ? token.value : token.text, quoted, position: token.position }
  }

  fail(position: number, message: string): SelectError {
    return syntaxError(this.#text, position, message)
  }

  unexpected(expected: string): SelectError {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the statement ends' : `there is ${token.text.slice(0, 64)}`
    const isReserved = token.kind === 'word' && RESERVED_WORDS.has(token.value)
    const advice = isReserved ? `, a reserved word: as a name it stands in double quotes` : ''
    return this.fail(token.position, `Expected ${expected}, but ${found}${advice}.`)
  }

  /** Goes back to where it was when `parse` finds nothing. */
  attempt<T>(parse: () => T | undefined): T | undefined {
    const start = this.#index
    const parsed = parse()
    if (parsed === undefined) this.#index = start
    return parsed
  }

  /** Runs `parse` one level further in. */
  nested<T>(parse: () => T): T {
    if (this.#nesting >= NESTING_MAX) {
      throw this.fail(this.peek().position, `Nested deeper than ${NESTING_MAX} levels.`)
    }
    this.#nesting++
    const parsed = parse()
    this.#nesting--
    return parsed
  }

  /** Gives back the node, which stands above the parts. */
  grown<T extends Expression>(node: T, parts: readonly (Expression | undefined)[]): T {
    const depths = parts.map((part) => (part === undefined ? 0 : (this.#depths.get(part) ?? 0)))
    const depth = depths.reduce((a, b) => Math.max(a, b), 0) + 1
    if (depth > DEPTH_MAX) {
      throw this.fail(
        node.position,
        `More than ${DEPTH_MAX} operators build on each other; use IN for lists.`,
      )
    }
    this.#depths.set(node, depth)
    return node
  }
}

/** Handed to the parsers of parts, which therefore need not know the whole. */
export type ParseExpression = (cursor: Cursor) => Expression
