// Operations that may take minutes: their reply begins with white space, so that nobody on the way gives the
// connection up. What comes then, an error too, comes in a document of a 200, as COS does it.
import type { CompiledOperation, Output } from '@coset/protocol'
import type { Exchange } from './exchange.js'
import { respond, SERVER } from './respond.js'

export async function respondSlowly(
  exchange: Exchange,
  operation: CompiledOperation,
  work: Promise<Output>,
  everyMs: number,
): Promise<void> {
  const waiting = keepAlive(exchange, everyMs)
  try {
    await respond(exchange, operation, await work)
  } finally {
    waiting.end()
  }
}

interface Waiting {
  end(): void
}

function keepAlive(exchange: Exchange, everyMs: number): Waiting {
  const { response, id } = exchange
  let again: NodeJS.Timeout | undefined
  const first = setTimeout(() => {
    if (response.headersSent || response.destroyed) return
    const headers = ['Content-Type', 'application/xml', 'Server', SERVER, 'x-cos-request-id', id]
    response.writeHead(200, [...headers, ...exchange.commonHeaders()])
    response.write(' ')
    exchange.isKeptAlive = true
    again = setInterval(() => {
      if (!response.destroyed) response.write(' ')
    }, everyMs)
  }, everyMs)
  return {
    end() {
      clearTimeout(first)
      clearInterval(again)
    },
  }
}
