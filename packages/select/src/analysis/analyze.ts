// What can be said of a query before any data is read.
import { SelectError } from '../errors.js'
import type { Expression, Reference, Statement } from '../language/ast.js'
import { printExpression } from '../language/print.js'
import { partsOf, walk } from '../language/walk.js'
import type { InputFormat } from '../request.js'
import { checkComparisons } from './check-comparisons.js'
import { checkConstants } from './check-constants.js'
import type { Aggregate, Field, OutputColumn, Query } from './query.js'
import { resolve } from './resolve.js'

/** Throws SQLParsingError where the statement can not be run on this kind of input. */
export function analyze(statement: Statement, input: InputFormat): Query {
  checkSource(statement, input)
  const { projection, where } = statement
  const projected = projection === '*' ? [] : projection.map(({ expression }) => expression)
  const expressions = where === undefined ? projected : [...projected, where]
  const aggregates = projected.flatMap(aggregatesOf)
  checkPlaces(projected, where, aggregates)
  const fields = new Map<Reference, Field>()
  const all = expressions.flatMap((one) => [...walk(one)])
  for (const expression of all) {
    checkConstants(expression)
    if (expression.kind === 'reference') fields.set(expression, resolve(expression, statement.from, input))
  }
  for (const expression of all) checkComparisons(expression, fields)
  const output = projection === '*' ? '*' : projection.map(nameColumn)
  return { statement, output, aggregates, fields }
}

function checkSource({ from }: Statement, input: InputFormat): void {
  const [first, ...rest] = from.path
  const isWhole = first === undefined || (first.kind === 'wildcard' && rest.length === 0)
  if (!isWhole && input.type !== 'json') {
    throw new SelectError('SQLParsingError', 'Only JSON has paths behind FROM; write FROM COSObject.')
  }
}

function aggregatesOf(expression: Expression): readonly Aggregate[] {
  return [...walk(expression)].filter((part) => part.kind === 'aggregate')
}

function checkPlaces(
  projected: readonly Expression[],
  where: Expression | undefined,
  aggregates: readonly Aggregate[],
): void {
  const [stray] = where === undefined ? [] : aggregatesOf(where)
  if (stray !== undefined) throw refusal(stray, 'an aggregate can not stand in WHERE.')
  for (const aggregate of aggregates) {
    const inner = partsOf(aggregate).flatMap(aggregatesOf)[0]
    if (inner !== undefined) throw refusal(inner, 'an aggregate can not stand within another.')
  }
  const loose = aggregates.length === 0 ? undefined : projected.flatMap(referencesOutside)[0]
  if (loose !== undefined) throw refusal(loose, 'beside aggregates, fields stand only within them.')
}

/** References that are no part of an aggregate. */
function referencesOutside(expression: Expression): readonly Expression[] {
  if (expression.kind === 'reference') return [expression]
  return expression.kind === 'aggregate' ? [] : partsOf(expression).flatMap(referencesOutside)
}

function refusal(expression: Expression, message: string): SelectError {
  return new SelectError('SQLParsingError', `${printExpression(expression)}: ${message}`)
}

function nameColumn(
  { expression, alias }: { readonly expression: Expression; readonly alias: string | undefined },
  index: number,
): OutputColumn {
  return { name: alias ?? lastName(expression) ?? `_${index + 1}`, expression }
}

function lastName(expression: Expression): string | undefined {
  if (expression.kind !== 'reference') return undefined
  const last = expression.path.at(-1)
  if (last === undefined) return expression.head.name
  return last.kind === 'member' ? last.identifier.name : undefined
}
