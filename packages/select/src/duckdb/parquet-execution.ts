// A query over Parquet: wholly in DuckDB where that means the same, else DuckDB reads the records and the query is evaluated here.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { Query } from '../analysis/query.js'
import { SelectError } from '../errors.js'
import type { Batch, Execution } from '../execution.js'
import { compilePath, memberTest } from '../input/path.js'
import { compileProgram, type RowProgram, type Workplace, writeAggregates } from '../interpret/row-program.js'
import type { Reference } from '../language/ast.js'
import { ResultBuffer } from '../output/record-writer.js'
import type { OutputFormat } from '../request.js'
import { Struct } from '../values/value.js'
import type { Database, TableColumn } from './database.js'
import { ParquetColumns } from './parquet-columns.js'
import { queryValue } from './parquet-value.js'
import { Plan, planOf } from './plan.js'
import { quotedName, quotedText } from './sql-text.js'
import { addFound, runPlan } from './statement.js'

const READ_BYTES = 256 * 1024
/** Of a result's file: a few of the file's row groups. */
const ROWS_AT_A_TIME = 4 * 122_880
const ROWS_MAX = Number.MAX_SAFE_INTEGER / 2

export interface ParquetOptions {
  readonly work: Workplace
  readonly output: OutputFormat
  readonly folder: string
  readonly openDatabase: () => Promise<Database>
}

/** The object is one batch. */
export class ParquetExecution implements Execution {
  readonly runsAhead = false
  readonly #options: ParquetOptions
  #database: Promise<Database> | undefined

  constructor(options: ParquetOptions) {
    this.#options = options
  }

  get isDone(): boolean {
    return this.#options.work.state.isDone
  }

  async *run({ path }: Batch): AsyncIterable<Uint8Array> {
    if (this.isDone) return
    const { openDatabase, work, output } = this.#options
    this.#database ??= openDatabase()
    const database = await this.#database
    const source = `read_parquet(${quotedText(path)})`
    const columns = await database.columns(`SELECT * FROM ${source}`).catch(refuse)
    const plan = planOf(() => new Plan(work.query, output, new ParquetColumns(work.query, columns)))
    const done = plan ? yield* this.#runInDuckDb(database, plan, path) : 0
    if (done !== 'all') yield* this.#evaluate(database, columns, { path, from: done })
  }

  async *finish(): AsyncIterable<Uint8Array> {
    const record = writeAggregates(this.#options.work)
    if (record !== undefined) yield Buffer.from(record)
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    database?.close()
  }

  /** Gives back how many records it came through: whatever DuckDB failed with, reading the rest tells why. */
  async *#runInDuckDb(
    database: Database,
    plan: Plan,
    path: string,
  ): AsyncGenerator<Uint8Array, number | 'all'> {
    const { work, folder } = this.#options
    const { state } = work
    const place = { state, database, path: join(folder, 'result') }
    let from = 0
    try {
      const count = await rowCount(database, path)
      // Aggregates have a result of one row, however many they come from.
      const step = plan.aggregates.length > 0 ? Math.max(1, count) : ROWS_AT_A_TIME
      for (; from < count && !state.isDone; from += step) {
        const found = await runPlan(plan, rowsOfFile(path, from, step), place, false)
        addFound(found, state)
        if (found.records > 0) yield* createReadStream(found.path, { highWaterMark: READ_BYTES })
      }
      return 'all'
    } catch {
      return from
    }
  }

  async *#evaluate(
    database: Database,
    columns: readonly TableColumn[],
    { path, from }: { readonly path: string; readonly from: number },
  ): AsyncGenerator<Uint8Array> {
    const { work } = this.#options
    const wanted = wantedColumns(work.query, columns)
    const names = wanted.length === 0 ? '1' : wanted.map(({ name }) => quotedName(name)).join(', ')
    const source = from === 0 ? `read_parquet(${quotedText(path)})` : rowsOfFile(path, from, ROWS_MAX)
    const chunks = readable(database.stream(`SELECT ${names} FROM ${source}`))
    yield* evaluateRows(work, rowsOf(chunks, wanted))
  }
}

async function rowCount(database: Database, path: string): Promise<number> {
  const [row] = await database.rows(`SELECT sum(num_rows) FROM parquet_file_metadata(${quotedText(path)})`)
  return Number(row?.[0] ?? 0)
}

/** A part of the file as a table; row groups outside of it are not read. */
function rowsOfFile(path: string, from: number, count: number): string {
  const place = `file_row_number >= ${from} AND file_row_number < ${from + count}`
  const file = `read_parquet(${quotedText(path)}, file_row_number = true)`
  return `(SELECT * EXCLUDE (file_row_number) FROM ${file} WHERE ${place})`
}

async function* evaluateRows(work: Workplace, rows: AsyncIterable<Struct>): AsyncGenerator<Uint8Array> {
  const program = programOf(work)
  const results = new ResultBuffer()
  for await (const row of rows) {
    if (work.state.isDone) break
    const result = program(row)
    if (result === undefined) continue
    results.add(result)
    if (results.isFull) yield results.take()
  }
  if (!results.isEmpty) yield results.take()
}

function refuse(cause: unknown): never {
  throw new SelectError('ParquetParsingError', 'The object is no Parquet file that can be read.', { cause })
}

async function* readable(chunks: AsyncIterable<DuckDBDataChunk>): AsyncGenerator<DuckDBDataChunk> {
  try {
    yield* chunks
  } catch (cause) {
    refuse(cause)
  }
}

/** Those that a reference may name; a path's first step does. */
function wantedColumns(query: Query, columns: readonly TableColumn[]): readonly TableColumn[] {
  const tests: ((name: string) => boolean)[] = []
  for (const field of query.fields.values()) {
    const [step] = field.kind === 'path' ? field.steps : []
    if (step?.kind !== 'member') return columns
    tests.push(memberTest(step.identifier))
  }
  return query.output === '*' ? columns : columns.filter(({ name }) => tests.some((fits) => fits(name)))
}

function programOf(work: Workplace): RowProgram<Struct> {
  const follow = (reference: Reference) => {
    const field = work.query.fields.get(reference)
    return compilePath(field?.kind === 'path' ? field.steps : [])
  }
  return compileProgram<Struct>(work, follow, (row) => work.writer.all(row.values, row.names))
}

async function* rowsOf(
  chunks: AsyncIterable<DuckDBDataChunk>,
  columns: readonly TableColumn[],
): AsyncGenerator<Struct> {
  const names = columns.map(({ name }) => name)
  for await (const chunk of chunks) {
    for (let row = 0; row < chunk.rowCount; row++) {
      const values = columns.map(({ type }, at) => queryValue(chunk.getColumnVector(at).getItem(row), type))
      yield new Struct(names, values)
    }
  }
}
