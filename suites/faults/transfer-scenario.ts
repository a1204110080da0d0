// What one run does, and what must be true afterwards.
import type { CosClientError, CosServiceError } from '@coset/sdk'
import type { World } from './transfer-world.js'

export type TransferFailure = CosClientError | CosServiceError

/** One transfer, made ready. All of its choices are made by then. */
export interface Transfer {
  /** What it is, for whoever reads of its failure. */
  readonly what: string
  run(signal: AbortSignal): Promise<unknown>
  /** What else goes on; it is over before anything is looked at. */
  readonly meanwhile?: Promise<unknown>
  /** Throws unless the bytes are where they belong. */
  assertDone(world: World, result: unknown): Promise<void>
  /** Throws unless what was there before is still there, or what was to come is there whole. */
  assertFailed(world: World, error: TransferFailure): Promise<void>
}

export type Scenario = (world: World) => Promise<Transfer>
