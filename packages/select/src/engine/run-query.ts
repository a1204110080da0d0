// One query: the object goes into files, the process reads them, and its answer comes back as it is found.
import { SelectError } from '../errors.js'
import { BATCHES_AT_ONCE } from '../execution.js'
import { type Frame, jsonFrame, readJson } from '../frames.js'
import type {
  CountsMessage,
  FailedMessage,
  FileMessage,
  NeedMessage,
  StartMessage,
  StoredMessage,
  TakenMessage,
  UsedMessage,
  WrittenMessage,
} from '../messages.js'
import type { SelectRequest } from '../request.js'
import { deliver, deliveryOf } from './delivery.js'
import { isRanged, type ObjectSource, type StoredContent, streamOf } from './object-source.js'
import { RangeDelivery } from './range-delivery.js'
import { ResultFile } from './result-file.js'
import type { SelectSettings } from './settings.js'
import { SpoolRing } from './spool-ring.js'
import type { WorkerProcess } from './worker-process.js'

/** Files that an object passes through: some are read, one is ready, one is written. */
const RING_FILES = BATCHES_AT_ONCE + 2

export interface QueryCounts {
  /** Of the object, as it is stored. */
  readonly bytesScanned: number
  /** Decompressed. */
  readonly bytesProcessed: number
}

export type QueryEvent =
  /** It is its turn. */
  | { readonly kind: 'started' }
  /** The bytes are valid only until the next event is asked for. */
  | { readonly kind: 'records'; readonly bytes: Uint8Array }
  | ({ readonly kind: 'counts' } & QueryCounts)
  /** The last one. */
  | ({ readonly kind: 'finished' } & QueryCounts)

export interface QueryPlan {
  readonly request: SelectRequest
  readonly source: ObjectSource
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly nowMs: number
  readonly settings: SelectSettings
  readonly worker: WorkerProcess
  /** Of this query alone. */
  readonly folder: string
}

