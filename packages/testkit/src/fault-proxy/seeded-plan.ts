// A plan of faults drawn from a seed.
import { type SeededRandom, seededRandom } from '../seeded-random.js'
import {
  type FaultPlan,
  type MadeUpAnswer,
  PASS,
  type ProxiedOperation,
  type ProxiedRequest,
  type ProxyFault,
} from './faults.js'

export interface SeededPlanOptions {
  readonly seed: number
  /** Of 100 requests, how many meet a fault. */
  readonly percent: number
  /** Only these. Default: all. */
  readonly kinds?: readonly ProxyFault['kind'][]
}

/**
 * What a request meets follows from the seed, from what it asks for and from how often that was asked for before, but
 * not from when: requests that are sent at a time meet the same each time, whichever arrives first.
 */
export function seededPlan({ seed, percent, kinds }: SeededPlanOptions): FaultPlan {
  const times = new Map<string, number>()
  return (request) => {
    const label = labelOf(request)
    const nth = times.get(label) ?? 0
    times.set(label, nth + 1)
    const random = seededRandom(hash(`${seed} ${label} ${nth}`))
    if (!random.chance(percent)) return PASS
    const fitting = DRAWS.filter(({ kind, fits }) => fits(request) && (kinds?.includes(kind) ?? true))
    return fitting.length === 0 ? PASS : random.pick(fitting).draw(random, request)
  }
}

/** Without the upload's id, which no seed repeats. */
function labelOf({ operation, method, target, partNumber, range }: ProxiedRequest): string {
  const [path = ''] = target.split('?')
  return `${operation} ${method} ${path} ${partNumber ?? ''} ${range ?? ''}`
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

interface Draw {
  readonly kind: ProxyFault['kind']
  fits(request: ProxiedRequest): boolean
  draw(random: SeededRandom, request: ProxiedRequest): ProxyFault
}

const SENDING: ReadonlySet<ProxiedOperation> = new Set(['put', 'putPart', 'complete'])
const CONTENT_SENDING: ReadonlySet<ProxiedOperation> = new Set(['put', 'putPart'])
/** Those whose answer may turn out an error only behind its head. */
const SLOW: ReadonlySet<ProxiedOperation> = new Set(['complete', 'copy', 'copyPart'])
const SUMMED: ReadonlySet<ProxiedOperation> = new Set(['put', 'putPart', 'complete', 'get', 'head'])
/** Twice the same does no harm, or none that the client is not told. */
const REPEATABLE: ReadonlySet<ProxiedOperation> = new Set(['put', 'putPart', 'complete', 'abort', 'copy'])

const always = () => true
const among = (operations: ReadonlySet<ProxiedOperation>) => (request: ProxiedRequest) =>
  operations.has(request.operation)

/** From 0 up to, not including, 1. */
function share(random: SeededRandom): number {
  return random.below(1000) / 1000
}

/** Statuses that may pass, with and without a document. */
const STATUSES: readonly (readonly [number, string])[] = [
  [500, 'InternalError'],
  [503, 'SlowDown'],
  [503, 'ServiceUnavailable'],
  [429, 'SlowDown'],
]

const WHEN: readonly MadeUpAnswer['when'][] = ['early', 'instead', 'afterwards']

function drawStatus(random: SeededRandom): ProxyFault {
  const [status, code] = random.pick(STATUSES)
  return {
    kind: 'answer',
    status,
    code: random.chance(50) ? code : undefined,
    retryAfterS: random.chance(30) ? 1 + random.below(3) : undefined,
    when: random.pick(WHEN),
  }
}

function drawErrorInside(random: SeededRandom): ProxyFault {
  const when = random.pick(['instead', 'afterwards'] as const)
  return { kind: 'answer', status: 200, code: 'InternalError', retryAfterS: undefined, when }
}

function drawStall(random: SeededRandom): ProxyFault {
  return { kind: 'stall', where: random.pick(['request', 'reply', 'body'] as const) }
}

function drawCutReply(random: SeededRandom): ProxyFault {
  const framing = random.pick(['length', 'chunked', 'forged'] as const)
  return { kind: 'cutReply', share: share(random), framing }
}

/** One entry for each chance: what stands here twice comes twice as often. */
const DRAWS: readonly Draw[] = [
  { kind: 'resetBefore', fits: always, draw: () => ({ kind: 'resetBefore' }) },
  { kind: 'loseReply', fits: always, draw: () => ({ kind: 'loseReply' }) },
  {
    kind: 'cutRequest',
    fits: among(SENDING),
    draw: (random) => ({ kind: 'cutRequest', share: share(random) }),
  },
  { kind: 'cutReply', fits: ({ operation }) => operation !== 'head', draw: drawCutReply },
  { kind: 'stall', fits: always, draw: drawStall },
  { kind: 'answer', fits: always, draw: drawStatus },
  { kind: 'answer', fits: always, draw: drawStatus },
  { kind: 'answer', fits: among(SLOW), draw: drawErrorInside },
  {
    kind: 'drip',
    fits: always,
    draw: (random) => ({ kind: 'drip', way: random.pick(['request', 'reply'] as const), pauseMs: 5 }),
  },
  {
    kind: 'flip',
    fits: among(CONTENT_SENDING),
    draw: (random) => ({ kind: 'flip', way: 'request', share: share(random) }),
  },
  {
    kind: 'flip',
    fits: ({ operation }) => operation === 'get',
    draw: (random) => ({ kind: 'flip', way: 'reply', share: share(random) }),
  },
  {
    kind: 'sum',
    fits: among(SUMMED),
    draw: (random) => ({ kind: 'sum', change: random.pick(['wrong', 'missing'] as const) }),
  },
  { kind: 'twice', fits: among(REPEATABLE), draw: () => ({ kind: 'twice' }) },
  {
    kind: 'otherRange',
    fits: ({ operation, range }) => operation === 'get' && range !== undefined,
    draw: () => ({ kind: 'otherRange' }),
  },
]
