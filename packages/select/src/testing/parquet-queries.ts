// Queries over Parquet files, whole and in the parts that are needed, for tests that compare the two.
import { readFile } from 'node:fs/promises'
import { analyze } from '../analysis/analyze.js'
import type { Database } from '../duckdb/database.js'
import { ParquetExecution } from '../duckdb/parquet-execution.js'
import type { FileBatch, ResultPiece } from '../execution.js'
import { recordWriter } from '../interpreted-execution.js'
import { parse } from '../language/parse.js'
import type { Span } from '../parquet/footer.js'
import { QueryState } from '../query-state.js'
import type { OutputFormat, SelectRequest } from '../request.js'
import { bytesOf } from '../result-part.js'
import { StoredObject } from '../stored/stored-object.js'
import { StoredRanges } from '../stored/stored-ranges.js'
import { timestampOfDate } from '../values/timestamp.js'
import { runBatches } from '../worker/run-batches.js'
import type { Answered } from './both-executions.js'
import { CSV_OUTPUT } from './csv-formats.js'
import { LocalRanges } from './local-ranges.js'
import { MemoryBlobs, storedParts } from './memory-blobs.js'

const CSV = CSV_OUTPUT

export interface ParquetAnswers {
  readonly whole: Answered
  readonly parts: Answered
  readonly needs: readonly (readonly Span[])[]
  readonly bytesRead: number
}

export interface ParquetQueryOptions {
  readonly output?: OutputFormat
  readonly tailBytes?: number
  /** The object is stored in blobs that begin at these places of it, and read as such. */
  readonly cuts?: readonly number[]
}

export class ParquetQueries {
  /** One for all: opening one takes longer than most queries. */
  readonly database: Database
  readonly #folder: string

  constructor(database: Database, folder: string) {
    this.database = database
    this.#folder = folder
  }

  close(): void {
    this.database.close()
  }

  async ask(
    expression: string,
    path: string,
    { output = CSV, tailBytes = 8, cuts }: ParquetQueryOptions = {},
  ): Promise<ParquetAnswers> {
    const request: SelectRequest = { expression, compression: 'NONE', input: { type: 'parquet' }, output }
    const ranges = await LocalRanges.of(path, this.#folder)
    const whole = { path }
    const inParts = this.#execution(request, tailBytes)
    const object = cuts ? await this.#stored(path, cuts) : ranges
    try {
      return {
        whole: await answerOf(this.#execution(request, tailBytes), only(whole), async () => undefined),
        parts: await answerOf(inParts, inParts.batches(object), (batch) => object.give(batch.path)),
        needs: ranges.needs,
        bytesRead: ranges.bytesRead,
      }
    } finally {
      await ranges.close()
    }
  }

  /** By DuckDB as far as it can, and by the interpreter alone; `isDuckDb`: whether all of it was DuckDB's. */
  async compare(expression: string, path: string, output: OutputFormat = CSV) {
    const request: SelectRequest = { expression, compression: 'NONE', input: { type: 'parquet' }, output }
    const batch = { path }
    const answer = (database: Partial<Database>) => {
      const whole = Object.setPrototypeOf(database, this.database) as Database
      return answerOf(this.#execution(request, 8, whole), only(batch), async () => undefined)
    }
    const refuse = async () => {
      throw new Error('This is for the interpreter.')
    }
    const own = this.database
    let isDuckDb = true
    const columns = (sql: string) => own.columns(sql)
    const stream = (sql: string) => {
      isDuckDb = false
      return own.stream(sql)
    }
    const alone = { columns, stream: (sql: string) => own.stream(sql), write: refuse, rows: refuse }
    const found = await answer({
      columns,
      stream,
      write: (sql) => own.write(sql),
      rows: (sql) => own.rows(sql),
    })
    return { found, expected: await answer(alone), isDuckDb }
  }

  async #stored(path: string, cuts: readonly number[]): Promise<StoredRanges> {
    const { extents, blobs } = storedParts(await readFile(path), cuts)
    const object = new StoredObject(new MemoryBlobs({ blobs, blockBytes: 64 * 1024 }), extents)
    const bytesMax = object.length
    return new StoredRanges({ object, folder: this.#folder, bytesMax, read: () => undefined })
  }

  #execution(request: SelectRequest, tailBytes: number, database = this.database): ParquetExecution {
    const query = analyze(parse(request.expression), request.input)
    const now = timestampOfDate(new Date(0))
    const work = { query, state: new QueryState(query), writer: recordWriter(query, request), now }
    const { output } = request
    const openDatabase = async () => database
    return new ParquetExecution({ work, output, folder: this.#folder, tailBytes, openDatabase })
  }
}

async function answerOf(
  execution: ParquetExecution,
  batches: AsyncIterable<FileBatch>,
  give: (batch: FileBatch) => Promise<void>,
): Promise<Answered> {
  const found: Uint8Array[] = []
  const take = async (pieces: AsyncIterable<ResultPiece>) => {
    for await (const bytes of bytesOf(pieces)) found.push(Buffer.from(bytes))
  }
  let error: string | undefined
  try {
    await runBatches(execution, batches, async (pieces, batch) => {
      await take(pieces)
      await give(batch)
    })
    await take(execution.finish())
  } catch (cause) {
    error = (cause as { code?: string }).code ?? String(cause)
  }
  return { text: Buffer.concat(found).toString(), error }
}

async function* only(batch: FileBatch): AsyncGenerator<FileBatch> {
  yield batch
}
