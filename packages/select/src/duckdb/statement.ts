// Runs a plan over one source, and adds what it finds to what the query has come to.
import { join } from 'node:path'
import type { QueryState } from '../query-state.js'
import { COLUMNS, partialOf } from './aggregates.js'
import type { Database } from './database.js'
import type { Plan } from './plan.js'

export type QueryDatabase = Pick<Database, 'rows' | 'write' | 'close'>

export interface StatementPlace {
  readonly state: QueryState
  readonly database: QueryDatabase
  /** Where the database may write. */
  readonly folder: string
}

export interface Found {
  readonly records: number
  /** With a line for each. */
  readonly path: string
}

/** Records are the caller's to count; aggregates are added up. Rejects before anything was. */
export async function runPlan(
  plan: Plan,
  source: string,
  { state, database, folder }: StatementPlace,
  isBare: boolean,
): Promise<Found> {
  const path = join(folder, 'result')
  if (plan.aggregates.length === 0) {
    const wish = { limit: state.remaining, isBare }
    return { path, records: await database.write(plan.recordsStatement(source, path, wish)) }
  }
  const [row = []] = await database.rows(plan.aggregatesStatement(source))
  const partials = plan.aggregates.map((aggregate, at) =>
    partialOf(aggregate, row.slice(at * COLUMNS, (at + 1) * COLUMNS)),
  )
  for (const [at, partial] of partials.entries()) state.accumulators[at]?.merge(partial)
  return { path, records: 0 }
}
