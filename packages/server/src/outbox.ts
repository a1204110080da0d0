// Small replies leave together, at the end of the event loop's turn. Each write wakes the client, and waking a
// sleeping one costs more than the rest of the write: in one burst only the first has to. A request alone waits for
// nothing but the end of its own turn.
import type { ServerResponse } from 'node:http'

interface Waiting {
  readonly response: ServerResponse
  readonly bytes: Uint8Array | undefined
}

let waiting: Waiting[] = []

/** Ends a reply whose head is written. */
export function endSoon(response: ServerResponse, bytes?: Uint8Array): void {
  if (waiting.length === 0) setImmediate(flush)
  waiting.push({ response, bytes })
}

function flush(): void {
  const ready = waiting
  waiting = []
  for (const { response, bytes } of ready) response.end(bytes)
}
