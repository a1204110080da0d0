import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Expression, Identifier, LiteralValue, PathStep, Statement } from './ast.js'
import { parse } from './parse.js'
import { print } from './print.js'
import { RESERVED_WORDS } from './reserved-words.js'

const position = 0

const identifiers: fc.Arbitrary<Identifier> = fc.oneof(
  fc
    .stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,5}$/)
    .filter((name) => !RESERVED_WORDS.has(name.toLowerCase()))
    .map((name) => ({ name, quoted: false, position })),
  fc.string({ maxLength: 5 }).map((name) => ({ name, quoted: true, position })),
)

const steps: fc.Arbitrary<PathStep> = fc.oneof(
  identifiers.map((identifier) => ({ kind: 'member' as const, identifier })),
  fc.nat({ max: 1000 }).map((index) => ({ kind: 'index' as const, index, position })),
  fc.constant({ kind: 'wildcard' as const, position }),
)

const decimals = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat({ max: 999 }))
  .map(([whole, part]) => `${whole}.${part}`)

const values: fc.Arbitrary<LiteralValue> = fc.oneof(
  fc.constant({ type: 'null' as const }),
  fc.constant({ type: 'missing' as const }),
  fc.boolean().map((value) => ({ type: 'bool' as const, value })),
  fc.string({ maxLength: 6 }).map((value) => ({ type: 'string' as const, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: 'int' as const, value })),
  decimals.map((text) => ({ type: 'decimal' as const, text })),
  fc.constantFrom('2010T', '2017-01-02T03:04Z').map((text) => ({ type: 'timestamp' as const, text })),
)

/** Of every kind the language has, with positions of 0. */
const expressions: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression; leaf: Expression }>(
  (tie) => {
    const one = tie('expression')
    const negated = fc.boolean()
    const maybe = fc.option(one, { nil: undefined })
    const parts = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
    return {
      leaf: fc.oneof(
        values.map((value) => ({ kind: 'literal' as const, value, position })),
        fc
          .tuple(identifiers, fc.array(steps, { maxLength: 3 }))
          .map(([head, path]) => ({ kind: 'reference' as const, head, path, position })),
      ),
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        tie('leaf'),
        fc.record({
          kind: fc.constant('unary' as const),
          operator: fc.constantFrom('-', 'not'),
          operand: one,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('binary' as const),
          operator: fc.constantFrom(
            '+',
            '-',
            '*',
            '/',
            '%',
            '=',
            '<>',
            '<',
            '<=',
            '>',
            '>=',
            'and',
            'or',
            '||',
          ),
          left: one,
          right: one,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('in' as const),
          operand: one,
          list: fc.array(one, { minLength: 1, maxLength: 3 }),
          negated,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('between' as const),
          operand: one,
          low: one,
          high: one,
          negated,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('like' as const),
          operand: one,
          pattern: one,
          escape: maybe,
          negated,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('is' as const),
          operand: one,
          what: fc.constantFrom('null', 'missing'),
          negated,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('case' as const),
          operand: maybe,
          branches: fc.array(fc.record({ when: one, result: one }), { minLength: 1, maxLength: 3 }),
          otherwise: maybe,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('cast' as const),
          operand: one,
          type: fc.constantFrom('bool', 'int', 'string', 'float', 'timestamp'),
          precision: fc.constant(undefined),
          scale: fc.constant(undefined),
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('cast' as const),
          operand: one,
          type: fc.constant('decimal' as const),
          precision: fc.integer({ min: 10, max: 38 }),
          scale: fc.integer({ min: 0, max: 10 }),
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('aggregate' as const),
          name: fc.constantFrom('avg', 'count', 'max', 'min', 'sum'),
          argument: one,
          position: fc.constant(position),
        }),
        fc.constant({ kind: 'aggregate' as const, name: 'count' as const, argument: '*' as const, position }),
        fc.record({
          kind: fc.constant('call' as const),
          name: fc.constantFrom('nullif', 'coalesce', 'to_string', 'substring'),
          arguments: fc.tuple(one, one),
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('call' as const),
          name: fc.constantFrom('date_add', 'date_diff'),
          part: fc.constantFrom(...parts),
          arguments: fc.tuple(one, one),
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('call' as const),
          name: fc.constantFrom('lower', 'upper', 'char_length', 'to_timestamp'),
          arguments: fc.tuple(one),
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('extract' as const),
          part: fc.constantFrom(...parts, 'timezone_hour', 'timezone_minute'),
          operand: one,
          position: fc.constant(position),
        }),
        fc.record({
          kind: fc.constant('trim' as const),
          side: fc.constantFrom('leading', 'trailing', 'both'),
          characters: maybe,
          operand: one,
          position: fc.constant(position),
        }),
      ),
    } as { expression: fc.Arbitrary<Expression>; leaf: fc.Arbitrary<Expression> }
  },
).expression

const statements: fc.Arbitrary<Statement> = fc.record({
  projection: fc.oneof(
    fc.constant('*' as const),
    fc.array(
      fc.record({
        expression: expressions,
        alias: fc.option(fc.string({ maxLength: 4 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  from: fc.record({
    path: fc.array(steps, { maxLength: 3 }),
    alias: fc.option(identifiers, { nil: undefined }),
  }),
  where: fc.option(expressions, { nil: undefined }),
  limit: fc.option(fc.nat(), { nil: undefined }),
})

/** Where things stand in the text is no part of what they mean. */
function withoutPositions(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutPositions)
  if (tree === null || typeof tree !== 'object') return tree
  const entries = Object.entries(tree).filter(([key, value]) => key !== 'position' && value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutPositions(value)]))
}

it('prints what reads back as the same, whatever the statement', () => {
  fc.assert(
    fc.property(statements, (statement) => {
      expect(withoutPositions(parse(print(statement)))).toEqual(withoutPositions(statement))
    }),
    { numRuns: 500 },
  )
})
