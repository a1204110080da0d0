// LIKE, || and the functions over strings.
import { SelectError } from '../errors.js'
import { describe } from '../values/describe.js'
import { compileLike, type IsLike } from '../values/like.js'
import { charLength, substring, trim } from '../values/strings.js'
import { tooLarge } from '../values/text.js'
import type { Value } from '../values/value.js'
import { type Compile, constantOf, type Evaluate, type Of } from './evaluator.js'

export const TEXT_LENGTH_MAX = 1024 * 1024

/** Throws CastFailed for what is no string. */
export function textOf(value: Value, what: string): string {
  if (typeof value === 'string') return value
  throw new SelectError('CastFailed', `${what} takes a string, not a ${describe(value)}: use CAST.`)
}

/** MISSING and null pass through. */
export function overText<Row>(
  operand: Evaluate<Row>,
  what: string,
  apply: (text: string) => Value,
): Evaluate<Row> {
  return (row) => {
    const value = operand(row)
    return value === undefined || value === null ? value : apply(textOf(value, what))
  }
}

export function compileConcatenation<Row>(left: Evaluate<Row>, right: Evaluate<Row>): Evaluate<Row> {
  return (row) => {
    const a = left(row)
    const b = right(row)
    if (a === undefined || b === undefined) return undefined
    if (a === null || b === null) return null
    const text = textOf(a, '||') + textOf(b, '||')
    if (text.length > TEXT_LENGTH_MAX) throw tooLarge('A string')
    return text
  }
}

export function compileLikeOperator<Row>(expression: Of<'like'>, compile: Compile<Row>): Evaluate<Row> {
  const { pattern, negated } = expression
  const mark = expression.escape === undefined ? undefined : compile(expression.escape)
  const constant = constantOf(pattern)
  const constantMark = constantOf(expression.escape)
  const operand = compile(expression.operand)
  if (constant !== undefined && (mark === undefined || constantMark !== undefined)) {
    const isLike = compileLike(constant.text, constantMark?.text)
    return (row) => likeness(operand(row), isLike, negated)
  }
  const evaluatePattern = compile(pattern)
  return (row) => {
    const value = operand(row)
    const text = evaluatePattern(row)
    const character = mark === undefined ? '' : mark(row)
    if (value === undefined || text === undefined || character === undefined) return undefined
    if (value === null || text === null || character === null) return null
    const isLike = compileLike(likeText(text), mark === undefined ? undefined : markOf(character))
    return likeness(value, isLike, negated)
  }
}

function markOf(value: Value): string {
  const mark = likeText(value)
  if ([...mark].length === 1) return mark
  throw new SelectError('SQLParsingError', 'ESCAPE takes one character.')
}

function likeText(value: Value): string {
  if (typeof value === 'string') return value
  throw new SelectError('ComparisonFailed', `LIKE compares strings, not a ${describe(value)}: use CAST.`)
}

function likeness(value: Value, isLike: IsLike, negated: boolean): Value {
  if (value === undefined || value === null) return value
  return isLike(likeText(value)) !== negated
}

export function compileSubstring<Row>(parts: readonly Evaluate<Row>[]): Evaluate<Row> {
  return (row) => {
    const [text, start, length] = parts.map((part) => part(row))
    const isMissing = text === undefined || start === undefined || (parts.length > 2 && length === undefined)
    if (isMissing) return undefined
    if (text === null || start === null || length === null) return null
    return substring(
      textOf(text, 'SUBSTRING'),
      placeOf(start),
      length === undefined ? undefined : lengthOf(length),
    )
  }
}

function placeOf(value: Value): number {
  if (typeof value === 'bigint') return Number(value)
  throw new SelectError('CastFailed', `SUBSTRING counts with ints, not with a ${describe(value)}.`)
}

function lengthOf(value: Value): number {
  const length = placeOf(value)
  if (length < 0) throw new SelectError('CastFailed', 'The length of SUBSTRING is not negative.')
  return length
}

export function compileTrim<Row>(expression: Of<'trim'>, compile: Compile<Row>): Evaluate<Row> {
  const { side } = expression
  const operand = compile(expression.operand)
  if (expression.characters === undefined) return overText(operand, 'TRIM', (text) => trim(text, side))
  const characters = compile(expression.characters)
  return (row) => {
    const value = operand(row)
    const taken = characters(row)
    if (value === undefined || taken === undefined) return undefined
    if (value === null || taken === null) return null
    return trim(textOf(value, 'TRIM'), side, textOf(taken, 'TRIM'))
  }
}

export function compileCharLength<Row>(operand: Evaluate<Row>): Evaluate<Row> {
  return overText(operand, 'CHAR_LENGTH', (text) => BigInt(charLength(text)))
}
