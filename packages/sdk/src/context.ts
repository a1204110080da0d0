// What all calls of one client share.
import { ServerClock } from './clock.js'
import type { Coding } from './coding.js'
import { type CosClientOptions, readCredentials, readSettings, type Settings } from './options.js'
import type { Platform } from './platform.js'
import { RetryBudget } from './retry.js'
import { Signer } from './signer.js'
import { Background } from './transfer/background.js'
import type { Transport } from './transport.js'

export interface Context<P extends Platform = Platform> {
  readonly settings: Settings
  readonly platform: P
  readonly transport: Transport
  readonly clock: ServerClock
  /** Undefined for an anonymous client. */
  readonly signer: Signer | undefined
  readonly retryBudget: RetryBudget
  /** What transfers leave behind. */
  readonly background: Background
  /** How content is stored; undefined: as it is given. */
  readonly coding?: Coding | undefined
}

/** Throws a CosClientError of kind `configuration`. */
export function createContext<P extends Platform>(options: CosClientOptions, platform: P): Context<P> {
  const settings = readSettings(options)
  const credentials = readCredentials(options)
  return {
    settings,
    platform,
    transport: platform.transport(settings),
    clock: new ServerClock(platform.now),
    signer: credentials && new Signer(credentials, platform.sha1),
    retryBudget: new RetryBudget(),
    background: new Background(),
  }
}

/** What stands beside a call's input. */
export interface CallOptions {
  /** Ends the call, or the body it gave, at once with a CosClientError of kind `aborted`. */
  readonly signal?: AbortSignal | undefined
  /** Compare CRC-64s. Default: the client's `CrcCheck`. */
  readonly crcCheck?: boolean | undefined
}
