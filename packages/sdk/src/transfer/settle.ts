// Promises that settle soon after an abort, whatever the disk is at.
import { onAbort } from '../abort.js'
import { abortedError } from '../errors.js'

/** A slow disk gets so long to put things away; what it does after that, it does on its own. */
const GRACE_MS = 30

/** What `run` comes to; when the signal fires and it does not end soon, rejects with kind `aborted`. */
export function settlePromptly<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  const running = run()
  if (!signal) return running
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stopListening = onAbort(signal, () => {
      timer = setTimeout(() => reject(abortedError(signal.reason)), GRACE_MS)
    })
    const end = () => {
      stopListening()
      clearTimeout(timer)
    }
    running.finally(end).then(resolve, reject)
  })
}
