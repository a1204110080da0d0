// Probes, at paths that no bucket can have: its name would need an APPID. Below a bucket's own host they are keys.
//   GET /health/live    the process answers
//   GET /health/ready   it takes requests, and the store can be read; 503 while it drains
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Store } from '@coset/core'
import { cosDialect } from '@coset/protocol'
import { bareResponse } from './respond.js'

export interface Health {
  /** Whether the request was a probe, and has been answered. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
}

export function createHealth(store: Store, isDraining: () => boolean, domains: readonly string[]): Health {
  const namesBucket = (host: string) => cosDialect.address(host, '/', domains).bucket !== undefined
  return {
    answer(request, response) {
      const { url = '' } = request
      if (!url.startsWith('/health/') || namesBucket(request.headers.host ?? '')) return false
      const path = url.split('?', 1)[0]
      if (path === '/health/live') bareResponse(response, 200, '{"status":"live"}\n')
      else if (path === '/health/ready') void ready(store, isDraining(), response)
      else return false
      return true
    },
  }
}

async function ready(store: Store, draining: boolean, response: ServerResponse): Promise<void> {
  if (draining) {
    bareResponse(response, 503, '{"status":"draining"}\n')
    return
  }
  try {
    await store.metadata.read([new Uint8Array([0])])
    bareResponse(response, 200, '{"status":"ready"}\n')
  } catch {
    bareResponse(response, 503, '{"status":"store unavailable"}\n')
  }
}
