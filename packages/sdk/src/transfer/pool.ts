// Many tasks, a few at a time: the first that fails stops the rest at once.
import { onAbort } from '../abort.js'
import { abortedError, CosClientError, throwIfAborted } from '../errors.js'

export interface PoolOptions {
  /** Tasks at a time. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

export type Work<T> = (task: T, signal: AbortSignal) => Promise<void>

/**
 * Takes tasks from the source as workers become free, so that it may be long, or slow. Rejects with the error of
 * the first task that failed, after every other has let go: their signal fires with it. When the caller's signal
 * fires, rejects at once with kind `aborted`; the tasks' signal fires then too.
 */
export async function runPool<T>(
  tasks: Iterable<T> | AsyncIterable<T>,
  { limit, signal }: PoolOptions,
  work: Work<T>,
): Promise<void> {
  throwIfAborted(signal)
  const controller = new AbortController()
  const stopListening = onAbort(signal, () => controller.abort(signal?.reason))
  try {
    await new Pool(tasks, controller, work).run(limit)
    throwIfAborted(signal)
  } catch (error) {
    // What the tasks say then differs by what they were at.
    if (signal?.aborted) throw abortedError(signal.reason)
    throw error
  } finally {
    stopListening()
  }
}

class Pool<T> {
  readonly #source: AsyncIterator<T> | Iterator<T>
  readonly #controller: AbortController
  readonly #work: Work<T>
  #turn: Promise<unknown> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined

  constructor(tasks: Iterable<T> | AsyncIterable<T>, controller: AbortController, work: Work<T>) {
    this.#source = Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : tasks[Symbol.iterator]()
    this.#controller = controller
    this.#work = work
  }

  async run(limit: number): Promise<void> {
    await Promise.all(Array.from({ length: limit }, () => this.#worker()))
    if (!this.#failure) return
    // A source that fails to close has nobody left to tell.
    await Promise.resolve(this.#source.return?.()).catch(() => undefined)
    throw this.#failure.error
  }

  async #worker(): Promise<void> {
    const { signal } = this.#controller
    try {
      while (!signal.aborted) {
        const read = await this.#next()
        if (read.done || signal.aborted) break
        await this.#work(read.value, signal)
      }
      if (signal.aborted) this.#fail(signal.reason)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** One worker at a time asks, as not every iterator may be asked again before it answered. */
  #next(): Promise<IteratorResult<T>> {
    const read = this.#turn.then(() => interruptible(this.#source.next(), this.#controller.signal))
    this.#turn = read.catch(() => undefined)
    return read
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    if (!this.#controller.signal.aborted) this.#controller.abort(error)
  }
}

/** A source that gives nothing must not hold up who waits for it once the signal fired. */
export function interruptible<T>(pending: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortedError(signal?.reason))
    if (signal?.aborted) stop()
    const stopListening = onAbort(signal, stop)
    Promise.resolve(pending).then(resolve, reject).finally(stopListening)
  })
}

/** The page's MAXThread, or the default. Throws a CosClientError of kind `validation`. */
export function threadCount(MAXThread: number | `${number}` | undefined, normal: number): number {
  const count = MAXThread === undefined ? normal : Number(MAXThread)
  if (Number.isInteger(count) && count >= 1 && count <= THREADS_MAX) return count
  throw new CosClientError('validation', `MAXThread must be a whole number from 1 to ${THREADS_MAX}.`)
}

const THREADS_MAX = 1000
