// The time as the server has it: signatures are good for minutes, and many machines' clocks are not.
import { CosServiceError } from './errors.js'
import type { Failure } from './retry.js'

/** Smaller differences are no reason for a refusal. */
const SKEW_MIN_MS = 30_000
const VALID_BEFORE_S = 60
const VALID_AFTER_S = 900

export class ServerClock {
  readonly #local: () => number
  #offsetMs = 0

  constructor(local: () => number) {
    this.#local = local
  }

  nowMs(): number {
    return this.#local() + this.#offsetMs
  }

  /** What `correct` needs to know about the time when a request was signed. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /** For how long a request made now is valid. */
  keyTime(validS = VALID_AFTER_S): { readonly start: number; readonly end: number } {
    const now = Math.floor(this.nowMs() / 1000)
    return { start: now - VALID_BEFORE_S, end: now + validS }
  }

  /**
   * Whether the failure came from the clock, which then is corrected: the request deserves another try. Judged by
   * the offset the request was signed with, as another request may have corrected the clock meanwhile.
   */
  correct(error: Failure, signedOffsetMs: number): boolean {
    if (!(error instanceof CosServiceError) || error.statusCode !== 403) return false
    const serverMs = serverTime(error)
    if (serverMs === undefined) return false
    const aheadMs = serverMs - this.#local() - signedOffsetMs
    if (Math.abs(aheadMs) < SKEW_MIN_MS) return false
    if (!isAboutTime(error) && !wasOutside(error, aheadMs / 1000)) return false
    this.#offsetMs = serverMs - this.#local()
    return true
  }
}

/** A refused HEAD says nothing, but its date tells whether the signature can have been valid. */
function wasOutside({ method }: CosServiceError, aheadS: number): boolean {
  return method === 'HEAD' && (aheadS > VALID_AFTER_S || aheadS < -VALID_BEFORE_S)
}

function isAboutTime({ code, message }: CosServiceError): boolean {
  return (
    code === 'RequestTimeTooSkewed' || (code === 'AccessDenied' && message.includes('Request has expired'))
  )
}

function serverTime(error: CosServiceError): number | undefined {
  const text = error.getDigestMsg().servertime ?? error.headers.date
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
