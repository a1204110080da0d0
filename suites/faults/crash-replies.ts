// The buckets of the crash suite, and replies as its traffic reads them.
import type { SeededRandom } from '@coset/testkit'
import type { CosHttp, CosReply, CosRequest } from './cos-http.js'
import type { Ledger } from './crash-ledger.js'

export const PLAIN = 'plain-1250000000'
export const VERSIONED = 'versioned-1250000000'
export const APPENDED = 'appended-1250000000'

/** What one writer works with. */
export interface Writer {
  readonly http: CosHttp
  readonly ledger: Ledger
  readonly random: SeededRandom
  readonly writer: number
}

export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply'
}

/** Throws unless the status is the one expected, and the body no error in disguise. */
export async function expectReply(http: CosHttp, request: CosRequest, status = 200): Promise<CosReply> {
  const reply = await http.request(request)
  const isError = reply.status === 200 && request.method !== 'GET' && reply.body.includes('<Error>')
  if (reply.status === status && !isError) return reply
  const { method, bucket, key = '' } = request
  throw new UnexpectedReply(`${method} ${bucket}/${key}: ${reply.status} ${reply.body}`)
}

export function header(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
