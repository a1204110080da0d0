// What all calls of one client share.
import type { ServerClock } from './clock.js'
import type { Settings } from './options.js'
import type { Platform } from './platform.js'
import type { Signer } from './signer.js'
import type { Transport } from './transport.js'

export interface Context {
  readonly settings: Settings
  readonly platform: Platform
  readonly transport: Transport
  readonly clock: ServerClock
  /** Undefined for an anonymous client. */
  readonly signer: Signer | undefined
}

/** What stands beside a call's input. */
export interface CallOptions {
  /** Ends the call, or the body it gave, at once with a CosClientError of kind `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Compare CRC-64s. Default: the client's `CrcCheck`. */
  readonly crcCheck?: boolean | undefined
}
