// A reply's body from `fetch`: read as it is asked for, so that the browser holds the connection back.
import { CosClientError } from './errors.js'
import type { ReplyStream } from './transport.js'

/** The exchange that the body belongs to. */
export interface ReplyOwner {
  wait<T>(pending: Promise<T>, timeoutMs?: number): Promise<T>
  fail(error: CosClientError): void
  end(): void
}

export interface FetchReplyOptions {
  readonly stream: ReadableStream<Uint8Array> | null
  /** Bytes that the head announced; undefined where it did not, or they are others. */
  readonly length: number | undefined
  readonly idleTimeoutMs: number
  readonly origin: string
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

export class FetchReply implements ReplyStream, AsyncIterator<Uint8Array> {
  readonly #owner: ReplyOwner
  readonly #options: FetchReplyOptions
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #received = 0
  #cancelled = false
  #ended = false

  constructor(owner: ReplyOwner, options: FetchReplyOptions) {
    this.#owner = owner
    this.#options = options
    this.#reader = options.stream?.getReader()
    if (!this.#reader) this.#end()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#reader || this.#cancelled || this.#ended) return DONE
    try {
      const read = await this.#owner.wait(this.#reader.read(), this.#options.idleTimeoutMs)
      if (!read.done) return { done: false, value: this.#accept(read.value) }
      this.#end()
      return DONE
    } catch (cause) {
      if (this.#cancelled) return DONE
      throw this.#failed(cause)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.cancel()
    return DONE
  }

  cancel(): void {
    if (this.#cancelled || this.#ended) return
    this.#cancelled = true
    this.#owner.fail(new CosClientError('aborted', 'The body was cancelled.', { requestSent: true }))
  }

  #end(): void {
    this.#ended = true
    this.#owner.end()
  }

  #accept(chunk: Uint8Array): Uint8Array {
    this.#received += chunk.length
    const { length } = this.#options
    if (length === undefined || this.#received <= length) return chunk
    throw new CosClientError(
      'body',
      'The reply has more bytes than its Content-Length: the browser undid an encoding that it did not tell. Let the CORS rule of the bucket expose Content-Encoding.',
      { requestSent: true },
    )
  }

  #failed(cause: unknown): CosClientError {
    const message = `The connection to ${this.#options.origin} failed while its reply was being read.`
    const error =
      cause instanceof CosClientError
        ? cause
        : new CosClientError('network', message, { cause, requestSent: true })
    this.#owner.fail(error)
    return error
  }
}
