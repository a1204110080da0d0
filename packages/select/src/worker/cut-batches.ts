// Batches of whole records, where only reading an object from its beginning tells where one ends.
import { analyze } from '../analysis/analyze.js'
import { MemoryBytes } from '../batch-bytes.js'
import { decompress } from '../decompress/decompress.js'
import { BATCHES_AT_ONCE, type Batch } from '../execution.js'
import { type RecordCutter, recordCutter } from '../input/record-cutter.js'
import { parse } from '../language/parse.js'
import type { StartMessage } from '../messages.js'

/** The first batch is small, so that the first records come soon. */
const FIRST_BYTES = 1024 * 1024
/** One is filled while others are run. */
const BUFFERS = BATCHES_AT_ONCE + 1
/** What a batch may be larger by, as most chunks are. */
const SPARE_BYTES = 1024 * 1024

export interface CutOptions {
  readonly start: StartMessage
  /** Perhaps compressed. Chunks are the reader's to keep. */
  readonly bytes: AsyncIterable<Buffer>
  /** Is told how many bytes there were, decompressed. */
  readonly count: (bytes: number) => void
}

export async function* cutBatches({ start, bytes, count }: CutOptions): AsyncGenerator<Batch> {
  const cutter = cutterOf(start)
  const buffers = new BatchBuffers(start.batchBytes + SPARE_BYTES)
  let bytesMin = Math.min(FIRST_BYTES, start.batchBytes)
  for await (const chunk of decompress(start.request.compression, bytes)) {
    count(chunk.length)
    for (const piece of cutter.push(chunk)) buffers.add(piece)
    if (buffers.length < bytesMin) continue
    yield buffers.take()
    bytesMin = start.batchBytes
  }
  for (const piece of cutter.end()) buffers.add(piece)
  if (buffers.length > 0) yield buffers.take()
}

function cutterOf({ request }: StartMessage): RecordCutter {
  const { input, expression } = request
  if (input.type === 'parquet') throw new Error('Parquet is not cut.')
  return recordCutter(analyze(parse(expression), input), input)
}

/** Memory that batches pass through in turn: each serves again once the batch in it was released. */
class BatchBuffers {
  readonly #bytes: number
  readonly #free: Buffer[] = []
  #made = 0
  #current: Buffer | undefined
  #length = 0
  #taken = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  /** Of the batch that is being filled. */
  get length(): number {
    return this.#length
  }

  add(piece: Buffer): void {
    const buffer = this.#roomFor(piece.length)
    piece.copy(buffer, this.#length)
    this.#length += piece.length
  }

  /** What was added since the last one. */
  take(): Batch {
    const buffer = this.#roomFor(0)
    const bytes = new MemoryBytes(buffer.subarray(0, this.#length))
    const isFirst = this.#taken++ === 0
    this.#current = undefined
    this.#length = 0
    return {
      bytes,
      isFirst,
      release: async () => {
        this.#free.push(buffer)
      },
    }
  }

  /** A record may be larger than all that is left. */
  #roomFor(bytes: number): Buffer {
    const current = this.#current ?? this.#free.pop() ?? this.#make()
    this.#current = current
    if (this.#length + bytes <= current.length) return current
    const larger = Buffer.allocUnsafeSlow(2 * (this.#length + bytes))
    current.copy(larger, 0, 0, this.#length)
    this.#current = larger
    return larger
  }

  #make(): Buffer {
    if (this.#made++ === BUFFERS) throw new Error('More batches are held than may be at once.')
    return Buffer.allocUnsafeSlow(this.#bytes)
  }
}
