// Servers in two regions, and one that plays another region as a test tells it to.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CosClient } from '@coset/sdk'
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'

export const NEAR = 'near-1250000000'
export const FAR = 'far-1250000000'
export const FAR_REGION = 'ap-shanghai'

export interface Region {
  readonly server: TestServer
  readonly cos: CosClient
  stop(): Promise<void>
}

export async function startRegion(bucket: string, options: StartOptions = {}): Promise<Region> {
  const server = await startServer({ storage: 'local', ...options })
  const cos = new CosClient({ ...server.clientOptions, Retries: 0 })
  await cos.putBucket({ Bucket: bucket })
  return {
    server,
    cos,
    async stop() {
      await cos.close()
      await server.stop()
    },
  }
}

/** What the near region is told of the far one. */
export function remoteOf({ secretId, secretKey, endpoint }: TestServer) {
  return { secretId, secretKey, endpoint: `http://${endpoint}/{bucket}` }
}

/** A far region that answers as `reply` does. */
export class ScriptedRegion {
  readonly requests: IncomingMessage[] = []
  /** Connections that were given up before their reply was whole. */
  cut = 0
  reply: RequestListener = (_request, response) => void response.end()
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request)
      response.on('close', () => {
        if (!response.writableFinished) this.cut++
      })
      this.reply(request, response)
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
