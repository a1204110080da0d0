// The reply to a SELECT: what the query finds, gathered into messages of a sane size, with signs of life in between.
import { crc32 } from 'node:zlib'
import {
  type EventMessageDraft,
  encodeSelectEvent,
  recordsDraft,
  type SelectCounts,
  type SelectWireEvent,
} from '@coset/protocol'
import type { QueryCounts, QueryEvent } from '@coset/select'

/** Of one message of records; clients of other services take up to 1 MiB. */
const RECORDS_BYTES_MAX = 256 * 1024
/** How long records wait for more. */
const GATHERED_MS = 100
const PROGRESS_MS = 1000
const PROGRESS_BYTES = 64 * 1024 * 1024

export interface ReplyOptions {
  readonly wantsProgress: boolean
  /** Without a message for so long, one that means nothing is sent. */
  readonly contMs: number
  readonly now: () => number
  /** What an error on the way is told as. */
  readonly explain: (error: unknown) => { readonly code: string; readonly message: string }
}

/**
 * Messages, each valid only until the next is asked for. Rejects only with what the query fails with before there is
 * anything to send.
 */
export async function* selectReply(
  query: AsyncGenerator<QueryEvent>,
  options: ReplyOptions,
): AsyncGenerator<Uint8Array> {
  // Until it is its turn, a query may still be refused as a whole.
  await query.next()
  const reply = new Reply(options)
  try {
    let pending = query.next()
    pending.catch(() => undefined)
    for (;;) {
      const read = await settledWithin(pending, reply.patienceMs)
      yield* read === 'late' ? reply.whileWaiting() : reply.of(read)
      if (read === 'late') continue
      if (read.done) return
      pending = query.next()
      pending.catch(() => undefined)
    }
  } catch (error) {
    // What was found so far is worth less than an error that every client understands.
    if (!reply.hasBegun) throw error
    yield reply.last({ type: 'error', ...options.explain(error) })
  } finally {
    await query.return(undefined)
  }
}

async function settledWithin<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What is to be sent, and when. */
class Reply {
  readonly #options: ReplyOptions
  #records: EventMessageDraft | undefined
  #gatheredMs = 0
  #sentMs: number
  #hasBegun = false
  #bytesReturned = 0
  #counts: QueryCounts = { bytesScanned: 0, bytesProcessed: 0 }
  #progressMs: number
  #progressBytes = 0

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#sentMs = options.now()
    this.#progressMs = this.#sentMs
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** How long the next event may take. */
  get patienceMs(): number {
    const now = this.#options.now()
    const until = this.#hasRecords ? this.#gatheredMs + GATHERED_MS : this.#sentMs + this.#options.contMs
    return Math.max(0, until - now)
  }

  /** The event took too long: what was gathered goes, or a sign of life. */
  *whileWaiting(): Generator<Uint8Array> {
    yield this.#hasRecords ? this.#takeRecords() : this.#encoded({ type: 'cont' })
  }

  *of({ done, value }: IteratorResult<QueryEvent, unknown>): Generator<Uint8Array> {
    if (done) return
    const event = value as QueryEvent
    switch (event.kind) {
      case 'started':
        return
      case 'records':
        yield* this.#add(event.bytes)
        return
      case 'counts':
        this.#counts = event
        yield* this.#progress()
        return
      case 'finished':
        this.#counts = event
        yield this.last({ type: 'end' })
    }
  }

  /**
   * The records that wait and what ends the reply, in one piece: the official SDK for Node, reading a result as a whole,
   * takes the records it gave for bytes of the reply that follow them, unless what is left of the reply has come by then.
   */
  last(end: SelectWireEvent): Uint8Array {
    const messages = this.#hasRecords ? [this.#takeRecords()] : []
    if (end.type === 'end') messages.push(this.#encoded({ type: 'stats', ...this.#allCounts() }))
    return Buffer.concat([...messages, this.#encoded(end)])
  }

  get #hasRecords(): boolean {
    return this.#records !== undefined && this.#records.length > 0
  }

  *#add(bytes: Uint8Array): Generator<Uint8Array> {
    this.#records ??= recordsDraft(RECORDS_BYTES_MAX, crc32)
    for (let at = 0; at < bytes.length; ) {
      if (!this.#hasRecords) this.#gatheredMs = this.#options.now()
      at += this.#records.add(bytes.subarray(at))
      if (this.#records.isFull) yield this.#takeRecords()
    }
    if (this.#hasRecords && this.patienceMs === 0) yield this.#takeRecords()
  }

  #takeRecords(): Uint8Array {
    this.#records ??= recordsDraft(RECORDS_BYTES_MAX, crc32)
    this.#bytesReturned += this.#records.length
    this.#sent()
    return this.#records.take()
  }

  *#progress(): Generator<Uint8Array> {
    const now = this.#options.now()
    const { bytesScanned } = this.#counts
    const isDue =
      now - this.#progressMs >= PROGRESS_MS || bytesScanned - this.#progressBytes >= PROGRESS_BYTES
    if (!this.#options.wantsProgress || !isDue) return
    this.#progressMs = now
    this.#progressBytes = bytesScanned
    if (this.#hasRecords) yield this.#takeRecords()
    yield this.#encoded({ type: 'progress', ...this.#allCounts() })
  }

  #allCounts(): SelectCounts {
    const { bytesScanned, bytesProcessed } = this.#counts
    return { bytesScanned, bytesProcessed, bytesReturned: this.#bytesReturned }
  }

  #encoded(event: SelectWireEvent): Uint8Array {
    this.#sent()
    return encodeSelectEvent(event, crc32)
  }

  #sent(): void {
    this.#hasBegun = true
    this.#sentMs = this.#options.now()
  }
}
