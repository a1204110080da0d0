// What may happen to a request on its way to the server, and to the reply on its way back.

export type ProxyFault =
  | { readonly kind: 'pass' }
  /** The connection breaks before the server sees anything. */
  | { readonly kind: 'resetBefore' }
  /** The server gets that share of the body, then the connections to both sides break. */
  | { readonly kind: 'cutRequest'; readonly share: number }
  /** The server did what it was asked; nobody hears of it. */
  | { readonly kind: 'loseReply' }
  | CutReply
  /** Nothing moves any more, until the client has had enough. */
  | { readonly kind: 'stall'; readonly where: 'request' | 'reply' | 'body' }
  | MadeUpAnswer
  /** A few bytes at a time, for a while. */
  | { readonly kind: 'drip'; readonly way: Way; readonly pauseMs: number }
  /** One bit of the body is another one on arrival. */
  | { readonly kind: 'flip'; readonly way: Way; readonly share: number }
  /** The header with the CRC-64 is wrong, or gone. */
  | { readonly kind: 'sum'; readonly change: 'wrong' | 'missing' }
  /** The server gets the request twice; the client gets the second reply. */
  | { readonly kind: 'twice' }
  /** The reply to an earlier request for another range of the same object, headers and all. Passes if there is none. */
  | { readonly kind: 'otherRange' }

export type Way = 'request' | 'reply'

export interface CutReply {
  readonly kind: 'cutReply'
  /** Of the body's bytes, from 0 up to, not including, 1. */
  readonly share: number
  /**
   * `length`: fewer bytes come than Content-Length says. `chunked`: the last chunk is missing. `forged`: Content-Length
   * is that of the bytes that come, so that the reply looks whole.
   */
  readonly framing: 'length' | 'chunked' | 'forged'
}

/** The proxy answers instead of the server. */
export interface MadeUpAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** For a document that says so; without it the body is empty. */
  readonly code: string | undefined
  readonly retryAfterS: number | undefined
  /** `early`: at once. `instead`: once the request was read. `afterwards`: once the server did what it was asked. */
  readonly when: 'early' | 'instead' | 'afterwards'
}

/** The operations that faults tell apart. */
export type ProxiedOperation =
  | 'abort'
  | 'complete'
  | 'copy'
  | 'copyPart'
  | 'create'
  | 'get'
  | 'head'
  | 'list'
  | 'other'
  | 'put'
  | 'putPart'

export interface ProxiedRequest {
  /** From 1, in the order of arrival. */
  readonly ordinal: number
  readonly operation: ProxiedOperation
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  /** The part it is about; undefined for all others. */
  readonly partNumber: number | undefined
  /** The `Range` that is asked for. */
  readonly range: string | undefined
}

/** What is to happen to a request. */
export type FaultPlan = (request: ProxiedRequest) => ProxyFault

export const PASS: ProxyFault = { kind: 'pass' }
