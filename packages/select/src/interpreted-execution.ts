// The execution that is right for everything, in plain TypeScript.
import type { Query } from './analysis/query.js'
import { readPart } from './batch-bytes.js'
import { SelectError } from './errors.js'
import type { Batch, Execution } from './execution.js'
import { decodeText } from './input/text.js'
import { CsvInterpreter } from './interpret/csv-interpreter.js'
import { JsonInterpreter } from './interpret/json-interpreter.js'
import { type Workplace, writeAggregates } from './interpret/row-program.js'
import { CsvWriter } from './output/csv-writer.js'
import { JsonWriter } from './output/json-writer.js'
import type { RecordWriter } from './output/record-writer.js'
import { QueryState } from './query-state.js'
import type { SelectRequest } from './request.js'
import { timestampOfDate } from './values/timestamp.js'

export interface InterpretOptions {
  /** What UTCNOW gives. */
  readonly now: Date
  /** Shared with another execution of the same query, where each runs some of the batches. */
  readonly state?: QueryState
}

/** The results of one batch's text. */
export interface Interpreter {
  run(text: string, isFirst: boolean): Iterable<Uint8Array>
}

/** Of CSV and JSON, for batches as `recordCutter` cuts them. */
export function interpret(
  query: Query,
  request: SelectRequest,
  options: InterpretOptions,
): InterpretedExecution {
  return new InterpretedExecution(query, request, options)
}

export class InterpretedExecution implements Execution {
  readonly runsAhead = false
  readonly #work: Workplace
  readonly #interpreter: Interpreter

  constructor(query: Query, request: SelectRequest, options: InterpretOptions) {
    this.#work = {
      query,
      state: options.state ?? new QueryState(query),
      writer: recordWriter(query, request),
      now: timestampOfDate(options.now),
    }
    this.#interpreter = interpreterOf(this.#work, request)
  }

  get isDone(): boolean {
    return this.#work.state.isDone
  }

  async *run(batch: Batch): AsyncIterable<Uint8Array> {
    yield* this.runBytes(readPart(batch.bytes, 0, batch.bytes.length), batch.isFirst)
  }

  /** A batch that is in memory. */
  runBytes(bytes: Buffer, isFirst: boolean): Iterable<Uint8Array> {
    return this.isDone ? [] : this.#interpreter.run(decodeText(bytes), isFirst)
  }

  async *finish(): AsyncIterable<Uint8Array> {
    const record = writeAggregates(this.#work)
    if (record !== undefined) yield Buffer.from(record)
  }

  async close(): Promise<void> {}
}

function interpreterOf(work: Workplace, { input, output }: SelectRequest): Interpreter {
  if (input.type === 'csv') return new CsvInterpreter(work, input, output)
  if (input.type === 'json') return new JsonInterpreter(work, input)
  throw new SelectError('InternalError', 'Parquet is not interpreted.')
}

export function recordWriter({ output: columns }: Query, { output }: SelectRequest): RecordWriter {
  if (output.type === 'csv') return new CsvWriter(output)
  return new JsonWriter(output, columns === '*' ? [] : columns.map(({ name }) => name))
}
