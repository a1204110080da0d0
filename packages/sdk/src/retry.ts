// Which failures are worth another try, and when.
import { FAULTS } from '@coset/model'
import { type CosClientError, CosServiceError, GarbledReplyError } from './errors.js'

const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 20_000
/** A server that asks for more than this is not waited for any longer. */
const RETRY_AFTER_MAX_MS = 60_000

export type Failure = CosClientError | CosServiceError

/** Whether the same request may do better later on. */
export function isTransient(error: Failure): boolean {
  if (!(error instanceof CosServiceError)) {
    return error.kind === 'network' || error.kind === 'timeout' || error instanceof GarbledReplyError
  }
  const { statusCode, code } = error
  if (statusCode === 408 || statusCode === 429) return true
  // A code that is known not to pass, such as NotImplemented, decides over its status.
  return isTransientCode(code) ?? statusCode >= 500
}

/** Undefined for codes that nobody knows. */
export function isTransientCode(code: string): boolean | undefined {
  return Object.hasOwn(FAULTS, code) ? FAULTS[code as keyof typeof FAULTS].retry : undefined
}

/** Whether the server surely has not begun what was asked. */
export function isUnsent(error: Failure): boolean {
  return !(error instanceof CosServiceError) && !error.requestSent
}

/** What a client may spend on retries before calls have to succeed again: a hundred of them in a row. */
const BUDGET_MAX = 500
const RETRY_COST = 5
const TIMEOUT_COST = 10

/**
 * Bounds the retries of all calls of a client together: while a server is down, each call would otherwise multiply
 * what it is asked. Retries take from the budget, successes give back.
 */
export class RetryBudget {
  #left = BUDGET_MAX

  /** Whether a retry after this failure is still in the budget. */
  take(error: Failure): boolean {
    const cost = !(error instanceof CosServiceError) && error.kind === 'timeout' ? TIMEOUT_COST : RETRY_COST
    if (this.#left < cost) return false
    this.#left -= cost
    return true
  }

  /** After a success: what its last retry cost comes back, and a little more than nothing without one. */
  give(retries: number): void {
    this.#left = Math.min(BUDGET_MAX, this.#left + (retries > 0 ? RETRY_COST : 1))
  }
}

/**
 * Full jitter: anywhere between nothing and a bound that doubles with each try, so that clients which failed
 * together do not come back together. A `Retry-After` is the least.
 */
export function retryDelayMs(
  attempt: number,
  error: Failure | undefined,
  random: () => number,
  nowMs: number,
): number {
  const bound = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt)
  const asked = error instanceof CosServiceError ? retryAfterMs(error.headers['retry-after'], nowMs) : 0
  return Math.max(Math.round(random() * bound), Math.min(asked, RETRY_AFTER_MAX_MS))
}

/** Seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs)
}
