// What can happen in a history, as data that fast-check makes and shrinks.
import { delimiter, keyFragment, objectKey, objectSize, pageKeys, userMetadata } from '@coset/testkit'
import fc from 'fast-check'

const BUCKETS = ['first-1250000000', 'second-1250000000'] as const
const KEYS = 8

/** Counts into the keys of the history, so that steps meet on the same ones. */
export type KeyNumber = number
/** Counts into all ids the key ever had, `null`, and one that never was. */
export type IdNumber = number

export interface Range {
  readonly first: number
  readonly last: number | undefined
}

export interface Query {
  readonly prefix: string
  readonly delimiter: string
  readonly marker: string
  readonly keysMax: number | undefined
}

export type Step = { readonly bucket: string } & (
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

const key = fc.nat(KEYS - 1)
const id = fc.nat(20)
const query = fc.record({
  prefix: fc.oneof(fc.constant(''), keyFragment),
  delimiter,
  marker: fc.oneof(fc.constant(''), keyFragment),
  keysMax: pageKeys,
})
const range = fc.option(
  fc.record({
    first: fc.constantFrom(0, 1, 99, 8191, 8192, 65_535, 65_536, 80_000),
    last: fc.constantFrom(undefined, 0, 1, 8192, 65_536, 100_000),
  }),
  { nil: undefined },
)
const ms = fc.constantFrom(0, 1, 5, 1000, 20 * 60_000, -1, -5000)

type Members<D extends Step['do']> = Omit<StepOf<D>, 'do' | 'bucket'>

/** A step of that name, with the given members, in one of the buckets: mostly the first. */
function step<D extends Step['do']>(
  weight: number,
  name: D,
  members: { readonly [K in keyof Members<D>]: fc.Arbitrary<Members<D>[K]> },
) {
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
)

/** Histories of `steps` steps on average; each begins with one bucket. */
export function histories(steps: number): fc.Arbitrary<History> {
  const keys = fc.uniqueArray(objectKey, { minLength: KEYS, maxLength: KEYS })
  const later = fc.array(anyStep, { minLength: 1, maxLength: 2 * steps, size: 'max' })
  return fc.record({ keys, steps: later.map((list) => [...BEGINNING, ...list]) })
}

const BEGINNING: readonly Step[] = [{ do: 'createBucket', bucket: BUCKETS[0] }]
