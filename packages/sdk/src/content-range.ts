// Which bytes of an object a reply brings.
import { GarbledReplyError } from './errors.js'
import type { TransportReply } from './transport.js'

export interface ContentRange {
  readonly first: number
  readonly last: number
}

/** Undefined for a reply that brings all, or does not tell. */
export function contentRange({ status, headers }: TransportReply): ContentRange | undefined {
  const match = status === 206 ? /^bytes (\d{1,16})-(\d{1,16})\//.exec(headers['content-range'] ?? '') : null
  return match ? { first: Number(match[1]), last: Number(match[2]) } : undefined
}

/**
 * Throws where a cache or proxy took one range for another. `asked` is the request's `Range`; of those that count
 * from the end nothing can be told.
 */
export function assertRange(reply: TransportReply, asked: string | undefined): void {
  const range = contentRange(reply)
  const match = /^bytes=(\d{1,16})-(\d{0,16})$/.exec(asked ?? '')
  if (!range || !match) return
  const [, first, last] = match
  // The last byte may be beyond the object's end, where the server then stops earlier.
  if (range.first === Number(first) && (last === '' || range.last <= Number(last))) return
  reply.body.cancel()
  throw new GarbledReplyError(`The server answered with bytes ${range.first}-${range.last} to ${asked}.`)
}
