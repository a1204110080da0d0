// A query on DuckDB, batch by batch; batches that it would read otherwise are the interpreter's.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import type { Batch, Execution } from '../execution.js'
import type { InterpretedExecution } from '../interpreted-execution.js'
import type { QueryState } from '../query-state.js'
import type { CsvOutput, OutputFormat } from '../request.js'
import { Plan } from './plan.js'
import { Untranslatable } from './sql.js'
import { type Found, type QueryDatabase, runPlan } from './statement.js'
import type { TableFormat } from './table-format.js'

/** Batches in a row that DuckDB could not read, after which it is not asked any more. */
const REFUSALS_MAX = 3
const READ_BYTES = 256 * 1024
/** Records as they stand in the object. */
const LINES: CsvOutput = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}

export interface DuckDbOptions {
  readonly query: Query
  readonly output: OutputFormat
  readonly format: TableFormat
  /** Shared with the interpreter. */
  readonly state: QueryState
  readonly interpreter: InterpretedExecution
  /** Of this query alone, and the one the database may write to. */
  readonly folder: string
  readonly openDatabase: () => Promise<QueryDatabase>
}

export class DuckDbExecution implements Execution {
  readonly #options: DuckDbOptions
  #database: Promise<QueryDatabase> | undefined
  /** Null where the query is not DuckDB's. */
  #plan: Plan | null | undefined
  #refusals = 0

  constructor(options: DuckDbOptions) {
    this.#options = options
  }

  get isDone(): boolean {
    return this.#options.state.isDone
  }

  async *run(batch: Batch): AsyncIterable<Uint8Array> {
    if (this.isDone) return
    const { interpreter } = this.#options
    const answer = this.#plan === null ? undefined : await this.#runOnDuckDb(batch)
    if (answer === undefined) yield* interpreter.run(batch)
    else if (answer.records > 0) yield* this.#resultOf(answer)
  }

  async *#resultOf({ records, path }: Found): AsyncGenerator<Uint8Array> {
    const { format, state, interpreter } = this.#options
    if (format.writesRecords) {
      state.countWritten(records)
      yield* createReadStream(path, { highWaterMark: READ_BYTES })
    } else yield* interpreter.runBytes(await readFile(path), false)
  }

  finish(): AsyncIterable<Uint8Array> {
    return this.#options.interpreter.finish()
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    database?.close()
    await this.#options.interpreter.close()
  }

  /** Undefined where DuckDB can't tell. */
  async #runOnDuckDb(batch: Batch): Promise<Found | undefined> {
    const { format, state, folder, openDatabase } = this.#options
    const table = format.tableOf(batch)
    if (!table) return this.#refused()
    const plan = this.#planned()
    if (!plan) return undefined
    try {
      this.#database ??= openDatabase()
      const place = { state, folder, database: await this.#database }
      const found = await runPlan(plan, table.source, place, table.isBare)
      this.#refusals = 0
      table.taken()
      return found
    } catch {
      // Whatever it is, the interpreter either reads the batch or knows what is wrong with it.
      return this.#refused()
    }
  }

  #refused(): undefined {
    if (++this.#refusals >= REFUSALS_MAX) this.#plan = null
    return undefined
  }

  #planned(): Plan | null {
    const { query, output, format } = this.#options
    this.#plan ??= planOf(() => new Plan(query, format.writesRecords ? output : LINES, format.columns()))
    return this.#plan
  }
}

/** Null where the query is not DuckDB's. What the interpreter refuses it refuses by itself. */
export function planOf(make: () => Plan): Plan | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof Untranslatable || error instanceof SelectError) return null
    throw error
  }
}
