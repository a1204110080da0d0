// A query on DuckDB over columns that the kernel reads; what either would read otherwise is the interpreter's.
import type { Query } from '../analysis/query.js'
import { readPart } from '../batch-bytes.js'
import type { Kernel } from '../columns/kernel.js'
import type { Batch, Execution, ResultPiece } from '../execution.js'
import type { InterpretedExecution } from '../interpreted-execution.js'
import type { QueryState } from '../query-state.js'
import type { OutputFormat } from '../request.js'
import { resultPart } from '../result-part.js'
import type { Beginning, ColumnFormat } from './column-format.js'
import { quotedText } from './sql-text.js'
import { addFound, type Found, type QueryDatabase, runPlan } from './statement.js'
import { KINDS, type Kind, type TableSlice } from './table-maker.js'
import type { TablePlace, WrittenPieces } from './table-place.js'
import { TablePlaces } from './table-places.js'
import { type TableProgram, tableProgram } from './table-program.js'
import type { ThreadPlace } from './table-threads.js'

/** Batches in a row that could not be read, after which it is not tried any more. */
const REFUSALS_MAX = 3

export interface ColumnOptions {
  readonly query: Query
  readonly output: OutputFormat
  readonly format: ColumnFormat
  /** Shared with the interpreter. */
  readonly state: QueryState
  readonly interpreter: InterpretedExecution
  /** Of this query alone, and the one the database may read and write. */
  readonly folder: string
  readonly openDatabase: () => Promise<QueryDatabase>
  /** Throws where there is none; each is used by one batch at a time. */
  readonly openKernel: () => Kernel
  /** As of TablePlaces. */
  readonly openThreads?: ((number: number) => readonly ThreadPlace[]) | undefined
}

interface Part {
  readonly place: TablePlace
  /** Of the batch, behind its last record. */
  readonly end: number
  readonly found: Found
  pieces(): AsyncIterable<ResultPiece> | Iterable<ResultPiece>
}

/** The fewer rounds a kind of program was of no use in, the sooner it is given up. */
class Trial {
  #refusals = 0
  readonly #program: () => TableProgram | null
  #known: TableProgram | null | undefined

  constructor(program: () => TableProgram | null) {
    this.#program = program
  }

  get program(): TableProgram | null {
    if (this.#refusals >= REFUSALS_MAX) return null
    if (this.#known === undefined) this.#known = this.#program()
    return this.#known
  }

  note(isUseful: boolean): void {
    this.#refusals = isUseful ? 0 : this.#refusals + 1
  }
}

export class ColumnExecution implements Execution {
  readonly #options: ColumnOptions
  readonly #trials: Readonly<Record<Kind, Trial>>
  readonly #places: TablePlaces
  #database: Promise<QueryDatabase> | undefined
  #hasAnswered = false
  #refusals = 0
  #lastAsked: Promise<unknown> = Promise.resolve()

  constructor(options: ColumnOptions) {
    const { query, output, format, folder, openKernel, openThreads } = options
    this.#options = options
    this.#trials = {
      typed: new Trial(() => tableProgram(query, output, format, true)),
      raw: new Trial(() => tableProgram(query, output, format, false)),
    }
    const programOf = (kind: Kind) => this.#trials[kind].program
    this.#places = new TablePlaces({ folder, openKernel, openThreads, programOf })
  }

  get isDone(): boolean {
    return this.#options.state.isDone
  }

  /** Not before all is known that one batch tells of the next ones, nor where it matters how many records came before. */
  get runsAhead(): boolean {
    return this.#hasAnswered && !this.#isHopeless && !Number.isFinite(this.#options.state.remaining)
  }

  get #isHopeless(): boolean {
    return this.#refusals >= REFUSALS_MAX
  }

  run(batch: Batch): AsyncIterable<ResultPiece> {
    return this.#taken(batch, this.runsAhead ? this.#begin(batch) : undefined)
  }

  async *#taken(batch: Batch, begun: Promise<Begun | undefined> | undefined): AsyncGenerator<ResultPiece> {
    if (this.isDone) return
    const found = await (begun ?? this.#begin(batch))
    let at = 0
    let part = found?.part
    if (found && part) found.beginning.taken()
    while (part) {
      this.#refusals = 0
      this.#hasAnswered = true
      addFound(part.found, this.#options.state)
      yield* part.pieces()
      this.#places.give(part.place)
      at = part.end
      if (at >= batch.bytes.length || this.isDone) return
      part = await this.#ask(batch, at)
    }
    this.#refusals++
    yield* this.#interpret(batch, at)
  }

  async *#interpret(batch: Batch, at: number): AsyncGenerator<Uint8Array> {
    const { interpreter } = this.#options
    if (at === 0) yield* interpreter.run(batch)
    else yield* interpreter.runBytes(readPart(batch.bytes, at, batch.bytes.length), false)
  }

