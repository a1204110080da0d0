// From a tree to a function, once per query, so that no record walks the tree.
import type { Expression } from '../language/ast.js'
import { calculate, negate } from '../values/arithmetic.js'
import { castValue } from '../values/cast.js'
import { valueOfLiteral } from '../values/literal.js'
import type { Value } from '../values/value.js'
import { compileCase, compileCoalesce, compileNullif } from './choices.js'
import { compileBetween, compileComparison, compileIn, compileIs, isComparison } from './comparisons.js'
import {
  compileDateAdd,
  compileDateDiff,
  compileExtract,
  compileToString,
  compileToTimestamp,
} from './date-functions.js'
import type { Compile, Evaluate, Of, Scope } from './evaluator.js'
import { conjunction, disjunction, negation } from './logic.js'
import {
  compileCharLength,
  compileConcatenation,
  compileLikeOperator,
  compileSubstring,
  compileTrim,
  overText,
} from './text-functions.js'

/** Throws SQLParsingError for constants that can not be meant. */
export function compileExpression<Row>(expression: Expression, scope: Scope<Row>): Evaluate<Row> {
  const compile: Compile<Row> = (part) => compileExpression(part, scope)
  switch (expression.kind) {
    case 'literal':
      return constant(valueOfLiteral(expression.value))
    case 'reference':
      return scope.field(expression)
    case 'aggregate':
      return scope.aggregate(expression)
    case 'unary':
      return compileUnary(expression, compile)
    case 'binary':
      return compileBinary(expression, compile)
    case 'cast':
      return compileCast(expression, compile)
    case 'call':
      return compileCall(expression, scope)
    default:
      return compileOther(expression, compile)
  }
}

function compileOther<Row>(
  expression: Of<'in'> | Of<'between'> | Of<'like'> | Of<'is'> | Of<'case'> | Of<'extract'> | Of<'trim'>,
  compile: Compile<Row>,
): Evaluate<Row> {
  switch (expression.kind) {
    case 'in':
      return compileIn(expression, compile)
    case 'between':
      return compileBetween(expression, compile)
    case 'like':
      return compileLikeOperator(expression, compile)
    case 'is':
      return compileIs(expression, compile)
    case 'case':
      return compileCase(expression, compile)
    case 'extract':
      return compileExtract(expression, compile)
    case 'trim':
      return compileTrim(expression, compile)
  }
}

function constant(value: Value): () => Value {
  return () => value
}

function compileUnary<Row>({ operator, operand }: Of<'unary'>, compile: Compile<Row>): Evaluate<Row> {
  const evaluate = compile(operand)
  return operator === 'not' ? negation(evaluate) : (row) => negate(evaluate(row))
}

function compileBinary<Row>(expression: Of<'binary'>, compile: Compile<Row>): Evaluate<Row> {
  const { operator } = expression
  if (isComparison(operator)) return compileComparison({ ...expression, operator }, compile)
  const left = compile(expression.left)
  const right = compile(expression.right)
  switch (operator) {
    case 'and':
      return conjunction(left, right)
    case 'or':
      return disjunction(left, right)
    case '||':
      return compileConcatenation(left, right)
    default:
      return (row) => calculate(operator, left(row), right(row))
  }
}

function compileCast<Row>(
  { operand, type, precision, scale }: Of<'cast'>,
  compile: Compile<Row>,
): Evaluate<Row> {
  const evaluate = compile(operand)
  const size = { precision, scale }
  return (row) => castValue(evaluate(row), type, size)
}

function compileCall<Row>(expression: Of<'call'>, scope: Scope<Row>): Evaluate<Row> {
  const parts = expression.arguments.map((part) => compileExpression(part, scope))
  const [first = constant(undefined)] = parts
  const { part = 'second' } = expression
  switch (expression.name) {
    case 'coalesce':
      return compileCoalesce(parts)
    case 'nullif':
      return compileNullif(parts)
    case 'date_add':
      return compileDateAdd(part, parts)
    case 'date_diff':
      return compileDateDiff(part, parts)
    case 'to_string':
      return compileToString(expression, parts)
    case 'to_timestamp':
      return compileToTimestamp(first)
    case 'utcnow':
      return constant(scope.now)
    case 'char_length':
      return compileCharLength(first)
    case 'lower':
      return overText(first, 'LOWER', (text) => text.toLowerCase())
    case 'upper':
      return overText(first, 'UPPER', (text) => text.toUpperCase())
    case 'substring':
      return compileSubstring(parts)
  }
}
