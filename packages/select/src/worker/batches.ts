// Batches of whole records, out of the files that the server hands over.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { analyze } from '../analysis/analyze.js'
import { decompress } from '../decompress/decompress.js'
import { BATCHES_AT_ONCE, type Batch, type Execution, type RangedExecution } from '../execution.js'
import { type RecordCutter, recordCutter } from '../input/record-cutter.js'
import { parse } from '../language/parse.js'
import type { StartMessage } from '../messages.js'
import type { Intake } from './intake.js'

/** The first batch is small, so that the first records come soon. */
const FIRST_BYTES = 1024 * 1024
/** One is written while others are run. */
const FILES = BATCHES_AT_ONCE + 1

export function batchesOf(start: StartMessage, intake: Intake, execution: Execution): AsyncIterable<Batch> {
  if (start.objectBytes !== null && isRanged(execution)) {
    const batches = execution.batches(intake.ranges(start.objectBytes))
    return execution.readsAhead ? ahead(batches) : batches
  }
  return start.delivery === 'bytes' ? ahead(cutBatches(start, intake)) : filesAsBatches(intake)
}

function isRanged(execution: Execution): execution is RangedExecution {
  return 'batches' in execution
}

async function* filesAsBatches(intake: Intake): AsyncGenerator<Batch> {
  for await (const { path, length, isFirst } of intake.files()) {
    intake.bytesProcessed += length
    yield { path, length, isFirst }
  }
}

async function* cutBatches(start: StartMessage, intake: Intake): AsyncGenerator<Batch> {
  const cutter = cutterOf(start)
  const files = await BatchFiles.open(start.folder)
  try {
    let bytesMin = Math.min(FIRST_BYTES, start.batchBytes)
    for await (const chunk of decompress(start.request.compression, intake.bytes())) {
      intake.bytesProcessed += chunk.length
      await files.add(cutter.push(chunk))
      if (files.length < bytesMin) continue
      yield await files.take()
      bytesMin = start.batchBytes
    }
    await files.add(cutter.end())
    if (files.length > 0) yield await files.take()
  } finally {
    await files.close()
  }
}

function cutterOf({ request }: StartMessage): RecordCutter {
  const { input, expression } = request
  if (input.type === 'parquet') throw new Error('Parquet is not cut.')
  return recordCutter(analyze(parse(expression), input), input)
}

interface BatchFile {
  readonly path: string
  readonly handle: FileHandle
}

/** Files that are written in turn. */
class BatchFiles {
  readonly #files: readonly BatchFile[]
  #pieces: Buffer[] = []
  #written = 0
  #taken = 0

  static async open(folder: string): Promise<BatchFiles> {
    const paths = Array.from({ length: FILES }, (_, at) => join(folder, `batch-${at}`))
    const files: BatchFile[] = []
    for (const path of paths) files.push({ path, handle: await open(path, 'wx', 0o600) })
    return new BatchFiles(files)
  }

  private constructor(files: readonly BatchFile[]) {
    this.#files = files
  }

  /** Of the batch that is being written. */
  get length(): number {
    return this.#written + this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  async add(pieces: readonly Buffer[]): Promise<void> {
    this.#pieces.push(...pieces)
    if (this.length - this.#written >= FIRST_BYTES) await this.#flush()
  }

  /** What was added since the last one. */
  async take(): Promise<Batch> {
    await this.#flush()
    const { path, handle } = this.#current()
    await handle.truncate(this.#written)
    const batch = { path, length: this.#written, isFirst: this.#taken === 0 }
    this.#taken++
    this.#written = 0
    return batch
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map(({ handle }) => handle.close()))
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    const { handle } = this.#current()
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, this.#written)
      at += bytesWritten
      this.#written += bytesWritten
    }
  }

  #current(): BatchFile {
    const file = this.#files[this.#taken % FILES]
    if (!file) throw new Error('There are no files for batches.')
    return file
  }
}

/** The next item is made while the one before it is used. */
async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = items.next()
    for (;;) {
      const read = await next
      if (read.done) return
      next = items.next()
      // It is told once it is asked for.
      next.catch(() => undefined)
      yield read.value
    }
  } finally {
    await items.return(undefined)
  }
}
