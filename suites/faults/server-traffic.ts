// What servers of this process are asked for, and how much goes each way: seen from Node's HTTP, not told by anyone.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

const CHANNEL = 'http.server.request.start'

export interface ServerTraffic {
  /** In the order they came. */
  readonly requests: IncomingMessage[]
  /** Bytes that servers gave to their sockets, heads included. */
  sent(): number
  /** Bytes that came in, heads included. */
  received(): number
  /** Begins to count anew. */
  reset(): void
  stop(): void
}

export function watchTraffic(): ServerTraffic {
  const requests: IncomingMessage[] = []
  /** What each socket had moved when the count began. */
  const sockets = new Map<Socket, { readonly sent: number; readonly received: number }>()
  const onRequest = (message: unknown) => {
    const { request, socket } = message as { readonly request: IncomingMessage; readonly socket: Socket }
    requests.push(request)
    if (!sockets.has(socket)) sockets.set(socket, { sent: 0, received: 0 })
  }
  const total = (
    of: (socket: Socket, before: { readonly sent: number; readonly received: number }) => number,
  ) => [...sockets].reduce((sum, [socket, before]) => sum + of(socket, before), 0)
  subscribe(CHANNEL, onRequest)
  return {
    requests,
    sent: () => total((socket, { sent }) => socket.bytesWritten - sent),
    received: () => total((socket, { received }) => socket.bytesRead - received),
    reset() {
      requests.length = 0
      for (const socket of sockets.keys()) {
        if (socket.destroyed) sockets.delete(socket)
        else sockets.set(socket, { sent: socket.bytesWritten, received: socket.bytesRead })
      }
    },
    stop: () => unsubscribe(CHANNEL, onRequest),
  }
}
