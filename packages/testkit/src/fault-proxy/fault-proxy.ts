// A proxy between a client and a server that does to each request and reply what a plan says.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { act } from './acts.js'
import { Exchange } from './exchange.js'
import { type FaultPlan, PASS, type ProxiedRequest, type ProxyFault } from './faults.js'
import { RangeMemory } from './range-memory.js'
import { describeRequest } from './request.js'

/** One request that came to the proxy. */
export interface ProxyRecord extends ProxiedRequest {
  readonly fault: ProxyFault
  /** How often the server did what was asked and gave a reply, whether or not the client heard it. */
  readonly served: number
  /** Whether the client got a whole reply, or what looks like one. */
  readonly answered: boolean
  /** Whether it is over, one way or the other. */
  readonly ended: boolean
  readonly startedMs: number
}

export interface FaultProxy {
  /** `127.0.0.1:<port>`, for the client's `Endpoint`. */
  readonly endpoint: string
  /** In the order of arrival. */
  readonly records: readonly ProxyRecord[]
  /** What happens to requests from now on. */
  follow(plan: FaultPlan): void
  /** Connections from clients that are open now. */
  connections(): number
  /** Breaks what is still open. */
  close(): Promise<void>
}

/** `server` is `http://host:port`. Without a plan everything passes. */
export async function startFaultProxy(server: string, first: FaultPlan = () => PASS): Promise<FaultProxy> {
  const upstream = new URL(server)
  const records: ProxyRecord[] = []
  const sockets = new Set<Socket>()
  const ranges = new RangeMemory()
  let plan = first
  const proxy = createServer((request, response) => {
    const { record, done } = handle(request, response)
    records.push(record)
    done.catch(() => undefined)
  })

  function handle(request: IncomingMessage, response: ServerResponse) {
    const exchange = new Exchange(request, response, upstream)
    const described = describeRequest(request, records.length + 1)
    const fault = plan(described)
    const record: ProxyRecord = {
      ...described,
      fault,
      startedMs: Date.now(),
      get served() {
        return exchange.served
      },
      get answered() {
        return exchange.answered
      },
      get ended() {
        return exchange.gone.aborted
      },
    }
    // Whatever went wrong, the client gets to see it as a broken connection.
    const done = act(exchange, fault, ranges).catch(() => {
      if (!exchange.answered) exchange.reset()
    })
    return { record, done }
  }

  proxy.on('connection', (socket) => {
    sockets.add(socket)
    // A reset by the client is part of the game.
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    records,
    follow(next) {
      plan = next
    },
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      }),
  }
}
