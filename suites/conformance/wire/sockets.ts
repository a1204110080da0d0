// Requests written byte by byte on a socket, and replies read as they come.
import { connect, type Socket } from 'node:net'
import type { TestServer } from '@coset/server/testing'
import { type RawRequest, type Reply, replyOf, type SignOptions, signature } from '../raw.js'

export class RawConnection {
  readonly #socket: Socket
  #bytes: Buffer = Buffer.alloc(0)
  #closed = false
  readonly #waiting = new Set<() => void>()

  private constructor(socket: Socket) {
    this.#socket = socket
    const wake = () => {
      for (const resume of [...this.#waiting]) resume()
    }
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      wake()
    })
    const close = () => {
      this.#closed = true
      wake()
    }
    socket.on('end', close)
    socket.on('close', close)
    // A connection that is reset is one that is closed.
    socket.on('error', close)
  }

  static open(endpoint: string): Promise<RawConnection> {
    const [host = '', port = ''] = endpoint.split(':')
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port: Number(port), noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new RawConnection(socket)))
    })
  }

  write(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Says that nothing more will be sent. */
  finish(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** What has come and not been read as a reply. */
  get pending(): string {
    return this.#bytes.toString('latin1')
  }

  /** Waits until nothing more can come; false when that takes too long. */
  async closed(timeoutMs = 5000): Promise<boolean> {
    return this.#until(() => this.#closed, timeoutMs)
  }

  /** The next reply, or undefined when the connection ends without one. */
  async reply(method = 'GET', timeoutMs = 5000): Promise<Reply | undefined> {
    let parsed: Parsed | undefined
    await this.#until(() => {
      parsed = parseReply(this.#bytes, method, this.#closed)
      return parsed !== undefined || this.#closed
    }, timeoutMs)
    if (!parsed) return undefined
    this.#bytes = this.#bytes.subarray(parsed.length)
    return parsed.reply
  }

  async #until(done: () => boolean, timeoutMs: number): Promise<boolean> {
    const end = Date.now() + timeoutMs
    while (!done()) {
      const left = end - Date.now()
      if (left <= 0) return false
      await new Promise<void>((resolve) => {
        const resume = () => {
          clearTimeout(timer)
          this.#waiting.delete(resume)
          resolve()
        }
        const timer = setTimeout(resume, left)
        this.#waiting.add(resume)
      })
    }
    return true
  }
}

interface Parsed {
  readonly reply: Reply
  readonly length: number
}

function parseReply(bytes: Buffer, method: string, closed: boolean): Parsed | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(first.split(' ')[1])
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const headers: Record<string, string> = {}
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers[rawHeaders[at]?.toLowerCase() ?? ''] = rawHeaders[at + 1] ?? ''
  const start = end + 4
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const announced = headers['content-length']
  if (!bodiless && announced === undefined && !closed) return undefined
  const length = bodiless ? 0 : Number(announced ?? bytes.length - start)
  if (bytes.length < start + length) return undefined
  const body = bytes.subarray(start, start + length)
  return { reply: replyOf(status, headers, rawHeaders, body), length: start + length }
}

/** The head of a signed request as text, its host signed. Headers come in the order they are given. */
export function signedHead(
  server: TestServer,
  { method = 'GET', target = '/', headers = {} }: RawRequest,
  sign: SignOptions = {},
): string {
  const authorization = signature(server, method, target, { signed: { host: server.endpoint }, ...sign })
  const lines = Object.entries({ host: server.endpoint, authorization, ...headers })
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
