// Whose turn it is: some queries run, a few wait for a while, and the rest is told to come again.
import { SelectError } from '../errors.js'

export interface AdmissionLimits {
  readonly concurrency: number
  readonly waitingMax: number
  readonly waitingMsMax: number
}

/** Of one query that runs. */
export interface Turn {
  /** It is over for whoever asked, but not gone: one more may wait until it is. */
  leaveSoon(): void
  /** The place is free. */
  leave(): void
}

interface Waiter {
  readonly admit: () => void
}

export class Admission {
  readonly #limits: AdmissionLimits
  readonly #waiting = new Set<Waiter>()
  #running = 0
  #leaving = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** Rejects with `Busy`, or with the signal's reason. */
  async enter(signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted()
    if (this.#running < this.#limits.concurrency) this.#running++
    else await this.#wait(signal)
    let state: 'runs' | 'leaves' | 'left' = 'runs'
    const leaveSoon = () => {
      if (state !== 'runs') return
      state = 'leaves'
      this.#leaving++
    }
    const leave = () => {
      if (state === 'left') return
      if (state === 'leaves') this.#leaving--
      state = 'left'
      this.#leave()
    }
    return { leaveSoon, leave }
  }

  #leave(): void {
    const [next] = this.#waiting
    if (next) next.admit()
    else this.#running--
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { waitingMax, waitingMsMax } = this.#limits
    if (this.#waiting.size >= waitingMax + this.#leaving)
      return Promise.reject(busy('too many others wait already'))
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        this.#waiting.delete(waiter)
        end()
      }
      const waiter: Waiter = { admit: () => settle(resolve) }
      const abort = () => settle(() => reject(signal.reason))
      const timer = setTimeout(
        () => settle(() => reject(busy(`none ended within ${waitingMsMax / 1000} seconds`))),
        waitingMsMax,
      )
      signal.addEventListener('abort', abort)
      this.#waiting.add(waiter)
    })
  }
}

function busy(why: string): SelectError {
  return new SelectError('Busy', `Other queries are under way, and ${why}. Please try again.`)
}
