// What happens to one record: WHERE, then the projections or the aggregates.
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import { compileExpression } from '../evaluate/compile.js'
import type { Evaluate, Scope } from '../evaluate/evaluator.js'
import { truthOf } from '../evaluate/logic.js'
import type { RecordWriter } from '../output/record-writer.js'
import type { QueryState } from '../query-state.js'
import type { Timestamp } from '../values/timestamp.js'
import type { Value } from '../values/value.js'

/** What a query works with, whatever its input. */
export interface Workplace {
  readonly query: Query
  readonly state: QueryState
  readonly writer: RecordWriter
  readonly now: Timestamp
}

/** Gives back the result's text; undefined where the record adds none. */
export type RowProgram<Row> = (row: Row) => string | undefined

/** @param field How a reference finds its value; @param writeAll What `*` writes of a record. */
export function compileProgram<Row>(
  { query, state, writer, now }: Workplace,
  field: Scope<Row>['field'],
  writeAll: (row: Row) => string,
): RowProgram<Row> {
  const scope: Scope<Row> = { field, now, aggregate: ({ name }) => neverEvaluated(name) }
  const fits = compileCondition(query, scope)
  if (query.aggregates.length > 0) {
    const accumulate = compileAccumulation(query, state, scope)
    return (row) => (fits(row) ? accumulate(row) : undefined)
  }
  const write = query.output === '*' ? writeAll : compileOutput(query.output, writer, scope)
  return (row) => {
    if (!fits(row)) return undefined
    state.countWritten(1)
    return write(row)
  }
}

function compileCondition<Row>(query: Query, scope: Scope<Row>): (row: Row) => boolean {
  const { where } = query.statement
  if (where === undefined) return () => true
  const condition = compileExpression(where, scope)
  return (row) => truthOf(condition(row)) === true
}

function compileAccumulation<Row>(
  query: Query,
  state: QueryState,
  scope: Scope<Row>,
): (row: Row) => undefined {
  const steps = query.aggregates.map(({ argument }, index) => ({
    evaluate: argument === '*' ? () => true : compileExpression(argument, scope),
    accumulator: state.accumulators[index],
  }))
  return (row) => {
    for (const { evaluate, accumulator } of steps) accumulator?.add(evaluate(row))
  }
}

function compileOutput<Row>(
  columns: Exclude<Query['output'], '*'>,
  writer: RecordWriter,
  scope: Scope<Row>,
): (row: Row) => string {
  const evaluates = columns.map(({ expression }) => compileExpression(expression, scope))
  const values: Value[] = new Array(evaluates.length)
  // One list serves all records: a writer keeps nothing of it.
  return (row) => {
    for (let index = 0; index < evaluates.length; index++) values[index] = evaluates[index]?.(row)
    return writer.columns(values)
  }
}

/** What aggregates have come to, as one record; undefined where the query has none or LIMIT is 0. */
export function writeAggregates({ query, state, writer, now }: Workplace): string | undefined {
  const { output, aggregates } = query
  if (aggregates.length === 0 || output === '*' || state.remaining <= 0) return undefined
  const scope: Scope<undefined> = {
    now,
    field: () => neverEvaluated('A field'),
    aggregate: (aggregate) => () => state.accumulators[aggregates.indexOf(aggregate)]?.result(),
  }
  return writer.columns(output.map(({ expression }) => compileExpression(expression, scope)(undefined)))
}

/** The analysis leaves no aggregate where records are, and no field where aggregates are. */
function neverEvaluated(what: string): Evaluate<unknown> {
  return () => {
    throw new SelectError('InternalError', `${what} has no value here.`)
  }
}
