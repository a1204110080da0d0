// Calls of an operation on many objects, which come back after an outage rather than end it.
import type { Context } from '../context.js'
import { isFailure } from '../errors.js'
import { isTransient, retryDelayMs } from '../retry.js'

/** Tries again, for each retry of a call. */
const RETRIES_FACTOR = 2
/** Pauses are as long as if a call had failed so often already. */
const PAUSES_BEFORE = 2

/**
 * Many calls fail together when the network is away, and soon have spent what a client's calls may retry. So each
 * comes back later, some times: an outage of a quarter of a minute or so ends nothing. `work` may be done twice.
 */
export async function patiently<T>(
  { platform, clock, settings }: Context,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await work()
    } catch (error) {
      if (!isFailure(error) || !isTransient(error) || retries >= settings.retries * RETRIES_FACTOR)
        throw error
      const delayMs = retryDelayMs(retries + PAUSES_BEFORE, error, platform.random, clock.nowMs())
      await platform.sleep(delayMs, signal)
    }
  }
}
