// Replies on their way out.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ReadContent } from '@coset/core'
import type { Fault } from '@coset/model'
import { type CompiledOperation, type Dialect, encodeResponse, type Output } from '@coset/protocol'
import type { Exchange } from './exchange.js'
import { endSoon } from './outbox.js'
import { hasBody } from './request-body.js'
import { newTraceId } from './request-id.js'

export const SERVER = 'tencent-cos'
/** An unread body up to this size is read and dropped, so that the connection can stay open. */
const DROPPED_BYTES_MAX = 256 * 1024
/** How long a client with more to send may go on before the connection is closed on it. */
const LINGER_MS = 2000

type StreamedContent = Extract<ReadContent, { readonly kind: 'stream' }>

/** A promise only for what is streamed. */
export function respond(
  exchange: Exchange,
  compiled: CompiledOperation,
  output: Output,
): Promise<void> | undefined {
  const { response } = exchange
  const { status, headers, document } = encodeResponse(compiled, output)
  const content =
    compiled.output.stream === undefined ? undefined : (output[compiled.output.stream] as ReadContent)
  headers.push('Server', SERVER, 'x-cos-request-id', exchange.id, ...exchange.commonHeaders())
  if (document !== undefined) {
    // Kept alive so far: the head is gone.
    if (response.headersSent) {
      endSoon(response, behindSpace(document))
      return undefined
    }
    const bytes = Buffer.from(document)
    headers.push('Content-Type', 'application/xml', 'Content-Length', String(bytes.length))
    endSoon(response.writeHead(status, headers), bytes)
    return undefined
  }
  if (content === undefined) {
    if (status !== 204 && !headers.includes('Content-Length')) headers.push('Content-Length', '0')
    endSoon(response.writeHead(status, headers))
    return undefined
  }
  if (content.kind === 'stream') {
    return sendStream(exchange, content, () => response.writeHead(status, headers))
  }
  endSoon(response.writeHead(status, headers), content.bytes)
  return undefined
}

/**
 * Without its XML declaration, which may stand only at the very beginning: behind white space strict parsers, as that of
 * the official Python SDK, take the rest alone for a document.
 */
function behindSpace(document: string): Buffer {
  return Buffer.from(document.replace(/^<\?xml[^>]*\?>\s*/, ''))
}

/**
 * The head waits for the first bytes, so that content which can't be read from its beginning is an error document. A
 * stream that fails later cuts the connection: the client sees fewer bytes than it was promised.
 */
async function sendStream(
  exchange: Exchange,
  { stream, lent }: StreamedContent,
  writeHead: () => void,
): Promise<void> {
  const { response } = exchange
  try {
    for await (const chunk of stream) {
      if (!response.headersSent) writeHead()
      if (lent) await written(exchange, chunk)
      else if (!response.write(chunk)) await once(response, 'drain', { signal: exchange.signal })
    }
    if (!response.headersSent) writeHead()
    response.end()
  } catch (error) {
    if (!exchange.signal.aborted) throw error
    response.destroy()
  }
}

/** Resolves once the system has the bytes, and their memory may serve again; rejects when the connection is gone. */
function written({ response, signal }: Exchange, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    response.write(chunk, (error) => {
      // The client is no failure of ours: its leaving is told by the signal, as soon as the connection is closed.
      if (error) {
        response.destroy()
        return
      }
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}

/** Writes the error document, also into a 200 that was kept alive; or cuts the connection when the reply has begun already. */
export function respondFault(exchange: Exchange, dialect: Dialect, fault: Fault, resource: string): void {
  const { response, request } = exchange
  const traceId = newTraceId()
  if (response.headersSent) {
    if (exchange.isKeptAlive) {
      const document = dialect.writeFault(fault, { resource, requestId: exchange.id, traceId })
      endSoon(response, behindSpace(document))
    } else response.destroy()
    return
  }
  const headers = dialect.faultHeaders(fault)
  headers.push('Server', SERVER, 'x-cos-request-id', exchange.id, 'x-cos-trace-id', traceId)
  headers.push(...exchange.commonHeaders())
  if (fault.status === 503) headers.push('Retry-After', '1')
  exchange.stopReading?.()
  const unread = unreadBody(exchange)
  if (unread === 'large') headers.push('Connection', 'close')
  if (fault.status === 304) {
    response.writeHead(304, [...headers, 'Content-Type', fault.detail.contentType ?? 'application/xml']).end()
    return
  }
  const document = dialect.writeFault(fault, { resource, requestId: exchange.id, traceId })
  const bytes = request.method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(document)
  headers.push('Content-Type', 'application/xml', 'Content-Length', String(bytes.length))
  response.writeHead(fault.status, headers)
  if (unread !== 'large') {
    // A body that was begun and given up stands still, and the connection with it.
    if (exchange.stopReading) request.resume()
    endSoon(response, bytes)
    return
  }
  response.write(bytes)
  linger(exchange)
}

/** What of the request's body is still to come: nothing, little enough to drop, or more. */
function unreadBody({ request, expectsContinue, response }: Exchange): 'none' | 'small' | 'large' {
  if (request.complete || !hasBody(request)) return 'none'
  // A client that still waits for 100 Continue may send its body or not: only a new connection is clear.
  if (expectsContinue && !request.readableFlowing) return 'large'
  const announced = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  return announced <= DROPPED_BYTES_MAX && !response.destroyed ? 'small' : 'large'
}

/**
 * Many clients read the reply only after they have sent everything, and closing under them would lose it: the rest
 * is dropped for a while before the end.
 */
function linger({ request, response }: Exchange): void {
  const end = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(end, LINGER_MS)
  timer.unref()
  request.once('end', end)
  request.once('close', end)
  request.resume()
}

export function bareResponse(response: ServerResponse, status: number, text: string): void {
  const bytes = Buffer.from(text)
  response.writeHead(status, [
    'Server',
    SERVER,
    'Content-Type',
    'application/json',
    'Content-Length',
    String(bytes.length),
    'Cache-Control',
    'no-store',
  ])
  response.end(bytes)
}