  finish(): AsyncIterable<Uint8Array> {
    return this.#options.interpreter.finish()
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined)
    await this.#lastAsked
    await this.#places.close()
    database?.close()
    await this.#options.interpreter.close()
  }

  async #begin(batch: Batch): Promise<Begun | undefined> {
    if (this.#isHopeless) return undefined
    const beginning = this.#options.format.beginningOf(batch)
    if (!beginning) return undefined
    return { beginning, part: await this.#ask(batch, beginning.at) }
  }

  #ask(batch: Batch, from: number): Promise<Part | undefined> {
    const asked = this.#part(batch, from)
    this.#lastAsked = Promise.all([this.#lastAsked, asked])
    return asked
  }

  /** Undefined where the interpreter is to read on from there. Never rejects: it also knows what is wrong. */
  async #part(batch: Batch, from: number): Promise<Part | undefined> {
    const place = this.#places.take(batch)
    if (!place) return undefined
    try {
      const slice = await this.#read(place, batch, from)
      if (slice) return { place, end: slice.end, ...(await this.#answer(place, slice)) }
    } catch {
      // Told by the interpreter, if it is the query's or the object's fault.
    }
    this.#places.give(place)
    return undefined
  }

  async #read(place: TablePlace, batch: Batch, from: number): Promise<TableSlice | undefined> {
    const kinds = KINDS.filter((kind) => this.#trials[kind].program !== null)
    const { learned } = this.#options.format
    const { odd, slice } = await place.read({ batch, from, kinds, learned })
    for (const kind of odd) this.#trials[kind].note(false)
    if (slice) this.#trials[slice.kind].note(true)
    return slice
  }

  /** Records that the kernel does not write are the interpreter's; they were counted already. */
  *#finish(pieces: WrittenPieces): Generator<ResultPiece> {
    const { state, interpreter } = this.#options
    if (pieces.file) {
      if (pieces.file.length > 0) yield pieces.file
      return
    }
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece
      else {
        state.countWritten(-1)
        yield* interpreter.runBytes(piece.record, false)
      }
    }
  }

  *#readLines(pieces: WrittenPieces): Generator<Uint8Array> {
    for (const piece of pieces) {
      const lines =
        piece instanceof Uint8Array ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : piece.record
      yield* this.#options.interpreter.runBytes(lines, false)
    }
  }

  async #answer(place: TablePlace, slice: TableSlice): Promise<Omit<Part, 'place' | 'end'>> {
    const { state } = this.#options
    const { kind, records, isBare } = slice
    const { program } = this.#trials[kind]
    if (!program) throw new Error('There is no such program.')
    const { plan, work } = program
    if (work === 'count') {
      const count = { count: BigInt(records) }
      return { found: { records: 0, partials: plan.aggregates.map(() => count) }, pieces: () => [] }
    }
    if (work === 'all') {
      const wanted = Math.min(records, state.remaining)
      const pieces = await place.write(wanted, undefined)
      return { found: written(wanted), pieces: () => this.#finish(pieces) }
    }
    const source = slice.hasColumns
      ? `read_parquet(${quotedText(place.tablePath)}, file_row_number = true)`
      : `(SELECT range AS file_row_number FROM range(${records}))`
    this.#database ??= this.#options.openDatabase()
    const database = await this.#database
    if (work === 'choice' || work === 'lines') {
      const chosen = await database.ints(plan.choiceStatement(source, state.remaining))
      const pieces = chosen.length === 0 ? [] : await place.write(records, chosen)
      // Records that the interpreter reads are its to count.
      const found = written(work === 'lines' ? 0 : chosen.length)
      return { found, pieces: () => (work === 'lines' ? this.#readLines(pieces) : this.#finish(pieces)) }
    }
    const found = await runPlan(plan, source, { state, path: place.resultPath, database }, isBare)
    const pieces = found.records === 0 ? [] : [await resultPart(place.resultPath)]
    return { found, pieces: () => pieces }
  }
}

interface Begun {
  readonly beginning: Beginning
  readonly part: Part | undefined
}

function written(records: number): Found {
  return { records, partials: [] }
}
