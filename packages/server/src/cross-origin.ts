// What replies tell browsers about pages of other origins: without it they show such a page nothing, not even a failure.
import { type Store, variesByOrigin } from '@coset/core'
import { type Address, compileOperation, type Dialect, encodeResponse, operations } from '@coset/protocol'
import type { Exchange } from './exchange.js'
import { crossOriginReply } from './operations/object-cors.js'

const VARY: readonly string[] = ['Vary', 'Origin']
const NONE: readonly string[] = []

/** Sets the exchange's common headers. A promise only where there are rules to be read: the request has an origin. */
export type CrossOrigin = (exchange: Exchange, address: Address) => Promise<void> | undefined

export function createCrossOrigin(store: Store, dialect: Dialect): CrossOrigin {
  const preflight = compileOperation(operations.optionsObject, dialect.vendorPrefix)

  async function allow(exchange: Exchange, bucket: string, origin: string): Promise<void> {
    const method = exchange.request.method ?? ''
    const reply = await crossOriginReply({ call: exchange, store }, { bucket, origin, method })
    const { headers } = encodeResponse(preflight, reply)
    exchange.commonHeaders = () => headers
  }

  return (exchange, { bucket }) => {
    const { method, headers } = exchange.request
    // A preflight's own handler tells all of it.
    if (bucket === undefined || method === 'OPTIONS') return undefined
    if (headers.origin !== undefined) return allow(exchange, bucket, headers.origin)
    // Asked when the reply is written, as serving the request looks at the bucket anyway.
    exchange.commonHeaders = () => (variesByOrigin(store, bucket) ? VARY : NONE)
    return undefined
  }
}
