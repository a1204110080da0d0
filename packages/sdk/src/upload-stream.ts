// A body while it is sent: counted, summed, and let go at once when the request is over.
import type { Crc64 } from '@coset/protocol'
import { CosClientError } from './errors.js'

export class UploadStream implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #length: number | undefined
  readonly #crc: Crc64 | undefined
  #bytes = 0
  #stopped = false
  #interrupt: ((error: unknown) => void) | undefined

  constructor(source: AsyncIterable<Uint8Array>, length: number | undefined, crc: Crc64 | undefined) {
    this.#source = source[Symbol.asyncIterator]()
    this.#length = length
    this.#crc = crc
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#stopped) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      this.#interrupt = reject
      this.#source
        .next()
        .then((result) => this.#accept(result))
        .then(resolve, (cause: unknown) => reject(sourceError(cause)))
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.stop()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Lets the source go, even one that is stuck; harmless at the end. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#interrupt?.(new CosClientError('body', 'The request ended before its body.', { requestSent: true }))
    // A source that fails to close has nobody left to tell.
    Promise.resolve(this.#source.return?.()).catch(() => undefined)
  }

  #accept(result: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> {
    const ended = result.done === true
    if (!ended) {
      this.#bytes += result.value.length
      this.#crc?.update(result.value)
    }
    const length = this.#length ?? this.#bytes
    if (this.#bytes > length || (ended && this.#bytes < length)) {
      const found = ended ? `only ${this.#bytes}` : 'more'
      throw new CosClientError('body', `The body was to have ${length} bytes, but has ${found}.`)
    }
    return result
  }
}

function sourceError(cause: unknown): CosClientError {
  if (cause instanceof CosClientError) return cause
  return new CosClientError('body', 'The source of the body failed.', { cause, requestSent: true })
}
