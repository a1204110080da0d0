// A query on DuckDB, batch by batch; batches that it would read otherwise are the interpreter's.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import { BATCHES_AT_ONCE, type Batch, type Execution } from '../execution.js'
import type { InterpretedExecution } from '../interpreted-execution.js'
import type { QueryState } from '../query-state.js'
import type { CsvOutput, OutputFormat } from '../request.js'
import { Plan } from './plan.js'
import { Untranslatable } from './sql.js'
import { addFound, type FoundLines, type QueryDatabase, runPlan } from './statement.js'
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

interface Answer extends FoundLines {
  /** To be called when it is its turn. */
  readonly taken: () => void
}

export class DuckDbExecution implements Execution {
  readonly #options: DuckDbOptions
  #database: Promise<QueryDatabase> | undefined
  /** Null where the query is not DuckDB's. */
  #plan: Plan | null | undefined
  #refusals = 0
  #asked = 0
  #hasAnswered = false
  #lastAsked: Promise<unknown> = Promise.resolve()

  constructor(options: DuckDbOptions) {
    this.#options = options
  }

  get isDone(): boolean {
    return this.#options.state.isDone
  }

  /** Not before all is known that one batch tells of the next ones, nor where it matters how many records came before. */
  get runsAhead(): boolean {
    return this.#hasAnswered && this.#plan !== null && !Number.isFinite(this.#options.state.remaining)
  }

  run(batch: Batch): AsyncIterable<Uint8Array> {
    return this.#taken(batch, this.runsAhead ? this.#ask(batch) : undefined)
  }

  async *#taken(batch: Batch, begun: Promise<Answer | undefined> | undefined): AsyncGenerator<Uint8Array> {
    if (this.isDone) return
    const answer = this.#plan === null && !begun ? undefined : await (begun ?? this.#ask(batch))
    if (answer === undefined) {
      this.#refused()
      yield* this.#options.interpreter.run(batch)
      return
    }
    this.#refusals = 0
    this.#hasAnswered = true
    answer.taken()
    yield* this.#resultOf(answer)
  }

  async *#resultOf(found: FoundLines): AsyncGenerator<Uint8Array> {
    const { format, state, interpreter } = this.#options
    const { records, path } = found
    // Records that the interpreter reads are its to count.
    addFound(format.writesRecords ? found : { ...found, records: 0 }, state)
    if (records === 0) return
    if (format.writesRecords) yield* createReadStream(path, { highWaterMark: READ_BYTES })
    else yield* interpreter.runBytes(await readFile(path), false)
  }

  finish(): AsyncIterable<Uint8Array> {
    return this.#options.interpreter.finish()
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    await this.#lastAsked
    database?.close()
    await this.#options.interpreter.close()
  }

  #ask(batch: Batch): Promise<Answer | undefined> {
    const asked = this.#askDuckDb(batch)
    this.#lastAsked = Promise.all([this.#lastAsked, asked])
    return asked
  }

  /** Undefined where DuckDB can't tell. Never rejects: the interpreter either reads the batch or knows what is wrong with it. */
  async #askDuckDb(batch: Batch): Promise<Answer | undefined> {
    const { format, state, folder, openDatabase } = this.#options
    try {
      const table = format.tableOf(batch)
      const plan = table && this.#planned()
      if (!table || !plan) return undefined
      const path = join(folder, `result-${this.#asked++ % BATCHES_AT_ONCE}`)
      this.#database ??= openDatabase()
      const place = { state, path, database: await this.#database }
      const found = await runPlan(plan, table.source, place, table.isBare)
      return { ...found, taken: table.taken }
    } catch {
      return undefined
    }
  }

  #refused(): void {
    if (++this.#refusals >= REFUSALS_MAX) this.#plan = null
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
