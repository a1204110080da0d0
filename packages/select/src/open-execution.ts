// Which execution answers a query.
import { analyze } from './analysis/analyze.js'
import { Database } from './duckdb/database.js'
import { DuckDbExecution } from './duckdb/duckdb-execution.js'
import { SelectError } from './errors.js'
import type { Execution } from './execution.js'
import { interpret } from './interpreted-execution.js'
import { parse } from './language/parse.js'
import type { StartMessage } from './messages.js'
import { QueryState } from './query-state.js'

/** Of the memory that a query may take, what its database may: the rest is this process. */
const DATABASE_SHARE = 0.6

export async function openExecution(start: StartMessage): Promise<Execution> {
  const { request, folder, nowMs } = start
  const { input } = request
  if (input.type === 'parquet') throw new SelectError('InternalError', 'There is no execution yet.')
  const query = analyze(parse(request.expression), input)
  const state = new QueryState(query)
  const interpreter = interpret(query, request, { now: new Date(nowMs), state })
  if (input.type === 'json') return interpreter
  const openDatabase = () =>
    Database.open({
      folder,
      threads: start.threads,
      memoryBytesMax: Math.floor(start.memoryBytesMax * DATABASE_SHARE),
    })
  return new DuckDbExecution({ query, request, input, state, interpreter, folder, openDatabase })
}
