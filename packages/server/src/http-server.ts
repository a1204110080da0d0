// The socket side: limits, timeouts, requests too broken for the corridor, and an orderly stop.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Fault, LIMITS } from '@coset/model'
import { cosDialect } from '@coset/protocol'
import type { Health } from './health.js'
import type { Listener } from './listener.js'
import { newTraceId, nextRequestId } from './request-id.js'

const HEADERS_MS = 30_000

export interface HttpOptions {
  readonly listener: Listener
  readonly health: Health
  readonly idleMs: number
}

export function createHttpServer({ listener, health, idleMs }: HttpOptions): Server {
  const server = createServer({
    maxHeaderSize: LIMITS.headBytesMax,
    // Between requests the same timeout counts as within them. It is longer than clients keep idle connections, so
    // that they close them and not we under their next request; and one timer a connection is enough.
    keepAliveTimeout: 0,
    headersTimeout: HEADERS_MS,
    // An upload may take hours; what may not is a connection without a byte, which `timeout` ends.
    requestTimeout: 0,
    // The corridor refuses it instead, with a document.
    requireHostHeader: false,
    noDelay: true,
  })
  // Past so many headers Node would drop the rest without a word; their bytes are limited anyway.
  server.maxHeadersCount = 0
  const newestReplies: Replies = new WeakMap()
  const receive = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    newestReplies.set(request.socket, response)
    if (!health.answer(request, response)) void listener(request, response, expectsContinue)
  }
  server.on('request', (request, response) => receive(request, response, false))
  server.on('checkContinue', (request, response) => receive(request, response, true))
  // Expectations that are not known may be passed over (RFC 9110, 10.1.1).
  server.on('checkExpectation', (request, response) => receive(request, response, false))
  server.on('clientError', (error, socket) => refuse(error, socket as Socket, newestReplies))
  server.setTimeout(idleMs)
  return server
}

/** The newest reply of each connection. */
type Replies = WeakMap<Socket, ServerResponse>

/** A head or chunk that is no HTTP still gets an error document, as far as the socket takes one. */
function refuse(error: Error & { readonly code?: string }, socket: Socket, newestReplies: Replies): void {
  const reply = newestReplies.get(socket)
  const pending = reply !== undefined && !reply.writableFinished && !reply.destroyed
  if (pending && reply.req.complete && socket.writable) {
    // The bytes that are wrong stand behind a whole request, which gets its reply first.
    reply.shouldKeepAlive = false
    reply.once('close', () => socket.destroySoon())
    return
  }
  if (!socket.writable || error.code === 'ECONNRESET' || (pending && reply.headersSent)) {
    socket.destroy()
    return
  }
  const fault = clientFault(error.code)
  const requestId = nextRequestId()
  const traceId = newTraceId()
  const document = cosDialect.writeFault(fault, { resource: '', requestId, traceId })
  const head = [
    `HTTP/1.1 ${fault.status} ${fault.code}`,
    'Server: tencent-cos',
    `x-cos-request-id: ${requestId}`,
    `x-cos-trace-id: ${traceId}`,
    'Content-Type: application/xml',
    `Content-Length: ${Buffer.byteLength(document)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${document}`)
}

function clientFault(code: string | undefined): Fault {
  if (code === 'HPE_HEADER_OVERFLOW') return new Fault('RequestHeaderFieldsTooLarge')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Fault('RequestTimeout')
  if (code === 'HPE_INVALID_EOF_STATE') return new Fault('IncompleteBody')
  return new Fault('BadRequest')
}

/** Stops listening and waits for requests under way, at most `drainMs`; then `abandon` and cut what is left. */
export async function drain(server: Server, drainMs: number, abandon: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const timer = setTimeout(() => {
    abandon()
    server.closeAllConnections()
  }, drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
