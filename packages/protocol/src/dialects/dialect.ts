// What differs between the ways of speaking to a bucket store over HTTP.
import type { Fault } from '@coset/model'

/** Bucket and key as a request's host and path address them. */
export interface Address {
  readonly style: 'host' | 'path'
  readonly bucket: string | undefined
  /** Percent-decoded once; undefined for the bucket itself. */
  readonly key: string | undefined
  /** The decoded path, as signatures cover it. */
  readonly path: string
  /** The region in the host's name; undefined where it has none. */
  readonly region: string | undefined
}

export interface FaultContext {
  /** Host and path of the request, without a scheme. */
  readonly resource: string
  readonly requestId: string
  readonly traceId: string
}

export interface Dialect {
  readonly name: string
  /** What stands before vendor headers. */
  readonly vendorPrefix: string
  /** Query words that select a part of a resource: one that no operation takes is refused, never passed over. */
  readonly reservedQuery: ReadonlySet<string>
  /** Headers that change what a write does: refused where an operation does not take them. */
  readonly reservedHeaders: ReadonlySet<string>
  /** `host` is the Host header, `path` the raw path of the request line. */
  address(host: string, path: string, domains: readonly string[]): Address
  /** The document of a failed request. */
  writeFault(fault: Fault, context: FaultContext): string
  /** What a fault tells in headers, as name, value, name, value. */
  faultHeaders(fault: Fault): string[]
}
