// Which execution answers a query.
import { analyze } from './analysis/analyze.js'
import { CsvFormat } from './duckdb/csv-format.js'
import { Database } from './duckdb/database.js'
import { DuckDbExecution } from './duckdb/duckdb-execution.js'
import { ParquetExecution } from './duckdb/parquet-execution.js'
import type { Execution } from './execution.js'
import { interpret, recordWriter } from './interpreted-execution.js'
import { parse } from './language/parse.js'
import type { StartMessage } from './messages.js'
import { QueryState } from './query-state.js'
import { timestampOfDate } from './values/timestamp.js'

/** Of the memory that a query may take, what its database may: the rest is this process. */
const DATABASE_SHARE = 0.6

export async function openExecution(start: StartMessage): Promise<Execution> {
  const { request, folder, nowMs } = start
  const { input, output } = request
  const query = analyze(parse(request.expression), input)
  const state = new QueryState(query)
  const now = new Date(nowMs)
  const openDatabase = () =>
    Database.open({
      folder,
      threads: start.threads,
      memoryBytesMax: Math.floor(start.memoryBytesMax * DATABASE_SHARE),
    })
  if (input.type === 'parquet') {
    const work = { query, state, writer: recordWriter(query, request), now: timestampOfDate(now) }
    return new ParquetExecution({ work, output, folder, openDatabase })
  }
  const interpreter = interpret(query, request, { now, state })
  if (input.type === 'json') return interpreter
  const format = new CsvFormat({ query, input, output, state })
  return new DuckDbExecution({ query, output, format, state, interpreter, folder, openDatabase })
}
