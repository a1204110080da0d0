// Between an HTTP library that pushes and a reader that pulls: a short queue which stops the former.
import type { ReplyStream } from './transport.js'

const QUEUED_BYTES_MAX = 256 * 1024

interface Waiter {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void
  readonly reject: (error: unknown) => void
}

/** The connection behind the queue. */
export interface QueueSource {
  resume(): void
  /** Called once, and not after the end. */
  cancel(): void
}

export class ReplyQueue implements ReplyStream, AsyncIterator<Uint8Array> {
  readonly #source: QueueSource
  readonly #chunks: Uint8Array[] = []
  #queuedBytes = 0
  #paused = false
  #waiter: Waiter | undefined
  #end: { readonly error: unknown } | 'done' | undefined

  constructor(source: QueueSource) {
    this.#source = source
  }

  /** Whether to go on pushing; else wait for `resume`. */
  push(chunk: Uint8Array): boolean {
    const waiter = this.#waiter
    if (waiter) {
      this.#waiter = undefined
      waiter.resolve({ done: false, value: chunk })
      return true
    }
    if (this.#end) return true
    this.#chunks.push(chunk)
    this.#queuedBytes += chunk.length
    this.#paused = this.#queuedBytes >= QUEUED_BYTES_MAX
    return !this.#paused
  }

  end(): void {
    this.#end ??= 'done'
    this.#waiter?.resolve({ done: true, value: undefined })
    this.#waiter = undefined
  }

  /** What has arrived is still read, unless `discard`: then the reader fails at once. */
  fail(error: unknown, discard = false): void {
    if (discard) this.#clear()
    this.#end ??= { error }
    this.#waiter?.reject(error)
    this.#waiter = undefined
  }

  cancel(): void {
    this.#clear()
    if (this.#end) return
    this.end()
    this.#source.cancel()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift()
    if (chunk) {
      this.#queuedBytes -= chunk.length
      if (this.#paused && this.#chunks.length === 0) {
        this.#paused = false
        this.#source.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#end === 'done') return Promise.resolve({ done: true, value: undefined })
    if (this.#end) return Promise.reject(this.#end.error)
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.cancel()
    return Promise.resolve({ done: true, value: undefined })
  }

  #clear(): void {
    this.#chunks.length = 0
    this.#queuedBytes = 0
  }
}
