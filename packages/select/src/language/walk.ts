// What an expression is made of, without its kinds having to be told apart.
import type { Expression } from './ast.js'

/** The expressions right below, in the order they are written. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'reference':
      return []
    case 'binary':
      return [expression.left, expression.right]
    case 'in':
      return [expression.operand, ...expression.list]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'like':
      return present([expression.operand, expression.pattern, expression.escape])
    case 'case':
      return casesOf(expression)
    case 'aggregate':
      return expression.argument === '*' ? [] : [expression.argument]
    case 'call':
      return expression.arguments
    case 'trim':
      return present([expression.characters, expression.operand])
    default:
      return [expression.operand]
  }
}

function casesOf(expression: Extract<Expression, { readonly kind: 'case' }>): readonly Expression[] {
  const branches = expression.branches.flatMap(({ when, result }) => [when, result])
  return present([expression.operand, ...branches, expression.otherwise])
}

function present(parts: readonly (Expression | undefined)[]): readonly Expression[] {
  return parts.filter((part) => part !== undefined)
}

/** The expression itself and all below it, from the top and from the left. */
export function* walk(expression: Expression): Generator<Expression> {
  const waiting = [expression]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    waiting.push(...[...partsOf(next)].reverse())
  }
}
