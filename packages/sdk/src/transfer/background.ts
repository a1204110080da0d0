// Work that outlives the call it belongs to, such as giving up an upload: closing the client waits for it.
import { onAbort } from '../abort.js'
import { abortedError } from '../errors.js'
import { settlePromptly } from './settle.js'

export class Background {
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  /** Fires when the client is closed: transfers then stop as if their own signal had fired. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Closing waits until it is settled; whether it failed is up to who has the promise. */
  track<T>(work: Promise<T>): Promise<T> {
    const running = work.then(nothing, nothing).finally(() => this.#running.delete(running))
    this.#running.add(running)
    return work
  }

  /** Stops transfers, then waits for what they leave behind, but no longer than this. */
  async close(waitMsMax: number): Promise<void> {
    this.#closing.abort(new Error('close() was called'))
    const limit = AbortSignal.timeout(waitMsMax)
    while (this.#running.size > 0 && !limit.aborted) await settledOr(Promise.all(this.#running), limit)
  }
}

/** Resolves when the work is settled, whether it failed or not, or when the signal fires, whichever comes first. */
export function settledOr(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const stopListening = onAbort(signal, resolve)
    work.then(nothing, nothing).finally(() => {
      stopListening()
      resolve()
    })
  })
}

/** Longest that a transfer which failed waits for what it leaves behind: its caller wants to know. */
const LEAVE_MS_MAX = 2000

/** Waits for what a transfer leaves behind, unless that takes long or its signal fired; then it goes on by itself. */
export async function leftBehind(
  background: Background,
  work: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const patience = joinSignals(signal, AbortSignal.timeout(LEAVE_MS_MAX))
  await settledOr(background.track(work), patience.signal)
  patience.release()
}

export interface JoinedSignal {
  /** Fires when any of them does, with its reason. */
  readonly signal: AbortSignal
  /** Ends listening to them. */
  release(): void
}

/** `AbortSignal.any` without its leaks: Node 20 keeps what it joins for as long as the longest of them lives. */
export function joinSignals(...signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController()
  const stops = signals.map((signal) => {
    if (signal?.aborted) controller.abort(signal.reason)
    return onAbort(signal, () => controller.abort(signal?.reason))
  })
  return {
    signal: controller.signal,
    release: () => {
      for (const stop of stops) stop()
    },
  }
}

function nothing(): void {}

/** Runs a transfer that closing the client stops, and waits for; settled soon after its signal fired. */
export function withinClient<T>(
  background: Background,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const joined = joinSignals(signal, background.closing)
  if (joined.signal.aborted) return Promise.reject(abortedError(joined.signal.reason, false))
  return settlePromptly(joined.signal, () => background.track(run(joined.signal).finally(joined.release)))
}
