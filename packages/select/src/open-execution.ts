// Which execution answers a query. DuckDB is loaded for those alone that are its business: that takes a quarter of a
// second, in which the interpreter answers most questions about small objects.
import { analyze } from './analysis/analyze.js'
import { Kernel } from './columns/kernel.js'
import { ColumnExecution } from './duckdb/column-execution.js'
import type { Database } from './duckdb/database.js'
import { formatOf } from './duckdb/format-of.js'
import type { SpareDatabase } from './duckdb/spare-database.js'
import { ThreadPlace } from './duckdb/table-threads.js'
import { SelectError } from './errors.js'
import { BATCHES_AT_ONCE, type Execution, type RangedExecution } from './execution.js'
import { interpret, recordWriter } from './interpreted-execution.js'
import { parse } from './language/parse.js'
import type { StartMessage } from './messages.js'
import { TAIL_BYTES } from './parquet/object-file.js'
import { QueryState } from './query-state.js'
import { bySize } from './size-choice.js'
import { timestampOfDate } from './values/timestamp.js'
import { warmUp } from './warm-up.js'

/** Of the memory that a query may take, what its database may: the rest is this process. */
const DATABASE_SHARE = 0.6

/** What a process has at hand before its query comes. */
export interface Prepared {
  readonly database: Pick<SpareDatabase, 'take'>
}

/**
 * Gets DuckDB ready for a query that may need it, and all else until the signal fires. Never rejects: where there is none for
 * this platform, only Parquet is not answered.
 */
export async function prepare(signal: AbortSignal): Promise<Prepared | undefined> {
  try {
    const [{ SpareDatabase: Spare }, { rehearseMetadata }] = await Promise.all([
      spareDatabase(),
      import('./parquet/rehearsal.js'),
      import('./duckdb/parquet-execution.js'),
    ])
    const database = await Spare.open()
    const rehearsed = Promise.resolve({ database: { take: async () => database.rehearse() } })
    const open = (start: StartMessage) => openExecution(start, rehearsed)
    await warmUp({ open, folder: process.cwd(), signal })
    await rehearseMetadata(signal)
    return { database }
  } catch {
    return undefined
  }
}

export async function openExecution(
  start: StartMessage,
  prepared?: Promise<Prepared | undefined>,
): Promise<Execution | RangedExecution> {
  const { request, folder, nowMs } = start
  const { input, output } = request
  const query = analyze(parse(request.expression), input)
  const state = new QueryState(query)
  const now = new Date(nowMs)
  const openDatabase = () => databaseOf(start, prepared)
  if (input.type === 'parquet') {
    const { ParquetExecution } = await parquet()
    const work = { query, state, writer: recordWriter(query, request), now: timestampOfDate(now) }
    return new ParquetExecution({ work, output, folder, openDatabase, tailBytes: TAIL_BYTES })
  }
  const interpreter = interpret(query, request, { now, state })
  const openKernel = () => new Kernel()
  const openThreads = threadsFor(start)
  const format = formatOf(query, request, state)
  const work = { query, output, state, interpreter, folder, openDatabase, openKernel, openThreads }
  return bySize(interpreter, new ColumnExecution({ ...work, format }))
}

/** Of objects that are read sooner than a thread has begun there are none, nor where a query may have one alone. */
function threadsFor(start: StartMessage): ((number: number) => readonly ThreadPlace[]) | undefined {
  const { stored, objectBytes, delivery, threads, threadsFromBytes } = start
  const isWorth = stored !== null && delivery === 'batches' && (objectBytes ?? 0) >= threadsFromBytes
  if (!isWorth || threads < 2) return undefined
  return (number) =>
    Array.from({ length: BATCHES_AT_ONCE }, (_none, at) => new ThreadPlace(start, number + at))
}

async function databaseOf(
  { folder, threads, memoryBytesMax }: StartMessage,
  prepared: Promise<Prepared | undefined> | undefined,
): Promise<Database> {
  const spare = (await prepared)?.database ?? (await (await spareDatabase()).SpareDatabase.open())
  return spare.take({ folder, threads, memoryBytesMax: Math.floor(memoryBytesMax * DATABASE_SHARE) })
}

function spareDatabase(): Promise<typeof import('./duckdb/spare-database.js')> {
  return import('./duckdb/spare-database.js')
}

async function parquet(): Promise<typeof import('./duckdb/parquet-execution.js')> {
  try {
    return await import('./duckdb/parquet-execution.js')
  } catch (cause) {
    const message = 'There is no DuckDB for the platform of this server, which Parquet needs.'
    throw new SelectError('NotImplemented', message, { cause })
  }
}
