// The reply to a SELECT on its way in: checked message by message, and given in the form that suits.
import {
  type Checksum,
  type EventMessage,
  EventStreamDecoder,
  EventStreamError,
  readSelectEvents,
  type SelectCounts,
  type SelectWireEvent,
} from '@coset/protocol'
import { collected, webStream } from '../chunks.js'
import { CosClientError, CosServiceError, isFailure } from '../errors.js'
import type { TransportReply } from '../transport.js'
import { rowFormatOf, type SelectOutput } from './row-format.js'
import { parseRows, type SelectRow } from './rows.js'

/** How much of the object was read, in bytes. */
export type SelectStats = SelectCounts

/** What a reply to selectObjectContent consists of. */
export type SelectEvent =
  /** A piece of the result, cut anywhere. */
  | { readonly type: 'records'; readonly bytes: Uint8Array }
  /** How far the query is; only with `RequestProgress`. */
  | ({ readonly type: 'progress' } & SelectStats)
  /** How much there was to do, once it is done. */
  | ({ readonly type: 'stats' } & SelectStats)
  /** A sign of life. */
  | { readonly type: 'cont' }
  /** The result is complete. Nothing follows. */
  | { readonly type: 'end' }

/** Where the events come from. */
export interface SelectSource {
  readonly reply: TransportReply
  /** HTTP method of the request. */
  readonly method: string
  /** What was asked for. */
  readonly output: SelectOutput
}

/**
 * The result of a SELECT, still on its way: each part of it is checked by its CRC-32, and all of it is there only once
 * its end has come. It is read once, by one of its methods or by `for await`, which gives the events; leaving the loop
 * ends the query at the server. A body that is never read keeps its connection: call `cancel()`.
 *
 * Every method rejects with a CosServiceError when the query fails on its way, such as `CastFailed`, and with a
 * CosClientError: of kind `checksum` for damaged bytes, `network` for a reply that ends early, `body` for one that can
 * not be read, `aborted` when the signal fires.
 */
export class SelectBodyBase implements AsyncIterable<SelectEvent> {
  readonly #source: SelectSource
  readonly #stats: Promise<SelectStats>
  #resolveStats: (stats: SelectStats) => void = () => undefined
  #rejectStats: (error: unknown) => void = () => undefined
  #used = false

  constructor(source: SelectSource) {
    this.#source = source
    this.#stats = new Promise((resolve, reject) => {
      this.#resolveStats = resolve
      this.#rejectStats = reject
    })
    // Whoever asks for it is told; nobody has to.
    this.#stats.catch(() => undefined)
  }

  /** Whether the result was read, is being read, or was cancelled. */
  get bodyUsed(): boolean {
    return this.#used
  }

  /** How much of the object was read: there once the result was read to its end, rejected when that fails. */
  get stats(): Promise<SelectStats> {
    return this.#stats
  }

  [Symbol.asyncIterator](): AsyncIterator<SelectEvent> {
    return this.#take()
  }

  /** The result, piece by piece, as text. */
  async *records(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    for await (const bytes of this.chunks()) {
      const text = decoder.decode(bytes, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  }

  /**
   * The result, row by row: objects for output as JSON, arrays of texts for CSV. By the delimiters that were asked for;
   * a row that can not be read rejects with kind `body`. Integers beyond 2^53 lose digits as in any JSON.
   */
  rows<Row extends SelectRow = SelectRow>(): AsyncGenerator<Row> {
    return parseRows(this.records(), rowFormatOf(this.#source.output)) as AsyncGenerator<Row>
  }

  /** All of the result, in memory. */
  bytes(): Promise<Uint8Array> {
    return collected(this.chunks())
  }

  /** All of the result, as UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.bytes())
  }

  /** The result alone, as a stream of the web; cancelling it ends the query. */
  stream(): ReadableStream<Uint8Array> {
    return webStream(this.chunks(), () => this.cancel())
  }

  /** Gives the result up, and ends the query at the server; a reader rejects with kind `aborted`. */
  cancel(): void {
    this.#used = true
    const error = new CosClientError('aborted', 'The body was cancelled.', { requestSent: true })
    this.#rejectStats(error)
    this.#source.reply.body.cancel()
  }

  /** The bytes of the result. */
  protected async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const event of this.#take()) if (event.type === 'records') yield event.bytes
  }

  #take(): AsyncGenerator<SelectEvent> {
    if (this.#used)
      throw new CosClientError('body', 'This body was read or cancelled already; it is read once.')
    this.#used = true
    return this.#events()
  }

  async *#events(): AsyncGenerator<SelectEvent> {
    const { reply } = this.#source
    // COS's own SDKs take a reply without content for a result without records.
    let hasEnded = reply.status === 204
    const decoder = new EventStreamDecoder(this.checksum)
    try {
      for await (const chunk of reply.body) {
        for (const event of eventsOf(decoder.push(chunk))) {
          if (hasEnded) break
          if (event.type === 'error') throw this.#serviceError(event)
          if (event.type === 'stats') this.#resolveStats(countsOf(event))
          hasEnded = event.type === 'end'
          yield event
        }
      }
      decoder.end()
      if (!hasEnded) throw endedEarly()
    } catch (cause) {
      const failure = toFailure(cause)
      this.#rejectStats(failure)
      throw failure
    } finally {
      // Without effect where they came.
      this.#rejectStats(endedEarly())
      reply.body.cancel()
    }
  }

  /** Of messages: a faster one, where there is one. */
  protected get checksum(): Checksum | undefined {
    return undefined
  }

  #serviceError({ code, message }: { readonly code: string; readonly message: string }): CosServiceError {
    const { reply, method } = this.#source
    const { status, headers } = reply
    return new CosServiceError({
      code,
      message,
      statusCode: status,
      method,
      headers,
      requestId: headers['x-cos-request-id'],
      digest: { code, message },
    })
  }
}

function* eventsOf(messages: readonly EventMessage[]): Generator<SelectWireEvent> {
  for (const message of messages) yield* readSelectEvents(message)
}

function countsOf({ bytesScanned, bytesProcessed, bytesReturned }: SelectStats): SelectStats {
  return { bytesScanned, bytesProcessed, bytesReturned }
}

function endedEarly(): CosClientError {
  return new CosClientError('network', 'The reply ended before the end of the result.', { requestSent: true })
}

function toFailure(cause: unknown): Error {
  if (isFailure(cause)) return cause
  if (cause instanceof EventStreamError) {
    const kind = cause.message.includes('checksum') ? 'checksum' : 'body'
    return new CosClientError(kind, `The reply is damaged: ${cause.message}`, { cause, requestSent: true })
  }
  return new CosClientError('body', 'Reading the reply failed.', { cause, requestSent: true })
}
