// = <> < <= > >=, IN, BETWEEN, IS.
import type { Expression } from '../language/ast.js'
import { areEqual, compareValues } from '../values/compare.js'
import type { Value } from '../values/value.js'
import { type Compile, constantOf, type Evaluate, type Of } from './evaluator.js'
import { truthOf } from './logic.js'

type Test = (a: Value, b: Value) => boolean

const TESTS = {
  '=': areEqual,
  '<>': (a, b) => !areEqual(a, b),
  '<': (a, b) => compareValues(a, b) < 0,
  '<=': (a, b) => compareValues(a, b) <= 0,
  '>': (a, b) => compareValues(a, b) > 0,
  '>=': (a, b) => compareValues(a, b) >= 0,
} as const satisfies Record<string, Test>

export type Comparison = keyof typeof TESTS

export function isComparison(operator: string): operator is Comparison {
  return operator in TESTS
}

/** Null, where either side is null; MISSING, where either is MISSING. */
function compared(test: Test, a: Value, b: Value): Value {
  if (a === undefined || b === undefined) return undefined
  return a === null || b === null ? null : test(a, b)
}

export function compileComparison<Row>(
  { operator, left, right }: Of<'binary'> & { readonly operator: Comparison },
  compile: Compile<Row>,
): Evaluate<Row> {
  const test = TESTS[operator]
  const first = compile(left)
  const second = compile(right)
  const constant = constantOf(right)?.text
  if (operator !== '=' || constant === undefined) return (row) => compared(test, first(row), second(row))
  // By far the most frequent condition.
  return (row) => {
    const value = first(row)
    return typeof value === 'string' ? value === constant : compared(test, value, constant)
  }
}

/** True where it equals one; else null where one of them is null. */
export function compileIn<Row>(expression: Of<'in'>, compile: Compile<Row>): Evaluate<Row> {
  const { negated } = expression
  const operand = compile(expression.operand)
  const constants = expression.list.map(keyOf)
  const known: ReadonlySet<Value> = new Set(constants)
  const isKnown = !constants.includes(undefined)
  const list = expression.list.map(compile)
  const find = (row: Row, value: Value) => {
    const isKey = typeof value === 'string' || typeof value === 'bigint'
    return isKnown && isKey ? known.has(value) : searchList(row, value, list)
  }
  return (row) => {
    const value = operand(row)
    if (value === undefined || value === null) return value
    const found = find(row, value)
    return found === null ? null : found !== negated
  }
}

/** A constant that is equal only to itself; among long lists of these nothing is searched. */
function keyOf(expression: Expression): string | bigint | undefined {
  if (expression.kind !== 'literal') return undefined
  const { value } = expression
  return value.type === 'string' || value.type === 'int' ? value.value : undefined
}

function searchList<Row>(row: Row, value: Value, list: readonly Evaluate<Row>[]): boolean | null {
  let isUnknown = false
  for (const one of list) {
    const other = one(row)
    if (other === undefined || other === null) isUnknown = true
    else if (areEqual(value, other)) return true
  }
  return isUnknown ? null : false
}

export function compileBetween<Row>(expression: Of<'between'>, compile: Compile<Row>): Evaluate<Row> {
  const operand = compile(expression.operand)
  const low = compile(expression.low)
  const high = compile(expression.high)
  const { negated } = expression
  return (row) => {
    const value = operand(row)
    if (value === undefined) return undefined
    const isAbove = truthOf(compared(TESTS['>='], value, low(row)))
    const isBelow = truthOf(compared(TESTS['<='], value, high(row)))
    if (isAbove === false || isBelow === false) return negated
    return isAbove === null || isBelow === null ? null : !negated
  }
}

/** MISSING is null as well. */
export function compileIs<Row>({ operand, what, negated }: Of<'is'>, compile: Compile<Row>): Evaluate<Row> {
  const evaluate = compile(operand)
  if (what === 'missing') return (row) => (evaluate(row) === undefined) !== negated
  return (row) => {
    const value = evaluate(row)
    return (value === undefined || value === null) !== negated
  }
}
