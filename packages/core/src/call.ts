// What every core function is called with, first: who asks, how long it may take, and the outside world.

export type Principal =
  /** The account that owns this store, by its id `qcs::cam::uin/<owner>:uin/<user>`. */
  { readonly kind: 'owner'; readonly id: string } | { readonly kind: 'anonymous' }

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export interface Random {
  bytes(length: number): Uint8Array
}

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Call {
  /** The request id, told to the client and in every log line. */
  readonly id: string
  readonly principal: Principal
  /** Milliseconds since 1970; nothing is committed later. */
  readonly deadline: number
  /** Aborts when the client left, time ran out or the server stops. */
  readonly signal: AbortSignal
  /** Whether the signal has fired; asking costs less than making the signal. */
  readonly isAborted: boolean
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
}
