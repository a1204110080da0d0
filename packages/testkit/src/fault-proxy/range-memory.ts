// The last reply to a ranged request of each object, for a proxy that mistakes one for another.
import type { IncomingMessage } from 'node:http'
import { type BodyChange, once } from './bodies.js'
import type { Reply } from './exchange.js'

const REPLY_BYTES_MAX = 8 * 1024 * 1024

interface Remembered {
  readonly range: string
  readonly reply: Reply
  readonly bytes: Buffer
}

export class RangeMemory {
  readonly #replies = new Map<string, Remembered>()

  /** Remembers a reply once all of it has passed. */
  watch(request: IncomingMessage, reply: Reply): BodyChange {
    const { url = '', headers } = request
    const { range } = headers
    const isKept = range !== undefined && reply.status === 206 && (reply.length ?? 0) <= REPLY_BYTES_MAX
    const replies = this.#replies
    return async function* (bytes) {
      const chunks: Buffer[] = []
      for await (const chunk of bytes) {
        if (isKept) chunks.push(chunk)
        yield chunk
      }
      if (isKept) replies.set(url, { range, reply, bytes: Buffer.concat(chunks) })
    }
  }

  otherThan({ url = '', headers }: IncomingMessage): Reply | undefined {
    const found = this.#replies.get(url)
    return found && found.range !== headers.range ? { ...found.reply, body: once(found.bytes) } : undefined
  }
}
