// Numbers, strings, timestamps and the constants that are words.
import type { Expression, LiteralValue } from './ast.js'
import type { Cursor } from './cursor.js'
import type { Token } from './tokens.js'

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n
const DIGITS_MAX = 38
const EXPONENT_MAX = 999

const CONSTANTS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ['null', { type: 'null' }],
  ['missing', { type: 'missing' }],
  ['true', { type: 'bool', value: true }],
  ['false', { type: 'bool', value: false }],
])

/** Undefined where no literal stands. A sign before digits belongs to the number. */
export function parseLiteral(cursor: Cursor): Expression | undefined {
  const token = cursor.peek()
  const value = literalValue(cursor, token)
  if (value === undefined) return undefined
  cursor.next()
  if (token.kind === 'symbol') cursor.next()
  return { kind: 'literal', value, position: token.position }
}

function literalValue(cursor: Cursor, token: Token): LiteralValue | undefined {
  if (token.kind === 'string') return { type: 'string', value: token.value }
  if (token.kind === 'timestamp') return { type: 'timestamp', text: token.value }
  if (token.kind === 'word') return CONSTANTS.get(token.value)
  if (token.kind === 'number') return numberValue(cursor, token.text)
  const following = cursor.peek(1)
  const isNegative = cursor.isSymbol('-') && following.kind === 'number'
  return isNegative ? numberValue(cursor, `-${following.text}`) : undefined
}

function numberValue(cursor: Cursor, text: string): LiteralValue {
  const { position } = cursor.peek()
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '')
  if (digits.length > DIGITS_MAX) throw cursor.fail(position, `A number has at most ${DIGITS_MAX} digits.`)
  if (Math.abs(Number(exponent)) > EXPONENT_MAX) {
    throw cursor.fail(position, `An exponent lies between -${EXPONENT_MAX} and ${EXPONENT_MAX}.`)
  }
  if (/[.e]/i.test(text)) return { type: 'decimal', text }
  const value = BigInt(text)
  // What 64 bits cannot hold is a decimal.
  return value >= INT_MIN && value <= INT_MAX ? { type: 'int', value } : { type: 'decimal', text }
}
