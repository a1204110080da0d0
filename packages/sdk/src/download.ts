// An object's content on its way in: checked, and taken up again where its connection broke.
import { type Crc64Engine, loadCrc64 } from '@coset/protocol'
import type { Context } from './context.js'
import { CosClientError, CosServiceError, isFailure } from './errors.js'
import { type Failure, isTransient, retryDelayMs } from './retry.js'
import type { ReplyStream } from './transport.js'

/** A piece that brought this much counts as progress: the next failure is the first one again. */
const PROGRESS_BYTES = 1024 * 1024

export interface DownloadPlan {
  readonly first: ReplyStream
  /** Bytes to expect, or undefined where the reply did not tell. */
  readonly length: number | undefined
  /** CRC-64 to expect, in decimal. */
  readonly sum: string | undefined
  readonly signal: AbortSignal | undefined
  /** Failures in a row, without much arriving in between, after which the body is given up. */
  readonly retries: number
  /** Fetches what comes after the first `received` bytes; undefined where that can not be asked for. */
  readonly resume: ((received: number) => Promise<ReplyStream>) | undefined
}

export class Download {
  readonly #context: Context
  readonly #plan: DownloadPlan
  #stream: ReplyStream
  #received = 0
  #cancelled = false

  constructor(context: Context, plan: DownloadPlan) {
    this.#context = context
    this.#plan = plan
    this.#stream = plan.first
  }

  get length(): number | undefined {
    return this.#plan.length
  }

  /** Ends the connection, and whoever reads, at once. */
  cancel(): void {
    this.#cancelled = true
    this.#stream.cancel()
  }

  /** Rejects unless every byte arrived, and arrived right. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const engine: Crc64Engine | undefined = this.#plan.sum === undefined ? undefined : await loadCrc64()
    const crc = engine?.create()
    try {
      let failures = 0
      for (;;) {
        const before = this.#received
        const failure = yield* this.#piece((chunk) => crc?.update(chunk))
        if (this.#cancelled)
          throw new CosClientError('aborted', 'The body was cancelled.', { requestSent: true })
        if (!failure) break
        if (this.#received - before >= PROGRESS_BYTES) failures = 0
        await this.#takeUp(failure, failures++)
      }
      if (crc) this.#checkSum(crc.digest())
    } finally {
      this.#stream.cancel()
    }
  }

  /** What one connection brings; returns why it was not all. */
  async *#piece(onChunk: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, Failure | undefined> {
    const iterator = this.#stream[Symbol.asyncIterator]()
    for (;;) {
      const read = await iterator.next().catch(toFailure)
      if (read instanceof Error) return read
      if (read.done) return this.#missing()
      this.#received += read.value.length
      onChunk(read.value)
      yield read.value
    }
  }

  #missing(): Failure | undefined {
    const { length } = this.#plan
    if (length === undefined || this.#received === length) return undefined
    return new CosClientError('network', 'The connection ended early.', { requestSent: true })
  }

  async #takeUp(failure: Failure, failures: number): Promise<void> {
    const { resume, retries, signal } = this.#plan
    const { platform, clock } = this.#context
    if (!isTransient(failure)) throw failure
    if (!resume || failures >= retries) throw this.#truncated(failure)
    await platform.sleep(retryDelayMs(failures, failure, platform.random, clock.nowMs()), signal)
    try {
      this.#stream = await resume(this.#received)
    } catch (cause) {
      throw this.#notResumed(cause)
    }
    if (this.#cancelled) this.#stream.cancel()
  }

  #truncated(cause: Failure): CosClientError {
    const { length = 'an unknown number of' } = this.#plan
    const message = `The body ended after ${this.#received} of ${length} bytes.`
    const kind = cause instanceof CosServiceError ? 'network' : cause.kind
    return new CosClientError(kind, message, { cause, requestSent: true })
  }

  #notResumed(cause: unknown): CosClientError {
    if (cause instanceof CosClientError) return cause.kind === 'aborted' ? cause : this.#truncated(cause)
    const options = { cause, requestSent: true }
    if (cause instanceof CosServiceError && (cause.statusCode === 412 || cause.statusCode === 404)) {
      return new CosClientError(
        'changed',
        'The object changed or was deleted while it was being read.',
        options,
      )
    }
    return cause instanceof CosServiceError
      ? this.#truncated(cause)
      : new CosClientError('body', 'Reading the object failed unexpectedly.', options)
  }

  #checkSum(sum: bigint): void {
    if (sum.toString() === this.#plan.sum) return
    const message = `The CRC-64 of what arrived is ${sum}, but the object's is ${this.#plan.sum}.`
    throw new CosClientError('checksum', message, { requestSent: true })
  }
}

function toFailure(cause: unknown): Failure {
  if (isFailure(cause)) return cause
  return new CosClientError('body', 'Reading the reply failed.', { cause, requestSent: true })
}
