// Runs a plan over one source, and adds what it finds to what the query has come to.
import { join } from 'node:path'
import type { QueryState } from '../query-state.js'
import { partialOf } from './aggregates.js'
import type { Database } from './database.js'
import type { Plan } from './plan.js'

export type QueryDatabase = Pick<Database, 'rows' | 'write' | 'close'>

export interface StatementPlace {
  readonly state: QueryState
  readonly database: QueryDatabase
  /** Where the database may write. */
  readonly folder: string
}

/** The file with the records that were found; undefined where there are none. Rejects before anything was added. */
export async function runPlan(
  plan: Plan,
  source: string,
  { state, database, folder }: StatementPlace,
  isBare: boolean,
): Promise<string | undefined> {
  if (plan.aggregates.length === 0) {
    const target = join(folder, 'result')
    const wish = { limit: state.remaining, isBare }
    const records = await database.write(plan.recordsStatement(source, target, wish))
    state.countWritten(records)
    return records === 0 ? undefined : target
  }
  const [row = []] = await database.rows(plan.aggregatesStatement(source))
  const partials = plan.aggregates.map((aggregate, at) => partialOf(aggregate, row[2 * at], row[2 * at + 1]))
  for (const [at, partial] of partials.entries()) state.accumulators[at]?.merge(partial)
  return undefined
}
