// Small queries of each kind, for a process that has nothing else to do: code that was never run is slow, ours and DuckDB's.
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { MemoryBytes } from './batch-bytes.js'
import { type ColumnValues, parquetFile } from './columns/parquet-file.js'
import type { Batch, Execution, FileBatch, RangedExecution, ResultPiece } from './execution.js'
import type { StartMessage } from './messages.js'
import type { ObjectRanges } from './parquet/object-ranges.js'
import type { InputFormat, OutputFormat, SelectRequest } from './request.js'
import { bytesOf } from './result-part.js'
import { runBatches } from './worker/run-batches.js'

export interface WarmUp {
  /** Opens executions on a database that stays as it is. */
  readonly open: (start: StartMessage) => Promise<Execution | RangedExecution>
  /** Where the process may write: a folder of its own is made there, and removed. */
  readonly folder: string
  /** Fires when there is something to do. */
  readonly signal: AbortSignal
}

const CSV: OutputFormat = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }
const CSV_INPUT: InputFormat = {
  type: 'csv',
  header: 'USE',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
  comment: '#',
  allowQuotedRecordDelimiter: false,
}
const ROWS = 300
const FIRST_BYTES = 1024
const FILTER = "SELECT s.text, s.id FROM COSObject s WHERE s.text = 'text 7' OR CAST(s.id AS INT) > 290"
const AVERAGE = 'SELECT COUNT(*), AVG(CAST(s.amount AS FLOAT)) FROM COSObject s WHERE CAST(s.id AS INT) > 10'

/** Ends soon when the signal fires; never rejects, as what fails here fails again where it is told. */
export async function warmUp({ open, folder: parent, signal }: WarmUp): Promise<void> {
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(parent, 'warm-'))
    for (const { request, bytes } of queries()) {
      await turn()
      if (signal.aborted) return
      await run(await open(startOf(request, folder)), bytes, folder)
    }
  } catch {
    // The query comes to it by itself.
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}

interface SmallQuery {
  readonly request: SelectRequest
  readonly bytes: Buffer
}

function* queries(): Generator<SmallQuery> {
  const parquet = Buffer.concat(parquetFile(columns(), ROWS))
  const of = (expression: string, input: InputFormat, output: OutputFormat): SelectRequest => ({
    expression,
    compression: 'NONE',
    input,
    output,
  })
  for (const expression of ['SELECT COUNT(*) FROM COSObject', AVERAGE, FILTER])
    yield { request: of(expression, { type: 'parquet' }, CSV), bytes: parquet }
  const numbers = Array.from({ length: ROWS }, (_, row) => row)
  const csv = Buffer.from(
    `id,amount,text\n${numbers.map((row) => `${row},${row / 4},text ${row}\n`).join('')}`,
  )
  for (const expression of [AVERAGE, FILTER]) yield { request: of(expression, CSV_INPUT, CSV), bytes: csv }
  const line = (row: number) => `${JSON.stringify({ id: row, amount: row / 4, text: `text ${row}` })}\n`
  const json = Buffer.from(numbers.map(line).join(''))
  for (const expression of [AVERAGE, FILTER])
    yield { request: of(expression, { type: 'json', layout: 'LINES' }, JSON_LINES), bytes: json }
}

function columns(): readonly ColumnValues[] {
  const ids = new BigInt64Array(ROWS).map((_, row) => BigInt(row))
  const amounts = new Float64Array(ROWS).map((_, row) => row / 4)
  const texts = Array.from({ length: ROWS }, (_, row) => {
    const text = Buffer.from(`....text ${row}`)
    text.writeUInt32LE(text.length - 4)
    return text
  })
  const bytes = ({ buffer }: { readonly buffer: ArrayBuffer }) => new Uint8Array(buffer)
  return [
    { name: 'id', type: 'int', validity: undefined, values: bytes(ids) },
    { name: 'amount', type: 'float', validity: undefined, values: bytes(amounts) },
    { name: 'text', type: 'text', validity: undefined, values: Buffer.concat(texts) },
  ]
}

function startOf(request: SelectRequest, folder: string): StartMessage {
  return {
    request,
    folder,
    delivery: request.input.type === 'parquet' ? 'ranges' : 'batches',
    objectBytes: 0,
    stored: null,
    batchBytes: 1,
    rangesBytesMax: 1,
    memoryBytesMax: 1,
    threads: 1,
    threadsFromBytes: 0,
    nowMs: 0,
    executionModule: null,
  }
}

async function run(execution: Execution | RangedExecution, bytes: Buffer, folder: string): Promise<void> {
  const take = async (pieces: AsyncIterable<ResultPiece>) => {
    for await (const _bytes of bytesOf(pieces));
  }
  try {
    if ('batches' in execution) {
      await runBatches(execution, execution.batches(rangesOf(bytes, folder)), take)
    } else {
      await runBatches(execution, batchesOf(bytes), take)
    }
    await take(execution.finish())
  } finally {
    await execution.close()
  }
}

/** The first one is the interpreter's. */
async function* batchesOf(bytes: Buffer): AsyncGenerator<Batch> {
  const cut = bytes.indexOf('\n', FIRST_BYTES) + 1
  const release = async () => undefined
  yield { bytes: new MemoryBytes(bytes.subarray(0, cut)), isFirst: true, release }
  yield { bytes: new MemoryBytes(bytes.subarray(cut)), isFirst: false, release }
}

/** All of it each time that something is needed. */
function rangesOf(bytes: Buffer, folder: string): ObjectRanges {
  const need = async (): Promise<FileBatch> => {
    const path = join(folder, 'object')
    await writeFile(path, bytes)
    return { path }
  }
  return { size: bytes.length, need, give: async () => undefined }
}
