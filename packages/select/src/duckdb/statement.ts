// Runs a plan over one source.
import type { Partial } from '../evaluate/accumulator.js'
import type { QueryState } from '../query-state.js'
import { COLUMNS, partialOf } from './aggregates.js'
import type { Database } from './database.js'
import type { Plan } from './plan.js'

export type QueryDatabase = Pick<Database, 'rows' | 'ints' | 'write' | 'close'>

export interface StatementPlace {
  readonly state: QueryState
  readonly database: QueryDatabase
  /** Where the database may write. */
  readonly path: string
}

export interface Found {
  readonly records: number
  /** Of each aggregate. */
  readonly partials: readonly Partial[]
}

export interface FoundLines extends Found {
  /** With a line for each record. */
  readonly path: string
}

/** What the query has come to is not changed by it. */
export async function runPlan(
  plan: Plan,
  source: string,
  { state, database, path }: StatementPlace,
  isBare: boolean,
): Promise<FoundLines> {
  if (plan.aggregates.length === 0) {
    const wish = { limit: state.remaining, isBare }
    const records = await database.write(plan.recordsStatement(source, path, wish))
    return { path, records, partials: [] }
  }
  const [row = []] = await database.rows(plan.aggregatesStatement(source))
  const partials = plan.aggregates.map((aggregate, at) =>
    partialOf(aggregate, row.slice(at * COLUMNS, (at + 1) * COLUMNS)),
  )
  return { path, records: 0, partials }
}

/** Records are counted, and aggregates added up. */
export function addFound({ records, partials }: Found, state: QueryState): void {
  state.countWritten(records)
  for (const [at, partial] of partials.entries()) state.accumulators[at]?.merge(partial)
}
