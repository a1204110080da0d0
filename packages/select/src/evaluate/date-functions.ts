// The functions over timestamps.
import { SelectError } from '../errors.js'
import type { DatePart } from '../language/ast.js'
import { addToTimestamp, differenceOfTimestamps, partOfTimestamp } from '../values/calendar.js'
import { castValue } from '../values/cast.js'
import { describe } from '../values/describe.js'
import { Timestamp } from '../values/timestamp.js'
import { compilePattern } from '../values/timestamp-pattern.js'
import type { Value } from '../values/value.js'
import { type Compile, constantOf, type Evaluate, type Of } from './evaluator.js'
import { textOf } from './text-functions.js'

type Pair = (first: Value, second: Value) => Value

/** MISSING and null pass through. */
function overPair<Row>([first, second]: readonly Evaluate<Row>[], apply: Pair): Evaluate<Row> {
  return (row) => {
    const a = first?.(row)
    const b = second?.(row)
    if (a === undefined || b === undefined) return undefined
    return a === null || b === null ? null : apply(a, b)
  }
}

function timestampOf(value: Value, what: string): Timestamp {
  if (value instanceof Timestamp) return value
  throw new SelectError('CastFailed', `${what} takes a timestamp, not a ${describe(value)}: use CAST.`)
}

export function compileDateAdd<Row>(part: DatePart, parts: readonly Evaluate<Row>[]): Evaluate<Row> {
  return overPair(parts, (count, value) => {
    const timestamp = timestampOf(value, 'DATE_ADD')
    if (typeof count === 'bigint') return addToTimestamp(part, count, timestamp)
    throw new SelectError('CastFailed', `DATE_ADD adds an int, not a ${describe(count)}: use CAST.`)
  })
}

export function compileDateDiff<Row>(part: DatePart, parts: readonly Evaluate<Row>[]): Evaluate<Row> {
  return overPair(parts, (from, to) => {
    return differenceOfTimestamps(part, timestampOf(from, 'DATE_DIFF'), timestampOf(to, 'DATE_DIFF'))
  })
}

export function compileExtract<Row>({ part, operand }: Of<'extract'>, compile: Compile<Row>): Evaluate<Row> {
  const evaluate = compile(operand)
  return (row) => {
    const value = evaluate(row)
    return value === undefined || value === null
      ? value
      : partOfTimestamp(part, timestampOf(value, 'EXTRACT'))
  }
}

export function compileToString<Row>(expression: Of<'call'>, parts: readonly Evaluate<Row>[]): Evaluate<Row> {
  const constant = constantOf(expression.arguments[1])
  const write = constant === undefined ? undefined : compilePattern(constant.text)
  return overPair(parts, (value, pattern) => {
    const writePattern = write ?? compilePattern(textOf(pattern, 'TO_STRING'))
    return writePattern(timestampOf(value, 'TO_STRING'))
  })
}

const ANY_SIZE = { precision: undefined, scale: undefined }

export function compileToTimestamp<Row>(operand: Evaluate<Row>): Evaluate<Row> {
  return (row) => {
    const value = operand(row)
    if (value === undefined || value === null) return value
    return castValue(textOf(value, 'TO_TIMESTAMP'), 'timestamp', ANY_SIZE)
  }
}
