// Comparisons that can never be meant: a column of CSV, which is a string, with what is no string.
import { SelectError } from '../errors.js'
import type { Expression, Reference } from '../language/ast.js'
import { printExpression } from '../language/print.js'
import type { Field } from './query.js'

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>=']

/** Throws ComparisonFailed. Looks at this expression alone, not at its parts. */
export function checkComparisons(expression: Expression, fields: ReadonlyMap<Reference, Field>): void {
  for (const [one, other] of pairsOf(expression)) {
    refuseUnlike(one, other, fields)
    refuseUnlike(other, one, fields)
  }
}

function pairsOf(expression: Expression): readonly (readonly [Expression, Expression])[] {
  switch (expression.kind) {
    case 'binary':
      return COMPARISONS.includes(expression.operator) ? [[expression.left, expression.right]] : []
    case 'in':
      return expression.list.map((one) => [expression.operand, one])
    case 'between':
      return [
        [expression.operand, expression.low],
        [expression.operand, expression.high],
      ]
    default:
      return []
  }
}

function refuseUnlike(column: Expression, constant: Expression, fields: ReadonlyMap<Reference, Field>): void {
  if (column.kind !== 'reference' || constant.kind !== 'literal') return
  const kind = fields.get(column)?.kind
  const { type } = constant.value
  if (kind === undefined || kind === 'path' || ['string', 'null', 'missing'].includes(type)) return
  const [name, value] = [printExpression(column), printExpression(constant)]
  const cast = `CAST(${name} AS ${type.toUpperCase()})`
  throw new SelectError(
    'ComparisonFailed',
    `${name} is a string and can not be compared with ${value}: use ${cast}.`,
  )
}
