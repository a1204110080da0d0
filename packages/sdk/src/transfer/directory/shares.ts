// A number of requests that may be under way together, taken one or several at a time, in the order of asking.
import { onAbort } from '../../abort.js'
import { abortedError } from '../../errors.js'

interface Waiting {
  readonly count: number
  readonly go: () => void
}

export class Shares {
  #free: number
  readonly #queue: Waiting[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Who asks for many is not passed by those who ask for few. Rejects with kind `aborted`, having taken none. */
  take(count: number, signal: AbortSignal): Promise<void> {
    if (this.#queue.length === 0 && this.#free >= count) {
      this.#free -= count
      return Promise.resolve()
    }
    if (signal.aborted) return Promise.reject(abortedError(signal.reason))
    return new Promise((resolve, reject) => {
      const waiting = {
        count,
        go: () => {
          stopListening()
          resolve()
        },
      }
      const stopListening = onAbort(signal, () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1)
        stopListening()
        reject(abortedError(signal.reason))
        this.#serve()
      })
      this.#queue.push(waiting)
    })
  }

  give(count: number): void {
    this.#free += count
    this.#serve()
  }

  #serve(): void {
    for (let [first] = this.#queue; first && first.count <= this.#free; [first] = this.#queue) {
      this.#queue.shift()
      this.#free -= first.count
      first.go()
    }
  }
}
