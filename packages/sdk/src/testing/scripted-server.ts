// A real HTTP server that answers as a test tells it to, and records what it was sent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { CosClient, type CosClientOptions, nodePlatform, type Platform } from '../index.js'

export interface Recorded {
  readonly method: string
  /** The request target, byte for byte. */
  readonly url: string
  /** By lower-case name; each character is one byte. */
  readonly headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

export type Step = (response: ServerResponse, recorded: Recorded, request: IncomingMessage) => unknown

export interface ScriptedServer {
  readonly host: string
  readonly port: number
  readonly requests: Recorded[]
  /** Sockets that are open now. */
  readonly sockets: Set<Socket>
  /** How many connections were ever made. */
  connections(): number
  /** Answers the next requests in turn; the last step also all that follow. */
  script(...steps: Step[]): void
  close(): Promise<void>
}

/** A step that runs before the request's body has been read. */
export function early(step: Step): Step {
  return Object.assign(step, { early: true })
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: Recorded[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let steps: Step[] = []
  const server = createServer(async (request, response) => {
    const recorded: Recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers as Recorded['headers'],
      body: Buffer.alloc(0),
    }
    requests.push(recorded)
    const step = (steps.length > 1 ? steps.shift() : steps[0]) ?? reply(500)
    if (!('early' in step)) recorded.body = await readBody(request)
    await step(response, recorded, request)
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    port,
    requests,
    sockets,
    connections: () => connections,
    script: (...next) => {
      steps = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    // The client went away; what came is recorded.
  }
  return Buffer.concat(chunks)
}

export type Headers = Record<string, string | number>

export function reply(status: number, headers: Headers = {}, body: string | Uint8Array = ''): Step {
  return (response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

export function xml(status: number, content: string, headers: Headers = {}): Step {
  return reply(status, { 'content-type': 'application/xml', ...headers }, `<?xml version="1.0"?>${content}`)
}

export function errorXml(
  status: number,
  code: string,
  message = 'Something.',
  { elements = '', headers = {} }: { readonly elements?: string; readonly headers?: Headers } = {},
): Step {
  const fields = `<Code>${code}</Code><Message>${message}</Message>${elements}<Resource>h/k</Resource>`
  return xml(status, `<Error>${fields}<RequestId>rid</RequestId><TraceId>tid</TraceId></Error>`, headers)
}

/** Breaks the connection without an answer. */
export const reset: Step = (response) => response.socket?.resetAndDestroy()

export const BUCKET = 'examplebucket-1250000000'
export const SECRET_ID = 'AKIDEXAMPLE0123456789abcdefghijklmn'
export const SECRET_KEY = 'SecretKeyExample0123456789abcdef'

export interface FakeTime {
  readonly platform: Platform
  /** The pauses that were asked for, in milliseconds. */
  readonly pauses: number[]
  nowMs: number
}

/** Pauses take no time; chance always gives its highest. */
export function fakeTime(nowMs = 1_700_000_000_000): FakeTime {
  const time: FakeTime = {
    pauses: [],
    nowMs,
    platform: {
      ...nodePlatform,
      now: () => time.nowMs,
      random: () => 0.999_999,
      sleep: async (ms) => void time.pauses.push(ms),
    },
  }
  return time
}

export function clientOf(
  server: ScriptedServer,
  options: CosClientOptions = {},
  time = fakeTime(),
): CosClient {
  const own = { Endpoint: server.host, Scheme: 'http', SecretId: SECRET_ID, SecretKey: SECRET_KEY } as const
  return new CosClient({ ...own, ...options }, time.platform)
}
