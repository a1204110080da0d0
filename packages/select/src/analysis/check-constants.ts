// Mistakes in constants, which are told before any data is read.
import { SelectError } from '../errors.js'
import type { Expression } from '../language/ast.js'
import { printExpression } from '../language/print.js'

/** Throws SQLParsingError. Looks at this expression alone, not at its parts. */
export function checkConstants(expression: Expression): void {
  if (expression.kind === 'like') checkLike(expression)
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
}

function stringOf(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'literal' && expression.value.type === 'string'
    ? expression.value.value
    : undefined
}

function refusal(expression: Expression, message: string): SelectError {
  return new SelectError('SQLParsingError', `${printExpression(expression)}: ${message}`)
}
