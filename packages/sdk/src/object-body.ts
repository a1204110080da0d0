// The content of an object, as getObject gives it on every platform: to be read once, in the form that suits.
import { collected, webStream } from './chunks.js'
import { CosClientError } from './errors.js'

/** Where a body comes from: a connection, or what makes something of one. */
export interface BodySource {
  /** Called once, by whoever reads; rejects unless every byte arrived, and arrived right. */
  chunks(): AsyncGenerator<Uint8Array>
  /** Ends the connection, and whoever reads, at once. May be called at any time, and more than once. */
  cancel(): void
}

/**
 * An object's content, still on its way. It is read once, by one of its methods or by `for await`; leaving the
 * loop ends the transfer. A body that is never read keeps its connection: call `cancel()`.
 *
 * A broken connection is taken up again where it ended, as long as the object is the same. The CRC-64 of a whole
 * object is verified; of a range it can not be, as the server tells only that of the whole. Every method rejects
 * with a CosClientError of kind `network`, `timeout`, `checksum`, `body` or `aborted` unless all bytes arrived.
 */
export class ObjectBodyBase implements AsyncIterable<Uint8Array> {
  readonly #source: BodySource
  #used = false

  constructor(source: BodySource) {
    this.#source = source
  }

  /** Whether the content was read, is being read, or was cancelled. */
  get bodyUsed(): boolean {
    return this.#used
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.take()
  }

  /** All of it, in memory. */
  bytes(): Promise<Uint8Array> {
    return collected(this)
  }

  /** All of it, as UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /** All of it, as JSON; a SyntaxError where it is none. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  /** As a stream of the web; cancelling it ends the transfer. */
  stream(): ReadableStream<Uint8Array> {
    return webStream(this.take(), () => this.cancel())
  }

  /** Gives the content up and its connection with it; a reader rejects with kind `aborted`. */
  cancel(): void {
    this.#used = true
    this.#source.cancel()
  }

  /** The content, for the one who reads it. */
  protected take(): AsyncGenerator<Uint8Array> {
    if (this.#used)
      throw new CosClientError('body', 'This body was read or cancelled already; it is read once.')
    this.#used = true
    return this.#source.chunks()
  }
}
