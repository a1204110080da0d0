// What can happen in a history, as data that fast-check makes and shrinks.
import { objectKey, objectSize, userMetadata } from '@coset/testkit'
import fc from 'fast-check'
import {
  type IdNumber,
  id,
  KEYS,
  type KeyNumber,
  key,
  type Query,
  query,
  type Range,
} from './history-choices.js'
import { type WriteStep, writeSteps } from './history-write-steps.js'

const BUCKETS = ['first-1250000000', 'second-1250000000'] as const

/** What else can happen stands in history-write-steps.ts. */
export type Step = { readonly bucket: string } & (
  | WriteStep
  | { readonly do: 'createBucket' }
  | { readonly do: 'deleteBucket' }
  | { readonly do: 'setVersioning'; readonly state: 'Enabled' | 'Suspended' }
  | {
      readonly do: 'put'
      readonly key: KeyNumber
      readonly size: number
      readonly metadata: Readonly<Record<string, string>>
    }
  | { readonly do: 'get'; readonly key: KeyNumber; readonly range: Range | undefined }
  | { readonly do: 'getVersion'; readonly key: KeyNumber; readonly id: IdNumber }
  | { readonly do: 'delete'; readonly key: KeyNumber }
  | { readonly do: 'deleteVersion'; readonly key: KeyNumber; readonly id: IdNumber }
  | { readonly do: 'deleteMany'; readonly keys: readonly KeyNumber[] }
  | { readonly do: 'list'; readonly query: Query }
  | { readonly do: 'listVersions'; readonly query: Query }
  | { readonly do: 'listFromVersion'; readonly query: Query; readonly key: KeyNumber; readonly id: IdNumber }
  | { readonly do: 'allPages'; readonly query: Query }
  | { readonly do: 'passTime'; readonly ms: number }
  | { readonly do: 'reclaim' }
)

export type StepOf<D extends Step['do']> = Step & { readonly do: D }

export interface History {
  readonly keys: readonly string[]
  readonly steps: readonly Step[]
}

const range = fc.option(
  fc.record({
    first: fc.constantFrom(0, 1, 99, 8191, 8192, 65_535, 65_536, 80_000),
    last: fc.constantFrom(undefined, 0, 1, 8192, 65_536, 100_000),
  }),
  { nil: undefined },
)
const ms = fc.constantFrom(0, 1, 5, 1000, 20 * 60_000, 20 * 60_000, 13 * 3600_000, -1, -5000)

export type Members<D extends Step['do']> = Omit<StepOf<D>, 'do' | 'bucket'>

export type MemberArbitraries<D extends Step['do']> = {
  readonly [K in keyof Members<D>]: fc.Arbitrary<Members<D>[K]>
}

/** A step of that name, with the given members, in one of the buckets: mostly the first. */
function step<D extends Step['do']>(weight: number, name: D, members: MemberArbitraries<D>) {
  const bucket = fc.constantFrom(BUCKETS[0], BUCKETS[0], BUCKETS[0], BUCKETS[1])
  const arbitrary = fc.record({ do: fc.constant(name), bucket, ...members }) as unknown as fc.Arbitrary<Step>
  return { weight, arbitrary }
}

const anyStep = fc.oneof(
  step(1, 'createBucket', {}),
  step(1, 'deleteBucket', {}),
  step(3, 'setVersioning', { state: fc.constantFrom('Enabled', 'Enabled', 'Suspended') }),
  step(16, 'put', { key, size: objectSize, metadata: userMetadata }),
  step(4, 'get', { key, range }),
  step(3, 'getVersion', { key, id }),
  step(6, 'delete', { key }),
  step(7, 'deleteVersion', { key, id }),
  step(1, 'deleteMany', { keys: fc.array(key, { maxLength: 6 }) }),
  step(4, 'list', { query }),
  step(3, 'listVersions', { query }),
  step(3, 'listFromVersion', { query, key, id }),
  step(1, 'allPages', { query }),
  step(6, 'passTime', { ms }),
  step(2, 'reclaim', {}),
  ...writeSteps.map(([weight, name, members]) =>
    step(weight, name, members as MemberArbitraries<typeof name>),
  ),
)

/** Histories of `steps` steps on average; each begins with two buckets. */
export function histories(steps: number): fc.Arbitrary<History> {
  const keys = fc.uniqueArray(objectKey, { minLength: KEYS, maxLength: KEYS })
  const later = fc.array(anyStep, { minLength: 1, maxLength: 2 * steps, size: 'max' })
  return fc.record({ keys, steps: later.map((list) => [...BEGINNING, ...list]) })
}

const BEGINNING: readonly Step[] = BUCKETS.map((bucket) => ({ do: 'createBucket', bucket }))
