// Mistakes in constants, which are told before any data is read.
import { SelectError } from '../errors.js'
import type { Expression } from '../language/ast.js'
import { printExpression } from '../language/print.js'
import { compileLike } from '../values/like.js'
import { valueOfLiteral } from '../values/literal.js'
import { compilePattern } from '../values/timestamp-pattern.js'

/** Throws SQLParsingError. Looks at this expression alone, not at its parts. */
export function checkConstants(expression: Expression): void {
  if (expression.kind === 'literal') valueOfLiteral(expression.value)
  if (expression.kind === 'like') checkLike(expression)
  if (expression.kind === 'call' && expression.name === 'to_string') checkPattern(expression.arguments[1])
}

function checkLike(expression: Extract<Expression, { readonly kind: 'like' }>): void {
  const { pattern } = expression
  const sides = expression.escape === undefined ? [pattern] : [pattern, expression.escape]
  for (const side of sides) {
    const isOther = side.kind === 'literal' && !['string', 'null', 'missing'].includes(side.value.type)
    if (isOther) throw refusal(side, 'LIKE compares with strings.')
  }
  const mark = stringOf(expression.escape)
  if (mark !== undefined && [...mark].length !== 1) throw refusal(expression, 'ESCAPE takes one character.')
  const text = stringOf(pattern)
  if (text !== undefined && (expression.escape === undefined || mark !== undefined)) compileLike(text, mark)
}

function checkPattern(pattern: Expression | undefined): void {
  const text = stringOf(pattern)
  if (text !== undefined) compilePattern(text)
}

function stringOf(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'literal' && expression.value.type === 'string'
    ? expression.value.value
    : undefined
}

function refusal(expression: Expression, message: string): SelectError {
  return new SelectError('SQLParsingError', `${printExpression(expression)}: ${message}`)
}
