// An object's bytes on their way into files, cut where the process that reads them needs it.
import { SelectError } from '../errors.js'
import { RECORD_SIZE_MAX } from '../input/limits.js'
import type { Delivery, FileMessage } from '../messages.js'
import type { SelectRequest } from '../request.js'
import type { SpoolFile, SpoolRing } from './spool-ring.js'

/** The first file is small, so that the first records come soon. */
const FIRST_BYTES = 1024 * 1024

/** Where records can be told apart by a delimiter alone, files are cut here and need no second look. */
export function deliveryOf({ input, compression }: SelectRequest): Delivery {
  if (input.type === 'parquet') return 'ranges'
  if (compression !== 'NONE') return 'bytes'
  if (input.type === 'json') return input.layout === 'LINES' ? 'batches' : 'bytes'
  const mayHide = input.quote !== undefined && input.allowQuotedRecordDelimiter
  return mayHide ? 'bytes' : 'batches'
}

export interface DeliveryPlan {
  readonly delivery: Delivery
  readonly request: SelectRequest
  readonly ring: SpoolRing
  readonly batchBytes: number
  readonly signal: AbortSignal
  /** Takes a file that is complete. */
  readonly hand: (file: FileMessage) => Promise<void>
}

/** Resolves when all was handed over. Rejects with a SelectError, the signal's reason, or what the source or the disk fail with. */
export async function deliver(plan: DeliveryPlan, source: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = writerOf(plan)
  for await (const chunk of source) {
    plan.signal.throwIfAborted()
    if (chunk.length > 0) await writer.add(chunk)
  }
  await writer.end()
}

function writerOf(plan: DeliveryPlan): BytesWriter {
  const { delivery, request } = plan
  if (delivery !== 'batches') return new BytesWriter(plan)
  const delimiter = request.input.type === 'csv' ? request.input.recordDelimiter : '\n'
  return new BatchWriter(plan, Buffer.from(delimiter))
}

/** Cuts anywhere. */
class BytesWriter {
  protected readonly plan: DeliveryPlan
  protected file: SpoolFile | undefined
  #handed = 0

  constructor(plan: DeliveryPlan) {
    this.plan = plan
  }

  async add(chunk: Uint8Array): Promise<void> {
    const { ring, signal } = this.plan
    this.file ??= await ring.take(signal)
    await this.file.add(chunk)
    const { length } = this.file
    if (length >= this.fileBytes) await this.hand(length)
  }

  async end(): Promise<void> {
    if (this.file) await this.hand(this.file.length)
  }

  protected get fileBytes(): number {
    const { batchBytes } = this.plan
    return Math.min(batchBytes, FIRST_BYTES << Math.min(4, 2 * this.#handed))
  }

  /** The first `length` bytes of the file. */
  protected async hand(length: number): Promise<void> {
    const { file, plan } = this
    if (!file) return
    this.file = undefined
    await file.end(length)
    await plan.hand({ path: file.path, length, isFirst: this.#handed++ === 0 })
  }
}

/** Cuts behind record delimiters. */
class BatchWriter extends BytesWriter {
  readonly #delimiter: Buffer
  /** Bytes that stand behind the last delimiter. */
  #tailBytes = 0
  #lastByte = -1

  constructor(plan: DeliveryPlan, delimiter: Buffer) {
    super(plan)
    this.#delimiter = delimiter
  }

  override async add(chunk: Uint8Array): Promise<void> {
    const { ring, signal } = this.plan
    this.file ??= await ring.take(signal)
    const end = this.#lastEnd(chunk)
    this.#lastByte = chunk[chunk.length - 1] ?? -1
    this.#tailBytes = end > 0 ? chunk.length - end : this.#tailBytes + chunk.length
    const isDue = this.file.length + chunk.length >= this.fileBytes
    await this.#write(chunk, isDue ? end : 0)
    if (this.#tailBytes <= RECORD_SIZE_MAX) return
    // What came before it is still answered.
    const length = (this.file?.length ?? 0) - this.#tailBytes
    if (length > 0) await this.hand(length)
    throw new SelectError('OverMaxRecordSize', 'A record of the object is larger than 1 MiB.')
  }

  /** Each byte is written once: what stands behind the cut goes straight into the next file. */
  async #write(chunk: Uint8Array, cut: number): Promise<void> {
    const { ring, signal } = this.plan
    if (cut > 0 && this.file) {
      await this.file.add(chunk.subarray(0, cut))
      await this.hand(this.file.length)
    }
    if (cut === chunk.length) return
    this.file ??= await ring.take(signal)
    await this.file.add(chunk.subarray(cut))
  }

  /** Behind the last delimiter that ends in the chunk, or 0. */
  #lastEnd(chunk: Uint8Array): number {
    const [first = 0, second] = this.#delimiter
    if (second === undefined) return chunk.lastIndexOf(first) + 1
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const at = view.lastIndexOf(this.#delimiter)
    if (at >= 0) return at + 2
    return this.#lastByte === first && chunk[0] === second ? 1 : 0
  }
}
