// A query over Parquet: wholly in DuckDB where that means the same, else DuckDB reads the records and the query is evaluated here.
import { join } from 'node:path'
import type { DuckDBDataChunk } from '@duckdb/node-api'
import { BATCHES_AT_ONCE, type FileBatch, type RangedExecution, type ResultPiece } from '../execution.js'
import { type Workplace, writeAggregates } from '../interpret/row-program.js'
import { unreadable } from '../parquet/object-file.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import type { OutputFormat } from '../request.js'
import { resultPart } from '../result-part.js'
import type { Database, TableColumn } from './database.js'
import { countsRecords, parquetBatches } from './parquet-batches.js'
import { ParquetColumns } from './parquet-columns.js'
import { ParquetRows, wantedPlaces } from './parquet-rows.js'
import { Plan, planOf } from './plan.js'
import { quotedName, quotedText } from './sql-text.js'
import { addFound, type FoundLines, runPlan } from './statement.js'

export interface ParquetOptions {
  readonly work: Workplace
  readonly output: OutputFormat
  readonly folder: string
  /** What is read of the object's end at first. */
  readonly tailBytes: number
  readonly openDatabase: () => Promise<Database>
}

/** What is known once there was a file. */
interface Table {
  readonly database: Database
  readonly columns: readonly TableColumn[]
  /** Null where the query is not DuckDB's. */
  readonly plan: Plan | null
}

/** Each batch is a Parquet file of the same columns. */
export class ParquetExecution implements RangedExecution {
  readonly #options: ParquetOptions
  readonly #rows: ParquetRows
  #database: Promise<Database> | undefined
  #table: Promise<Table> | undefined
  #asked = 0
  #hasAnswered = false
  #lastAsked: Promise<unknown> = Promise.resolve()

  constructor(options: ParquetOptions) {
    this.#options = options
    this.#rows = new ParquetRows(options.work)
  }

  get isDone(): boolean {
    return this.#options.work.state.isDone
  }

  get readsAhead(): boolean {
    return !Number.isFinite(this.#options.work.state.remaining)
  }

  get runsAhead(): boolean {
    return this.#hasAnswered && this.readsAhead
  }

  batches(object: ObjectRanges): AsyncGenerator<FileBatch> {
    const { work, tailBytes } = this.#options
    const { query } = work
    // Opened while the object's end is read.
    if (!countsRecords(query)) void this.#open().catch(() => undefined)
    const wanted = async (path: string) => {
      const { columns } = await this.#tableOf(path)
      return { count: columns.length, places: wantedPlaces(query, columns) }
    }
    const counted = (records: number) => {
      for (const accumulator of work.state.accumulators) accumulator.merge({ count: BigInt(records) })
    }
    return parquetBatches({ object, query, tailBytes, wanted, counted })
  }

  run(batch: FileBatch): AsyncIterable<ResultPiece> {
    return this.#taken(batch, this.runsAhead ? this.#ask(batch) : undefined)
  }

  async *finish(): AsyncIterable<Uint8Array> {
    const record = writeAggregates(this.#options.work)
    if (record !== undefined) yield Buffer.from(record)
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    await this.#lastAsked
    database?.close()
  }

  async *#taken(
    batch: FileBatch,
    begun: Promise<FoundLines | undefined> | undefined,
  ): AsyncGenerator<ResultPiece> {
    if (this.isDone) return
    const found = await (begun ?? this.#ask(batch))
    if (!found) return yield* this.#evaluate(batch)
    this.#hasAnswered = true
    addFound(found, this.#options.work.state)
    if (found.records > 0) yield await resultPart(found.path)
  }

  #ask(batch: FileBatch): Promise<FoundLines | undefined> {
    const asked = this.#askDuckDb(batch)
    this.#lastAsked = Promise.all([this.#lastAsked, asked])
    return asked
  }

  /** Undefined where DuckDB can't tell. Never rejects: whatever it failed with, reading the records tells why. */
  async #askDuckDb({ path }: FileBatch): Promise<FoundLines | undefined> {
    const { work, folder } = this.#options
    try {
      const { database, plan } = await this.#tableOf(path)
      if (!plan) return undefined
      const result = join(folder, `result-${this.#asked++ % BATCHES_AT_ONCE}`)
      return await runPlan(plan, tableText(path), { state: work.state, database, path: result }, false)
    } catch {
      return undefined
    }
  }

  async *#evaluate({ path }: FileBatch): AsyncGenerator<Uint8Array> {
    const { database, columns } = await this.#tableOf(path)
    const places = wantedPlaces(this.#options.work.query, columns)
    const wanted = columns.filter((_column, at) => places.has(at))
    const names = wanted.length === 0 ? '1' : wanted.map(({ name }) => quotedName(name)).join(', ')
    const chunks = readable(database.stream(`SELECT ${names} FROM ${tableText(path)}`))
    yield* this.#rows.run(chunks, wanted)
  }

  #open(): Promise<Database> {
    this.#database ??= this.#options.openDatabase()
    return this.#database
  }

  #tableOf(path: string): Promise<Table> {
    this.#table ??= this.#readTable(path)
    return this.#table
  }

  async #readTable(path: string): Promise<Table> {
    const { work, output } = this.#options
    const database = await this.#open()
    const columns = await database.columns(`SELECT * FROM ${tableText(path)}`).catch(refuse)
    const plan = planOf(() => new Plan(work.query, output, new ParquetColumns(work.query, columns)))
    return { database, columns, plan }
  }
}

function tableText(path: string): string {
  return `read_parquet(${quotedText(path)})`
}

function refuse(cause: unknown): never {
  throw unreadable(cause)
}

async function* readable(chunks: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<DuckDBDataChunk> {
  try {
    yield* chunks
  } catch (cause) {
    refuse(cause)
  }
}
