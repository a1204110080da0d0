// AND, OR, NOT and what they ask of their operands: true, false or neither.
import { SelectError } from '../errors.js'
import { describe } from '../values/describe.js'
import type { Value } from '../values/value.js'
import type { Evaluate } from './evaluator.js'

/** Null where it is neither, as of null and MISSING. Throws CastFailed for other types. */
export function truthOf(value: Value): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === null || value === undefined) return null
  throw new SelectError(
    'CastFailed',
    `A condition is a bool, not a ${describe(value)}: compare it, or use CAST.`,
  )
}

export function conjunction<Row>(left: Evaluate<Row>, right: Evaluate<Row>): Evaluate<Row> {
  return (row) => {
    const first = truthOf(left(row))
    if (first === false) return false
    const second = truthOf(right(row))
    return second === false ? false : first && second
  }
}

export function disjunction<Row>(left: Evaluate<Row>, right: Evaluate<Row>): Evaluate<Row> {
  return (row) => {
    const first = truthOf(left(row))
    if (first === true) return true
    const second = truthOf(right(row))
    return second === true ? true : first || second
  }
}

export function negation<Row>(operand: Evaluate<Row>): Evaluate<Row> {
  return (row) => {
    const truth = truthOf(operand(row))
    return truth === null ? null : !truth
  }
}
