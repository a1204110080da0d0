// The socket side: limits, timeouts, requests too broken for the corridor, and an orderly stop.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Fault, LIMITS } from '@coset/model'
import { cosDialect } from '@coset/protocol'
import type { Health } from './health.js'
import type { Listener } from './listener.js'
import { newTraceId, nextRequestId } from './request-id.js'

/** Longer than clients keep idle connections, so that they close them and not we under their next request. */
const KEEP_ALIVE_MS = 75_000
const HEADERS_MS = 30_000

export interface HttpOptions {
  readonly listener: Listener
  readonly health: Health
  readonly idleMs: number
}

export function createHttpServer({ listener, health, idleMs }: HttpOptions): Server {
  const server = createServer({
    maxHeaderSize: LIMITS.headBytesMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    // An upload may take hours; what may not is a connection without a byte, which `timeout` ends.
    requestTimeout: 0,
    noDelay: true,
  })
  const receive = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => {
    if (!health.answer(request, response)) void listener(request, response, expectsContinue)
  }
  server.on('request', (request, response) => receive(request, response, false))
  server.on('checkContinue', (request, response) => receive(request, response, true))
  server.on('clientError', refuse)
  server.setTimeout(idleMs)
  return server
}

/** A head or chunk that is no HTTP still gets an error document, as far as the socket takes one. */
function refuse(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0) {
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
