// A pause that a signal ends.
import { onAbort } from './abort.js'
import { abortedError } from './errors.js'

export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortedError(signal.reason))
      return
    }
    const stopListening = onAbort(signal, () => {
      clearTimeout(timer)
      reject(abortedError(signal?.reason))
    })
    const timer = setTimeout(() => {
      stopListening()
      resolve()
    }, ms)
  })
}
