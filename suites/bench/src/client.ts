// The load generator: raw sockets and ready-made requests, so that the server is what gets measured.
import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  /** Ends after so long, or when requests run out. */
  readonly durationMs: number
  /** The bytes of the next request; undefined ends the connection. */
  next(): readonly Uint8Array[] | undefined
}

export interface LoadResult {
  readonly requests: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly seconds: number
  readonly errors: number
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[]
}

const HEAD_END = Buffer.from('\r\n\r\n')

export async function load(options: LoadOptions): Promise<LoadResult> {
  const state = { requests: 0, bytesIn: 0, bytesOut: 0, errors: 0, latencies: [] as number[] }
  const start = performance.now()
  const end = start + options.durationMs
  await Promise.all(Array.from({ length: options.connections }, () => drive(options, end, state)))
  const seconds = (performance.now() - start) / 1000
  return { ...state, seconds, latencies: state.latencies.sort((a, b) => a - b) }
}

export function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}

interface State {
  requests: number
  bytesIn: number
  bytesOut: number
  errors: number
  readonly latencies: number[]
}

function drive({ port, next }: LoadOptions, end: number, state: State): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const reply = new Reply()
    let sentAt = 0
    const send = () => {
      const request = performance.now() < end ? next() : undefined
      if (!request) {
        socket.destroy()
        resolve()
        return
      }
      sentAt = performance.now()
      write(socket, request, state)
    }
    socket.on('connect', send)
    socket.on('data', (chunk) => {
      state.bytesIn += chunk.length
      if (!reply.take(chunk)) return
      state.requests++
      if (reply.status >= 300) state.errors++
      state.latencies.push(performance.now() - sentAt)
      reply.reset()
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

function write(socket: Socket, request: readonly Uint8Array[], state: State): void {
  if (request.length > 1) socket.cork()
  for (const part of request) {
    socket.write(part)
    state.bytesOut += part.length
  }
  if (request.length > 1) socket.uncork()
}

/** Counts a reply's bytes until it is whole; understands Content-Length and chunked bodies well enough to end. */
class Reply {
  status = 0
  #head: Buffer | undefined = Buffer.alloc(0)
  #left = 0
  #chunkedTail: Buffer | undefined

  reset(): void {
    this.status = 0
    this.#head = Buffer.alloc(0)
    this.#left = 0
    this.#chunkedTail = undefined
  }

  /** Whether the reply is whole now. */
  take(chunk: Buffer): boolean {
    if (!this.#head) return this.#body(chunk)
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const at = head.indexOf(HEAD_END)
    if (at < 0) {
      this.#head = head
      return false
    }
    this.#head = undefined
    const text = head.toString('latin1', 0, at).toLowerCase()
    this.status = Number(text.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/.exec(text)?.[1]
    if (length === undefined && text.includes('\r\ntransfer-encoding: chunked'))
      this.#chunkedTail = Buffer.alloc(0)
    this.#left = Number(length ?? 0)
    return this.#body(head.subarray(at + HEAD_END.length))
  }

  #body(chunk: Buffer): boolean {
    if (this.#chunkedTail) {
      this.#chunkedTail = Buffer.concat([this.#chunkedTail, chunk]).subarray(-7)
      return this.#chunkedTail.toString('latin1').endsWith('0\r\n\r\n')
    }
    this.#left -= chunk.length
    return this.#left <= 0
  }
}