export async function* runQuery(plan: QueryPlan): AsyncGenerator<QueryEvent> {
  const { signal, worker, folder } = plan
  const ring = new SpoolRing(folder, RING_FILES)
  const delivering = new AbortController()
  const abort = () => worker.kill(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  worker.watch()
  const query = new Query(plan, ring)
  const delivered = query.deliver(delivering.signal)
  const events = new EventsAhead(query.events(delivering))
  try {
    yield { kind: 'started' }
    for (let event = await events.next(); event; event = await events.next()) {
      yield event
      if (event.kind === 'finished') return
    }
    throw await worker.death()
  } finally {
    signal.removeEventListener('abort', abort)
    delivering.abort(new Error('The query is over.'))
    // Nothing of it is waited for but a read that is under way: the process is about to be killed.
    worker.kill(new Error('The query is over.'))
    await delivered
    await events.settle()
    await query.close()
  }
}

/** The next event is made ready while one is used. */
class EventsAhead {
  readonly #events: AsyncGenerator<QueryEvent, undefined>
  #next: Promise<IteratorResult<QueryEvent, undefined>> | undefined

  constructor(events: AsyncGenerator<QueryEvent, undefined>) {
    this.#events = events
  }

  /** Undefined behind the last one that there is. */
  async next(): Promise<QueryEvent | undefined> {
    const { value } = await (this.#next ?? this.#events.next())
    if (value !== undefined && value.kind !== 'finished') {
      this.#next = this.#events.next()
      // It is told once it is asked for.
      this.#next.catch(() => undefined)
    }
    return value
  }

  async settle(): Promise<void> {
    await this.#next?.catch(() => undefined)
  }
}

class Query {
  readonly #plan: QueryPlan
  readonly #ring: SpoolRing
  /** Where the object is read in parts. */
  readonly #ranges: RangeDelivery | undefined
  readonly #results: ResultFile

  constructor(plan: QueryPlan, ring: SpoolRing) {
    this.#plan = plan
    this.#ring = ring
    this.#results = new ResultFile(plan.folder)
    const { source, folder, settings } = plan
    const isInParts = deliveryOf(plan.request) === 'ranges' && isRanged(source) && !source.stored
    const bytesMax = settings.wholeBytesMax
    if (isInParts) this.#ranges = new RangeDelivery({ source, folder, filesMax: RING_FILES, bytesMax })
  }

  /** Never rejects: what the object's source or the disk fail with is what the process is ended for. */
  async deliver(signal: AbortSignal): Promise<void> {
    const { worker, request, settings, source } = this.#plan
    const { batchBytes } = settings
    try {
      const delivery = deliveryOf(request)
      await worker.send(jsonFrame('start', this.#start(delivery)))
      if (this.#ranges || storedOf(source)) return
      if (delivery === 'ranges')
        throw new Error('The source can not be read in parts, which its format needs.')
      const hand = (file: FileMessage) => this.#hand(file)
      const plan = { delivery, request, ring: this.#ring, batchBytes, signal, hand }
      await deliver(plan, streamOf(source))
      await worker.send(jsonFrame('end'))
    } catch (error) {
      if (signal.aborted) return
      // What was found before a record that is too long is still told, and then why there is no more.
      if (error instanceof SelectError && error.code === 'OverMaxRecordSize') {
        const failure: FailedMessage = { code: error.code, message: error.message, stack: null }
        await worker.send(jsonFrame('end', failure))
      } else worker.kill(error)
    }
  }

  #hand(file: FileMessage): Promise<void> {
    return this.#plan.worker.send(jsonFrame('file', file))
  }

  /** As `deliver`: never rejects. */
  async #deliverParts({ spans }: NeedMessage, signal: AbortSignal): Promise<void> {
    try {
      if (!this.#ranges) throw new Error('The object is not read in parts.')
      await this.#hand(await this.#ranges.deliver(spans, signal))
    } catch (error) {
      if (!signal.aborted) this.#plan.worker.kill(error)
    }
  }

  /** Ends without the last one when the process does. One more may be asked for while one is used. */
  async *events(delivering: AbortController): AsyncGenerator<QueryEvent, undefined> {
    for await (const frame of this.#plan.worker.frames()) {
      if (frame.kind === 'written') yield* this.#readWritten(readJson(frame) as WrittenMessage)
      const event = await this.#receive(frame, delivering)
      if (event) yield event
    }
    return undefined
  }

  async #receive(frame: Frame, delivering: AbortController): Promise<QueryEvent | undefined> {
    switch (frame.kind) {
      case 'records':
        return { kind: 'records', bytes: frame.payload }
      case 'stored':
        return this.#read(readJson(frame) as StoredMessage)
      case 'used':
        this.#use(readJson(frame) as UsedMessage)
        return undefined
      case 'counts': {
        const { bytesScanned, bytesProcessed } = readJson(frame) as CountsMessage
        return { kind: 'counts', bytesScanned, bytesProcessed }
      }
      case 'need':
        void this.#deliverParts(readJson(frame) as NeedMessage, delivering.signal)
        return undefined
      case 'enough':
        delivering.abort(new Error('The query has all it asked for.'))
        return undefined
      case 'finished': {
        const { bytesScanned, bytesProcessed } = readJson(frame) as CountsMessage
        return { kind: 'finished', bytesScanned, bytesProcessed }
      }
      case 'failed':
        throw failureOf(readJson(frame) as FailedMessage)
      default:
        return undefined
    }
  }

  /** Once nothing is delivered any more. */
  async close(): Promise<void> {
    await Promise.all([this.#ring.close(), this.#results.close(), this.#ranges?.close()])
  }

  async #read(stored: StoredMessage): Promise<QueryEvent> {
    const bytes = await this.#results.read(stored)
    await this.#tellTaken(stored.slot)
    return { kind: 'records', bytes }
  }

  async *#readWritten(written: WrittenMessage): AsyncGenerator<QueryEvent> {
    for await (const { bytes, isLast } of this.#results.readWritten(written)) {
      if (isLast) await this.#tellTaken(null)
      yield { kind: 'records', bytes }
    }
  }

  #tellTaken(slot: number | null): Promise<void> {
    const taken: TakenMessage = { slot }
    return this.#plan.worker.send(jsonFrame('taken', taken))
  }

  #use({ path }: UsedMessage): void {
    if (this.#ranges) this.#ranges.give(path)
    else this.#ring.give(path)
  }

  #start(delivery: StartMessage['delivery']): StartMessage {
    const { request, settings, folder, nowMs, source } = this.#plan
    const objectBytes = isRanged(source) ? source.size : null
    const {
      batchBytes,
      wholeBytesMax,
      memoryBytesMax,
      threads,
      threadsFromBytes,
      executionModule = null,
    } = settings
    return {
      request,
      delivery,
      stored: storedOf(source),
      objectBytes,
      folder,
      batchBytes,
      rangesBytesMax: wholeBytesMax,
      memoryBytesMax,
      threads,
      threadsFromBytes,
      nowMs,
      executionModule,
    }
  }
}

function storedOf(source: ObjectSource): StoredContent | null {
  return (isRanged(source) && source.stored) || null
}

function failureOf({ code, message, stack }: FailedMessage): SelectError {
  return new SelectError(code, message, stack === null ? {} : { cause: new Error(stack) })
}
