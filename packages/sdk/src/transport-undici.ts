// The transport of Node: undici's pools, with a handler of our own for exact headers and instant aborts.
import { lookup as resolveName } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { onAbort } from './abort.js'
import { abortedError, CosClientError } from './errors.js'
import { headerFromWire } from './header-text.js'
import { ReplyQueue } from './reply-queue.js'
import type { Transport, TransportOptions, TransportReply, TransportRequest } from './transport.js'

type Controller = Dispatcher.DispatchController
type HeaderRecord = Readonly<Record<string, string | string[] | undefined>>

export function createUndiciTransport(options: TransportOptions): Transport {
  const { connectTimeoutMs, idleTimeoutMs, socketsMax } = options
  const agent = new Agent({
    connections: socketsMax,
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    connect: { timeout: connectTimeoutMs, lookup },
  })
  let closed = false
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closedError())
        new Exchange(request, resolve, reject).start(agent)
      }),
    async close() {
      closed = true
      await agent.destroy(closedError())
    },
  }
}

function closedError(): CosClientError {
  return new CosClientError('aborted', 'The client was closed.', { cause: new Error('close() was called') })
}

/** Names under `localhost` are the machine itself (RFC 6761), which not every resolver knows. */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
    resolveName(hostname, options, callback)
    return
  }
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  if (options.all) callback(null, addresses)
  else callback(null, '127.0.0.1', 4)
}

/** One request and its reply. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: TransportRequest
  readonly #resolve: (reply: TransportReply) => void
  readonly #reject: (error: unknown) => void
  #controller: Controller | undefined
  #stopListening: (() => void) | undefined
  #queue: ReplyQueue | undefined
  /** Set once the exchange is given up, for undici to learn when it gets around to the request. */
  #failure: CosClientError | undefined

  constructor(
    request: TransportRequest,
    resolve: (reply: TransportReply) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  start(agent: Agent): void {
    const { origin, method, path, headers, body, signal } = this.#request
    if (signal?.aborted) {
      this.#reject(abortedError(signal.reason, false))
      return
    }
    this.#stopListening = onAbort(signal, () => this.#abort())
    // undici takes any async iterable; its declarations name only Node's own streams.
    const sent = body as Dispatcher.DispatchOptions['body']
    // Without `reset: false` a HEAD would cost its connection.
    agent.dispatch(
      { origin, method, path, headers: headers as string[], body: sent ?? null, reset: false },
      this,
    )
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#failure) controller.abort(this.#failure)
  }

  onResponseStart(controller: Controller, status: number, headers: HeaderRecord): void {
    if (status < 200) return
    this.#queue = new ReplyQueue({
      resume: () => controller.resume(),
      cancel: () =>
        this.#stop(new CosClientError('aborted', 'The body was cancelled.', { requestSent: true })),
    })
    this.#resolve({ status, headers: readHeaders(headers), body: this.#queue, decoded: false })
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    if (this.#queue?.push(chunk) === false) controller.pause()
  }

  onResponseEnd(): void {
    this.#release()
    this.#queue?.end()
  }

  onResponseError(_controller: Controller, cause: Error): void {
    this.#release()
    const error = this.#failure ?? transportError(cause, this.#request.origin, this.#controller !== undefined)
    if (this.#queue) this.#queue.fail(error)
    else this.#reject(error)
  }

  #abort(): void {
    const error = abortedError(this.#request.signal?.reason, this.#controller !== undefined)
    this.#reject(error)
    this.#queue?.fail(error, true)
    this.#stop(error)
  }

  #stop(error: CosClientError): void {
    this.#release()
    this.#failure = error
    this.#controller?.abort(error)
  }

  #release(): void {
    this.#stopListening?.()
  }
}

function readHeaders(source: HeaderRecord): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name in source) {
    const value = source[name]
    if (value !== undefined && name !== '__proto__') {
      headers[name] = headerFromWire(typeof value === 'string' ? value : value.join(', '))
    }
  }
  return headers
}

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

function transportError(cause: Error, origin: string, requestSent: boolean): CosClientError {
  if (cause instanceof CosClientError) return cause
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const reason = cause.message === '' ? code : cause.message
  if (code === 'UND_ERR_INVALID_ARG') {
    return new CosClientError('validation', `The request can not be sent: ${reason}.`, { cause })
  }
  const kind = TIMEOUT_CODES.has(code) ? 'timeout' : 'network'
  const what = requestSent ? `The connection to ${origin} failed` : `${origin} could not be reached`
  return new CosClientError(kind, `${what}: ${reason}`, { cause, requestSent })
}
