// CASE, COALESCE and NULLIF.
import { areEqual } from '../values/compare.js'
import type { Value } from '../values/value.js'
import type { Compile, Evaluate, Of } from './evaluator.js'
import { truthOf } from './logic.js'

function isKnown(value: Value): boolean {
  return value !== undefined && value !== null
}

/** The first that is neither null nor MISSING, else null. */
export function compileCoalesce<Row>(parts: readonly Evaluate<Row>[]): Evaluate<Row> {
  return (row) => {
    for (const part of parts) {
      const value = part(row)
      if (isKnown(value)) return value
    }
    return null
  }
}

/** Null where both are equal, else the first. */
export function compileNullif<Row>([first, second]: readonly Evaluate<Row>[]): Evaluate<Row> {
  return (row) => {
    const value = first?.(row)
    const other = second?.(row)
    return isKnown(value) && isKnown(other) && areEqual(value, other) ? null : value
  }
}

/** Without ELSE null, where no branch fits. */
export function compileCase<Row>(expression: Of<'case'>, compile: Compile<Row>): Evaluate<Row> {
  const otherwise = expression.otherwise === undefined ? () => null : compile(expression.otherwise)
  const branches = expression.branches.map(({ when, result }) => ({
    when: compile(when),
    result: compile(result),
  }))
  const operand = expression.operand === undefined ? undefined : compile(expression.operand)
  if (operand === undefined) {
    return (row) => {
      const branch = branches.find(({ when }) => truthOf(when(row)) === true)
      return (branch?.result ?? otherwise)(row)
    }
  }
  return (row) => {
    const value = operand(row)
    const branch = branches.find(({ when }) => isSame(value, when(row)))
    return (branch?.result ?? otherwise)(row)
  }
}

function isSame(value: Value, other: Value): boolean {
  return isKnown(value) && isKnown(other) && areEqual(value, other)
}
