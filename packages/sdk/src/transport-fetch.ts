// The transport of browsers: `fetch`, with timeouts, aborts that settle at once, and errors that say more than its own.
import { onAbort } from './abort.js'
import { abortedError, CosClientError } from './errors.js'
import { headerFromWire } from './header-text.js'
import { FetchReply } from './reply-fetch.js'
import { requestHeaders, requestUrl, sendableBody } from './request-fetch.js'
import { Slots } from './slots.js'
import type { Transport, TransportOptions, TransportReply, TransportRequest } from './transport.js'

/** What browsers open to one host; more would wait where our timeouts already count. */
const REQUESTS_MAX = 6
/** Bytes a second that the slowest upload has: `fetch` does not tell how far a body is. */
const UPLOAD_RATE_MIN = 16 * 1024

export function createFetchTransport(options: TransportOptions): Transport {
  const slots = new Slots(Math.min(options.socketsMax, REQUESTS_MAX))
  const exchanges = new Set<Exchange>()
  let closed = false
  return {
    takesWhole: true,
    async send(request) {
      if (closed) throw closedError()
      if (request.signal?.aborted) throw abortedError(request.signal.reason, false)
      const exchange = new Exchange(request, options, () => exchanges.delete(exchange))
      exchanges.add(exchange)
      return exchange.start(slots)
    },
    async close() {
      closed = true
      for (const exchange of [...exchanges]) exchange.fail(closedError())
    },
  }
}

function closedError(): CosClientError {
  return new CosClientError('aborted', 'The client was closed.', { cause: new Error('close() was called') })
}

/** One request and its reply, until its last byte was read or it is given up. */
export class Exchange {
  readonly #request: TransportRequest
  readonly #options: TransportOptions
  readonly #onEnd: () => void
  readonly #controller = new AbortController()
  readonly #stopListening: () => void
  #sent = false
  #ended = false
  #failure: CosClientError | undefined
  #interrupt: ((error: CosClientError) => void) | undefined

  constructor(request: TransportRequest, options: TransportOptions, onEnd: () => void) {
    this.#request = request
    this.#options = options
    this.#onEnd = onEnd
    const { signal } = request
    this.#stopListening = onAbort(signal, () => this.fail(abortedError(signal?.reason, this.#sent)))
  }

  async start(slots: Slots): Promise<TransportReply> {
    const turn = slots.take()
    try {
      await this.wait(turn)
      return await this.#send()
    } catch (cause) {
      this.end()
      throw this.#failure ?? toError(cause, this.#request.origin)
    } finally {
      turn.then((release) => release())
    }
  }

  /** Gives the exchange up: whoever waits for it is told at once. */
  fail(error: CosClientError): void {
    if (this.#ended) return
    this.#failure = error
    this.#interrupt?.(error)
    this.#controller.abort()
    this.end()
  }

  /** Nothing is under way any more. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#stopListening()
    this.#onEnd()
  }

  /** Rejects at once when the exchange is given up, and with kind `timeout` after `timeoutMs`. */
  wait<T>(pending: Promise<T>, timeoutMs?: number): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure)
      this.#interrupt = reject
      const timer = timeoutMs && setTimeout(() => this.fail(this.#timeoutError(timeoutMs)), timeoutMs)
      pending.then(resolve, reject).finally(() => {
        clearTimeout(timer)
        this.#interrupt = undefined
      })
    })
  }

  async #send(): Promise<TransportReply> {
    const { method, origin } = this.#request
    const { connectTimeoutMs, idleTimeoutMs } = this.#options
    const url = requestUrl(this.#request)
    const body = await this.wait(sendableBody(this.#request.body))
    const bytes = body instanceof Blob ? body.size : (body?.byteLength ?? 0)
    const timeoutMs = connectTimeoutMs + idleTimeoutMs + Math.ceil((bytes / UPLOAD_RATE_MIN) * 1000)
    this.#sent = true
    const init = {
      method,
      headers: requestHeaders(this.#request.headers),
      body: (body as Uint8Array<ArrayBuffer> | Blob | undefined) ?? null,
      signal: this.#controller.signal,
      // What a cache or a session adds would be no reply to this request.
      cache: 'no-store' as const,
      credentials: 'omit' as const,
      redirect: 'manual' as const,
    }
    const response = await this.wait(
      fetch(url, init).catch(async (cause: unknown) => {
        if (body instanceof Blob) await assertReadable(body)
        throw cause
      }),
      timeoutMs,
    )
    if (response.type === 'opaqueredirect') throw redirectError(origin)
    return this.#reply(response)
  }

  #reply(response: Response): TransportReply {
    const headers: Record<string, string> = {}
    response.headers.forEach((value, name) => {
      if (name !== '__proto__') headers[name] = headerFromWire(value)
    })
    const decoded = /\b(?:gzip|deflate|br|zstd|compress)\b/i.test(headers['content-encoding'] ?? '')
    const length = decoded ? undefined : headers['content-length']
    const body = new FetchReply(this, {
      stream: response.body,
      length: length === undefined || this.#request.method === 'HEAD' ? undefined : Number(length),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      origin: this.#request.origin,
    })
    return { status: response.status, headers, body, decoded }
  }

  #timeoutError(timeoutMs: number): CosClientError {
    const message = `${this.#request.origin} did not move for ${timeoutMs} milliseconds.`
    return new CosClientError('timeout', message, { requestSent: true })
  }
}

/** A file that was changed, or is gone, fails the request as the network does. */
async function assertReadable(blob: Blob): Promise<void> {
  await blob
    .slice(0, 1)
    .arrayBuffer()
    .catch((cause: unknown) => {
      const message = 'The file changed since it was chosen, or can not be read any more: choose it again.'
      throw new CosClientError('changed', message, { cause, requestSent: true })
    })
}

function redirectError(origin: string): CosClientError {
  const message = `${origin} answered with a redirect, which browsers do not show; give the endpoint it leads to.`
  return new CosClientError('body', message, { requestSent: true })
}

/** Browsers tell a page nothing of why: not even whether a server answered. */
function toError(cause: unknown, origin: string): CosClientError {
  if (cause instanceof CosClientError) return cause
  return new CosClientError('network', `The request to ${origin} failed. ${hint(origin)}`, {
    cause,
    requestSent: true,
  })
}

function hint(origin: string): string {
  const page = typeof location === 'undefined' ? undefined : location
  if (!page) return 'Is the network there?'
  if (page.protocol === 'https:' && origin.startsWith('http:')) {
    return 'A page of https may not ask a server of http: set Scheme to https.'
  }
  if (page.origin === origin) return 'Is the network there?'
  return `Browsers do not tell why: the network may be away, or no cross-origin (CORS) rule of the bucket allows the origin ${page.origin} this method and these headers. See putBucketCors.`
}
