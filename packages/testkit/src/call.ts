// Calls of core functions as tests make them: the owner asks, time stands still, chance is seeded.
import type { Call, Clock, Log, Principal, Random } from '@coset/core'
import { userId } from '@coset/model'
import { fakeClock } from './fake-clock.js'
import { seededRandom } from './seeded-random.js'

export interface TestCallOptions {
  readonly clock?: Clock
  readonly random?: Random
  readonly principal?: Principal
  readonly signal?: AbortSignal
  readonly log?: Log
  /** Default: never. */
  readonly deadline?: number
}

export const OWNER: Principal = { kind: 'owner', id: userId('1250000000') }
export const ANONYMOUS: Principal = { kind: 'anonymous' }

const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

export function testCall(options: TestCallOptions = {}): Call {
  const signal = options.signal ?? new AbortController().signal
  return {
    id: 'test',
    principal: options.principal ?? OWNER,
    deadline: options.deadline ?? Number.MAX_SAFE_INTEGER,
    signal,
    get isAborted() {
      return signal.aborted
    },
    log: options.log ?? SILENT,
    clock: options.clock ?? fakeClock(),
    random: options.random ?? seededRandom(1),
  }
}

function nothing(): void {}
