// A query over CSV on DuckDB, batch by batch; batches that it would read otherwise are the interpreter's.
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import type { Batch, Execution } from '../execution.js'
import { CsvRecords } from '../input/csv-record.js'
import type { InterpretedExecution } from '../interpreted-execution.js'
import type { QueryState } from '../query-state.js'
import type { CsvInput, SelectRequest } from '../request.js'
import { partialOf } from './aggregates.js'
import { lookAtCsv } from './csv-hazards.js'
import { type CsvBatch, CsvPlan } from './csv-plan.js'
import { isReadable } from './csv-table.js'
import type { Database } from './database.js'
import { Untranslatable } from './sql.js'

/** Batches in a row that DuckDB could not read, after which it is not asked any more. */
const REFUSALS_MAX = 3
const RECORD_BYTES_MAX = 1024 * 1024
const READ_BYTES = 256 * 1024

export type QueryDatabase = Pick<Database, 'rows' | 'write' | 'close'>

export interface DuckDbOptions {
  readonly query: Query
  readonly request: SelectRequest
  readonly input: CsvInput
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
  #plan: CsvPlan | null | undefined
  #refusals = 0

  constructor(options: DuckDbOptions) {
    this.#options = options
    if (!isReadable(options.input)) this.#plan = null
  }

  get isDone(): boolean {
    return this.#options.state.isDone
  }

  async *run(batch: Batch): AsyncIterable<Uint8Array> {
    if (this.isDone) return
    const { interpreter } = this.#options
    if (this.#plan === null) {
      yield* interpreter.run(batch)
      return
    }
    const bytes = await readFile(batch.path)
    const found = await this.#runOnDuckDb(batch, bytes)
    if (found === undefined) yield* interpreter.runBytes(bytes, batch.isFirst)
    else if (found !== '') yield* createReadStream(found, { highWaterMark: READ_BYTES })
  }

  finish(): AsyncIterable<Uint8Array> {
    return this.#options.interpreter.finish()
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    database?.close()
    await this.#options.interpreter.close()
  }

  /** The file with the result; '' where it has no records, undefined where DuckDB is not to be asked. */
  async #runOnDuckDb(batch: Batch, bytes: Buffer): Promise<string | undefined> {
    const { input, state } = this.#options
    const look = lookAtCsv(bytes, input, batch.isFirst)
    if (!look.isPlain) return this.#refused()
    const columns = this.#columnsOf(bytes)
    const plan = this.#planFor(columns)
    if (!plan) return undefined
    const skipsFirst = batch.isFirst && input.header !== 'NONE'
    try {
      const found = await this.#ask(plan, { path: batch.path, hasQuotes: look.hasQuotes, skipsFirst })
      this.#refusals = 0
      // Now that the interpreter will not see the header line any more.
      if (skipsFirst) state.headerNames = columns.header
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

  async #ask(plan: CsvPlan, batch: CsvBatch): Promise<string> {
    const { state, folder, openDatabase } = this.#options
    this.#database ??= openDatabase()
    const database = await this.#database
    if (plan.aggregates.length === 0) {
      const target = join(folder, 'result')
      const records = await database.write(plan.recordsStatement(batch, target, state.remaining))
      state.countWritten(records)
      return records === 0 ? '' : target
    }
    const [row = []] = await database.rows(plan.aggregatesStatement(batch))
    // All of them, before any is added.
    const partials = plan.aggregates.map((aggregate, at) =>
      partialOf(aggregate, row[2 * at], row[2 * at + 1]),
    )
    for (const [at, partial] of partials.entries()) state.accumulators[at]?.merge(partial)
    return ''
  }

  /** Null where the query is the interpreter's; undefined where the batch does not tell of its columns. */
  #planFor({ count, header }: Columns): CsvPlan | null | undefined {
    const { query, request, input } = this.#options
    if (this.#plan !== undefined) return this.#plan
    if (count === 0) return undefined
    try {
      this.#plan = new CsvPlan(query, request, input, { count, names: input.header === 'USE' ? header : [] })
    } catch (error) {
      // What the interpreter refuses it refuses by itself.
      if (!(error instanceof Untranslatable || error instanceof SelectError)) throw error
      this.#plan = null
    }
    return this.#plan
  }

  /** By the header line, or the first record; those that have another number of columns are the interpreter's. */
  #columnsOf(bytes: Buffer): Columns {
    const { state, input } = this.#options
    const isKnown = this.#plan !== undefined && state.headerNames !== undefined
    if (isKnown || (this.#plan !== undefined && input.header === 'NONE')) return { count: 0, header: [] }
    if (input.header === 'NONE') return { count: firstRecord(bytes, input).length, header: [] }
    const header = state.headerNames ?? firstRecord(bytes, input)
    return { count: header.length, header }
  }
}

interface Columns {
  readonly count: number
  /** Of the object's first line, where that is a header. */
  readonly header: readonly string[]
}

function firstRecord(bytes: Buffer, input: CsvInput): readonly string[] {
  const records = new CsvRecords(input, Number.POSITIVE_INFINITY)
  records.load(bytes.toString('utf8', 0, RECORD_BYTES_MAX))
  if (!records.next()) return []
  return Array.from({ length: records.columnCount }, (_none, index) => records.column(index) ?? '')
}
