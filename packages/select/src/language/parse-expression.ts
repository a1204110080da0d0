// Operators by their priority, from OR, which binds loosest, to the sign.
import type { BinaryOperator, Expression } from './ast.js'
import type { Cursor, ParseExpression } from './cursor.js'
import { parseCall, parseList } from './parse-calls.js'
import { parseLiteral } from './parse-literals.js'
import { parseReference } from './parse-path.js'

export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => parseOr(cursor))
}

const parseSign: ParseExpression = (cursor) => {
  // A sign before digits belongs to the number.
  const isSign = cursor.isSymbol('-') && cursor.peek(1).kind !== 'number'
  if (!isSign) return parsePrimary(cursor)
  const { position } = cursor.next()
  const operand = cursor.nested(() => parseSign(cursor))
  return cursor.grown({ kind: 'unary', operator: '-', operand, position }, [operand])
}

const parseProduct = binaryLevel(['*', '/', '%'], parseSign)
const parseSum = binaryLevel(['+', '-'], parseProduct)
const parseConcatenation = binaryLevel(['||'], parseSum)
const parseIn = predicateLevel(parseConcatenation, (cursor, operand, negated) => {
  if (!cursor.acceptWord('in')) return undefined
  cursor.expectSymbol('(')
  const list = parseList(cursor, parseExpression)
  cursor.expectSymbol(')')
  const { position } = operand
  return cursor.grown({ kind: 'in', operand, list, negated, position }, [operand, ...list])
})
const parseBetween = predicateLevel(parseIn, (cursor, operand, negated) => {
  if (!cursor.acceptWord('between')) return undefined
  const low = parseIn(cursor)
  cursor.expectWord('and')
  const high = parseIn(cursor)
  const { position } = operand
  return cursor.grown({ kind: 'between', operand, low, high, negated, position }, [operand, low, high])
})
const parseLike = predicateLevel(parseBetween, (cursor, operand, negated) => {
  if (!cursor.acceptWord('like')) return undefined
  const pattern = parseBetween(cursor)
  const mark = cursor.acceptWord('escape') ? parseBetween(cursor) : undefined
  const { position } = operand
  return cursor.grown({ kind: 'like', operand, pattern, escape: mark, negated, position }, [
    operand,
    pattern,
    mark,
  ])
})
const parseOrder = binaryLevel(['<', '<=', '>', '>='], parseLike)
const parseEquality = binaryLevel(['=', '<>'], parseOrder)

const parseIs: ParseExpression = (cursor) => {
  let operand = parseEquality(cursor)
  while (cursor.acceptWord('is')) {
    const negated = cursor.acceptWord('not')
    const what = (['null', 'missing'] as const).find((word) => cursor.acceptWord(word))
    if (what === undefined) throw cursor.unexpected('NULL or MISSING')
    const { position } = operand
    operand = cursor.grown({ kind: 'is', operand, what, negated, position }, [operand])
  }
  return operand
}

const parseNot: ParseExpression = (cursor) => {
  const { position } = cursor.peek()
  if (!cursor.acceptWord('not')) return parseIs(cursor)
  const operand = cursor.nested(() => parseNot(cursor))
  return cursor.grown({ kind: 'unary', operator: 'not', operand, position }, [operand])
}

const parseAnd = binaryLevel(['and'], parseNot)
const parseOr = binaryLevel(['or'], parseAnd)

/** Operators of one priority group from the left. */
function binaryLevel(operators: readonly BinaryOperator[], parseOperand: ParseExpression): ParseExpression {
  return (cursor) => {
    let left = parseOperand(cursor)
    let operator = acceptOperator(cursor, operators)
    while (operator !== undefined) {
      const right = parseOperand(cursor)
      left = cursor.grown({ kind: 'binary', operator, left, right, position: left.position }, [left, right])
      operator = acceptOperator(cursor, operators)
    }
    return left
  }
}

function acceptOperator(cursor: Cursor, operators: readonly BinaryOperator[]): BinaryOperator | undefined {
  return operators.find((operator) => cursor.acceptSymbol(operator) || cursor.acceptWord(operator))
}

type ParsePredicate = (cursor: Cursor, operand: Expression, negated: boolean) => Expression | undefined

/** IN, BETWEEN, LIKE behind what they ask about, each with NOT before it or without. */
function predicateLevel(parseOperand: ParseExpression, parsePredicate: ParsePredicate): ParseExpression {
  return (cursor) => {
    let operand = parseOperand(cursor)
    let predicate = tryPredicate(cursor, operand, parsePredicate)
    while (predicate !== undefined) {
      operand = predicate
      predicate = tryPredicate(cursor, operand, parsePredicate)
    }
    return operand
  }
}

function tryPredicate(
  cursor: Cursor,
  operand: Expression,
  parsePredicate: ParsePredicate,
): Expression | undefined {
  if (!cursor.isWord('not')) return parsePredicate(cursor, operand, false)
  return cursor.attempt(() => {
    cursor.next()
    return parsePredicate(cursor, operand, true)
  })
}

function parsePrimary(cursor: Cursor): Expression {
  if (cursor.isWord('select')) throw cursor.fail(cursor.peek().position, 'Sub-queries are not supported.')
  if (cursor.acceptSymbol('(')) {
    const inner = parseExpression(cursor)
    cursor.expectSymbol(')')
    return inner
  }
  const found = parseLiteral(cursor) ?? parseCall(cursor, parseExpression)
  if (found !== undefined) return found
  if (!cursor.isIdentifier()) throw cursor.unexpected('a value, a name or a function')
  return parseReference(cursor)
}
