// One request on its way through the proxy, and its reply.
import { type ClientRequest, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type BodyChange, type Bytes, unchanged } from './bodies.js'

/** What belongs to one connection and not to the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** How long a stalled request is not read from. */
const UNREAD_MS = 500

export interface Reply {
  readonly status: number
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Bytes
  /** Bytes of the body; undefined for one in chunks. */
  readonly length: number | undefined
}

export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #server: URL
  readonly #gone = new AbortController()
  readonly #sent = new Set<ClientRequest>()
  /** How often the server gave a reply, whether or not anybody heard it. */
  served = 0
  /** Whether the client got a whole reply, or what looks like one. */
  answered = false

  constructor(request: IncomingMessage, response: ServerResponse, server: URL) {
    this.request = request
    this.response = response
    this.#server = server
    response.once('finish', () => {
      this.answered = true
    })
    response.once('close', () => this.#end())
  }

  /** Fires when the client is gone, or has its reply. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Bytes of the request's body; undefined for one in chunks. */
  get requestLength(): number | undefined {
    return lengthOf(this.request)
  }

  /** Passes the request on, with its own body or another one; resolves at the reply's head. */
  forward(change: BodyChange = unchanged, body: Bytes = this.request): Promise<Reply> {
    const { method, url, rawHeaders } = this.request
    const { hostname, port } = this.#server
    const hasChunks = this.request.headers['transfer-encoding'] !== undefined
    const headers = [...endToEnd(rawHeaders), 'Connection', 'close']
    if (hasChunks) headers.push('Transfer-Encoding', 'chunked')
    return new Promise((resolve, reject) => {
      // A connection of its own for each: none is stale, and each can break without harm to the others.
      const sent = send({ hostname, port, method, path: url, headers, agent: false, setHost: false })
      this.#sent.add(sent)
      sent.on('error', reject)
      sent.on('response', (reply) => {
        this.served++
        resolve(replyOf(reply))
      })
      pipeline(body, change, sent).catch(reject)
    })
  }

  /** Breaks the connections to the server. */
  breakOff(): void {
    for (const sent of this.#sent) sent.destroy()
  }

  async answer(reply: Reply, change: BodyChange = unchanged): Promise<void> {
    this.start(reply)
    await pipeline(reply.body, change, this.response)
  }

  /** Only the head of an answer. */
  start({ status, headers }: Reply): void {
    this.response.writeHead(status, [...headers])
  }

  /** The client's connection breaks. */
  reset(): void {
    const { socket } = this.request
    // Of a connection that is being closed already, Node can not make a reset, and then never tells of its end.
    if (socket.readableEnded || socket.writableEnded) socket.destroy()
    else socket.resetAndDestroy()
  }

  /** Until the client goes away. */
  async stall(): Promise<void> {
    if (this.gone.aborted) return
    // A connection that nobody reads from does not tell that its other side has closed it.
    const reading = setTimeout(() => this.request.resume(), UNREAD_MS)
    await new Promise((resolve) => this.gone.addEventListener('abort', resolve, { once: true }))
    clearTimeout(reading)
  }

  #end(): void {
    this.breakOff()
    this.#gone.abort()
  }
}

function replyOf(reply: IncomingMessage): Reply {
  return {
    status: reply.statusCode ?? 0,
    headers: endToEnd(reply.rawHeaders),
    body: reply,
    length: lengthOf(reply),
  }
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

function endToEnd(headers: readonly string[]): string[] {
  return withoutHeaders(headers, HOP_BY_HOP)
}

/** Names in lower case. */
export function withoutHeaders(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2)
    if (!names.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}
