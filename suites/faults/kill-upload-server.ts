// The real server in this process, and what it was asked to do: not what a client says it did.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { startServer, type TestServer } from '@coset/server/testing'

export interface Exchange {
  readonly method: string
  readonly partNumber: number | undefined
  readonly isCompletion: boolean
  /** Undefined until the whole reply was handed to the system. */
  status: number | undefined
}

export interface ObservedServer {
  readonly server: TestServer
  /** Every request since the last call of `forget`. */
  exchanges(): readonly Exchange[]
  /** Bytes that came in since then, heads and all. */
  received(): number
  forget(): void
  /** Called at the head of each request. */
  onRequest: (exchange: Exchange) => void
  stop(): Promise<void>
}

interface Started {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
}

export async function startObservedServer(): Promise<ObservedServer> {
  const server = await startServer({ storage: 'local' })
  const sockets = new Map<Socket, number>()
  let exchanges: Exchange[] = []
  const listen = (message: unknown) => {
    const { request, response, socket } = message as Started
    if (!sockets.has(socket)) sockets.set(socket, 0)
    const query = new URL(request.url ?? '/', server.url).searchParams
    const part = query.get('partNumber')
    const exchange: Exchange = {
      method: request.method ?? '',
      partNumber: part === null ? undefined : Number(part),
      isCompletion: request.method === 'POST' && query.has('uploadId'),
      status: undefined,
    }
    exchanges.push(exchange)
    response.on('finish', () => {
      exchange.status = response.statusCode
    })
    observed.onRequest(exchange)
  }
  subscribe('http.server.request.start', listen)
  const observed: ObservedServer = {
    server,
    exchanges: () => exchanges,
    received: () => [...sockets].reduce((bytes, [socket, before]) => bytes + socket.bytesRead - before, 0),
    forget() {
      exchanges = []
      for (const socket of sockets.keys()) {
        if (socket.destroyed) sockets.delete(socket)
        else sockets.set(socket, socket.bytesRead)
      }
    },
    onRequest: () => undefined,
    async stop() {
      unsubscribe('http.server.request.start', listen)
      await server.stop()
    },
  }
  return observed
}
