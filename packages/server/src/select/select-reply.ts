// The reply to a SELECT: what the query finds, gathered into messages of a sane size, with signs of life in between.
import { crc32 } from 'node:zlib'
import { encodeSelectEvent, type SelectCounts, type SelectWireEvent } from '@coset/protocol'
import type { QueryCounts, QueryEvent } from '@coset/select'

/** Of one message of records. */
const RECORDS_BYTES_MAX = 128 * 1024
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

/** Rejects only with what the query fails with before there is anything to send. */
export async function* selectReply(
  query: AsyncGenerator<QueryEvent>,
  options: ReplyOptions,
): AsyncGenerator<Uint8Array> {
  // Until it is its turn, a query may still be refused as a whole.
  await query.next()
  const reply = new Reply(options)
  let begun = false
  try {
    let pending = query.next()
    pending.catch(() => undefined)
    for (;;) {
      const read = await settledWithin(pending, reply.patienceMs)
      const events = read === 'late' ? reply.whileWaiting() : reply.of(read)
      if (events.length > 0) begun = true
      yield* encoded(events)
      if (read === 'late') continue
      if (read.done) return
      pending = query.next()
      pending.catch(() => undefined)
    }
  } catch (error) {
    // What was found so far is worth less than an error that every client understands.
    if (!begun) throw error
    yield* encoded([...reply.gathered(), { type: 'error', ...options.explain(error) }])
  } finally {
    await query.return(undefined)
  }
}

/**
 * The last ones in one piece: the official SDK for Node, reading a result as a whole, takes the records it gave for bytes of
 * the reply that follow them, unless what is left of the reply has come by then. Others are not copied once more for it.
 */
function encoded(events: readonly SelectWireEvent[]): readonly Uint8Array[] {
  const messages = events.map((event) => encodeSelectEvent(event, crc32))
  const last = events.at(-1)?.type
  return last === 'end' || last === 'error' ? [Buffer.concat(messages)] : messages
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

/** What is still to be sent, and when. */
class Reply {
  readonly #options: ReplyOptions
  #records: Uint8Array[] = []
  #recordsBytes = 0
  #gatheredMs = 0
  #sentMs: number
  #bytesReturned = 0
  #counts: QueryCounts = { bytesScanned: 0, bytesProcessed: 0 }
  #progressMs: number
  #progressBytes = 0

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#sentMs = options.now()
    this.#progressMs = this.#sentMs
  }

  get hasRecords(): boolean {
    return this.#recordsBytes > 0
  }

  /** How long the next event may take. */
  get patienceMs(): number {
    const now = this.#options.now()
    const until = this.hasRecords ? this.#gatheredMs + GATHERED_MS : this.#sentMs + this.#options.contMs
    return Math.max(0, until - now)
  }

  /** The event took too long: what was gathered goes, or a sign of life. */
  whileWaiting(): readonly SelectWireEvent[] {
    return this.hasRecords ? this.gathered() : [this.#sent({ type: 'cont' })]
  }

  of({ done, value }: IteratorResult<QueryEvent, unknown>): readonly SelectWireEvent[] {
    if (done) return []
    const event = value as QueryEvent
    switch (event.kind) {
      case 'started':
        return []
      case 'records':
        return this.#add(event.bytes)
      case 'counts':
        this.#counts = event
        return this.#progress()
      case 'finished':
        this.#counts = event
        return [...this.gathered(), { type: 'stats', ...this.#allCounts() }, { type: 'end' }]
    }
  }

  /** The records that wait, as messages. */
  gathered(): readonly SelectWireEvent[] {
    if (!this.hasRecords) return []
    const [first = new Uint8Array(0)] = this.#records
    const bytes = this.#records.length === 1 ? first : Buffer.concat(this.#records, this.#recordsBytes)
    this.#records = []
    this.#recordsBytes = 0
    this.#bytesReturned += bytes.length
    const events: SelectWireEvent[] = []
    for (let at = 0; at < bytes.length; at += RECORDS_BYTES_MAX) {
      events.push(this.#sent({ type: 'records', bytes: bytes.subarray(at, at + RECORDS_BYTES_MAX) }))
    }
    return events
  }

  #add(bytes: Uint8Array): readonly SelectWireEvent[] {
    if (bytes.length === 0) return []
    if (!this.hasRecords) this.#gatheredMs = this.#options.now()
    this.#records.push(bytes)
    this.#recordsBytes += bytes.length
    const isDue = this.#recordsBytes >= RECORDS_BYTES_MAX || this.patienceMs === 0
    return isDue ? this.gathered() : []
  }

  #progress(): readonly SelectWireEvent[] {
    const now = this.#options.now()
    const { bytesScanned } = this.#counts
    const isDue =
      now - this.#progressMs >= PROGRESS_MS || bytesScanned - this.#progressBytes >= PROGRESS_BYTES
    if (!this.#options.wantsProgress || !isDue) return []
    this.#progressMs = now
    this.#progressBytes = bytesScanned
    return [...this.gathered(), this.#sent({ type: 'progress', ...this.#allCounts() })]
  }

  #allCounts(): SelectCounts {
    const { bytesScanned, bytesProcessed } = this.#counts
    return { bytesScanned, bytesProcessed, bytesReturned: this.#bytesReturned }
  }

  #sent(event: SelectWireEvent): SelectWireEvent {
    this.#sentMs = this.#options.now()
    return event
  }
}
