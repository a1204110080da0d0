// What servers of this process are asked for, and how much goes each way: seen from Node's HTTP, not told by anyone.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const CHANNEL = 'http.server.request.start'

export interface ServerTraffic {
  /** In the order they came. */
  readonly requests: IncomingMessage[]
  /** Of each request, what it was answered with, or is going to be. */
  readonly responses: ServerResponse[]
  /** Called with each request as its head arrives. */
  onRequest: (request: IncomingMessage) => void
  /** Bytes that servers gave to their sockets, heads included. */
  sent(): number
  /** Bytes that came in, heads included. */
  received(): number
  /** Begins to count anew. */
  reset(): void
  stop(): void
}

interface Started {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
}

export function watchTraffic(): ServerTraffic {
  const requests: IncomingMessage[] = []
  const responses: ServerResponse[] = []
  /** What each socket had moved when the count began. */
  const sockets = new Map<Socket, { readonly sent: number; readonly received: number }>()
  const onRequest = (message: unknown) => {
    const { request, response, socket } = message as Started
    requests.push(request)
    responses.push(response)
    if (!sockets.has(socket)) sockets.set(socket, { sent: 0, received: 0 })
    traffic.onRequest(request)
  }
  const total = (
    of: (socket: Socket, before: { readonly sent: number; readonly received: number }) => number,
  ) => [...sockets].reduce((sum, [socket, before]) => sum + of(socket, before), 0)
  subscribe(CHANNEL, onRequest)
  const traffic: ServerTraffic = {
    requests,
    responses,
    onRequest: () => undefined,
    sent: () => total((socket, { sent }) => socket.bytesWritten - sent),
    received: () => total((socket, { received }) => socket.bytesRead - received),
    reset() {
      requests.length = 0
      responses.length = 0
      for (const socket of sockets.keys()) {
        if (socket.destroyed) sockets.delete(socket)
        else sockets.set(socket, { sent: socket.bytesWritten, received: socket.bytesRead })
      }
    },
    stop: () => unsubscribe(CHANNEL, onRequest),
  }
  return traffic
}
