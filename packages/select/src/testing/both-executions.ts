// A query through DuckDB and through the interpreter alone, which is right, for tests that compare the two.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyze } from '../analysis/analyze.js'
import { Kernel } from '../columns/kernel.js'
import type { ColumnOptions } from '../duckdb/column-execution.js'
import type { Database } from '../duckdb/database.js'
import { openDatabase } from '../duckdb/spare-database.js'
import type { Batch, Execution, ResultPiece } from '../execution.js'
import { interpret } from '../interpreted-execution.js'
import { parse } from '../language/parse.js'
import { QueryState } from '../query-state.js'
import type { SelectRequest } from '../request.js'
import { bytesOf } from '../result-part.js'
import { runBatches } from '../worker/run-batches.js'
import { batchOf } from './batches.js'

export interface Answered {
  readonly text: string
  /** The code of a SelectError. */
  readonly error: string | undefined
}

export interface BothAnswers {
  /** The interpreter's. */
  readonly expected: Answered
  readonly found: Answered
  /** Bytes that the interpreter read of what DuckDB was asked. */
  readonly interpretedBytes: number
}

export type MakeExecution = (work: Omit<ColumnOptions, 'format'>) => Execution | Promise<Execution>

export class BothExecutions {
  readonly #folder: string
  /** One for all: opening one takes longer than most queries. */
  readonly #database: Database
  /** One execution after the other uses them: their memory is large. */
  readonly #kernels: Kernel[] = []

  private constructor(folder: string, database: Database) {
    this.#folder = folder
    this.#database = database
  }

  static async open(): Promise<BothExecutions> {
    const folder = await mkdtemp(join(tmpdir(), 'coset-duckdb-'))
    const database = await openDatabase({ folder, threads: 2, memoryBytesMax: 256 * 1024 * 1024 })
    return new BothExecutions(folder, database)
  }

  async close(): Promise<void> {
    this.#database.close()
    await rm(this.#folder, { recursive: true })
  }

  answer(request: SelectRequest, texts: readonly string[], make: MakeExecution): Promise<BothAnswers> {
    return this.answerBatches(request, texts.map(batchOf), make)
  }

  async answerBatches(
    request: SelectRequest,
    batches: readonly Batch[],
    make: MakeExecution,
  ): Promise<BothAnswers> {
    const query = analyze(parse(request.expression), request.input)
    const now = new Date(0)
    const state = new QueryState(query)
    const interpreter = interpret(query, request, { now, state })
    let interpretedBytes = 0
    const runBytes = interpreter.runBytes.bind(interpreter)
    interpreter.runBytes = (bytes, isFirst) => {
      interpretedBytes += bytes.length
      return runBytes(bytes, isFirst)
    }
    const openDatabase = async () => ({
      rows: (sql: string) => this.#database.rows(sql),
      ints: (sql: string) => this.#database.ints(sql),
      write: (sql: string) => this.#database.write(sql),
      close: () => undefined,
    })
    const { output } = request
    const unused = [...this.#kernels]
    const openKernel = () => unused.pop() ?? this.#newKernel()
    const work = { query, output, state, interpreter, folder: this.#folder, openDatabase, openKernel }
    const onDuckDb = await make(work)
    const expected = await answerOf(interpret(query, request, { now }), batches)
    const found = await answerOf(onDuckDb, batches)
    return { expected, found, interpretedBytes }
  }

  #newKernel(): Kernel {
    const kernel = new Kernel()
    this.#kernels.push(kernel)
    return kernel
  }
}

async function answerOf(execution: Execution, batches: readonly Batch[]): Promise<Answered> {
  const found: Uint8Array[] = []
  const take = async (pieces: AsyncIterable<ResultPiece>) => {
    for await (const bytes of bytesOf(pieces)) found.push(Buffer.from(bytes))
  }
  let error: string | undefined
  try {
    await runBatches(execution, eachOf(batches), take)
    await take(execution.finish())
  } catch (cause) {
    error = (cause as { code?: string }).code ?? String(cause)
  }
  await execution.close()
  return { text: Buffer.concat(found).toString(), error }
}

async function* eachOf(batches: readonly Batch[]): AsyncGenerator<Batch> {
  yield* batches
}
