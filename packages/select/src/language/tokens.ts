// A statement's text, cut into words, literals and symbols.
import { syntaxError } from './syntax-error.js'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'timestamp' | 'symbol' | 'end'
  /** What it means: words in lower case, quotes and their escapes removed. */
  readonly value: string
  /** As written. */
  readonly text: string
  readonly position: number
}

const SPACE = /\s+/y
const WORD = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/uy
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const SYMBOL = /<>|<=|>=|!=|\|\||[-+*/%=<>().,[\];]/y

const ENCLOSED = [
  { mark: "'", kind: 'string', what: 'string' },
  { mark: '"', kind: 'quoted', what: 'quoted name' },
  { mark: '`', kind: 'timestamp', what: 'timestamp' },
] as const

/** Ends with a token of kind `end`. Throws SQLParsingError. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let position = skipSpace(text, 0)
  while (position < text.length) {
    const token = readToken(text, position)
    tokens.push(token)
    position = skipSpace(text, position + token.text.length)
  }
  tokens.push({ kind: 'end', value: '', text: '', position: text.length })
  return tokens
}

function skipSpace(text: string, position: number): number {
  return position + matchAt(SPACE, text, position).length
}

function matchAt(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0] ?? ''
}

function readToken(text: string, position: number): Token {
  const enclosed = ENCLOSED.find(({ mark }) => text.startsWith(mark, position))
  if (enclosed !== undefined) return readEnclosed(text, position, enclosed)
  const word = matchAt(WORD, text, position)
  if (word !== '') return { kind: 'word', value: word.toLowerCase(), text: word, position }
  const number = matchAt(NUMBER, text, position)
  if (number !== '') return readNumber(text, position, number)
  const symbol = matchAt(SYMBOL, text, position)
  if (symbol !== '') return { kind: 'symbol', value: symbol === '!=' ? '<>' : symbol, text: symbol, position }
  const character = String.fromCodePoint(text.codePointAt(position) ?? 0)
  throw syntaxError(text, position, `${JSON.stringify(character)} has no meaning here.`)
}

function readNumber(text: string, position: number, number: string): Token {
  if (matchAt(WORD, text, position + number.length) !== '') {
    throw syntaxError(text, position, `A number ends before letters: ${number}.`)
  }
  return { kind: 'number', value: number, text: number, position }
}

/** A mark within is written twice. */
function readEnclosed(text: string, position: number, enclosed: (typeof ENCLOSED)[number]): Token {
  const { mark, kind, what } = enclosed
  let end = text.indexOf(mark, position + 1)
  while (end !== -1 && text[end + 1] === mark) end = text.indexOf(mark, end + 2)
  if (end === -1) throw syntaxError(text, position, `This ${what} has no closing ${mark}.`)
  const inside = text.slice(position + 1, end)
  return { kind, value: inside.replaceAll(mark + mark, mark), text: text.slice(position, end + 1), position }
}
