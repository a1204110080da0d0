// A metadata store told as simply as can be, and random steps to compare a real one with it.
import type { Check, Entry, Key, KeyRange, MetadataStore, Stamp, Write } from '@coset/core'
import fc from 'fast-check'
import { expect } from 'vitest'

export function countOf(entry: Entry | undefined): bigint {
  if (entry === undefined) return 0n
  return new DataView(entry.value.buffer, entry.value.byteOffset, 8).getBigInt64(0)
}

interface CommitStep {
  readonly kind: 'commit'
  readonly checks: readonly ModelCheck[]
  readonly writes: readonly Write[]
}
interface ScanStep {
  readonly kind: 'scan'
  readonly range: ModelRange
  readonly limit: number
  readonly reverse: boolean
}
interface ReadStep {
  readonly kind: 'read'
  readonly keys: readonly Uint8Array[]
}
type ModelStep = CommitStep | ScanStep | ReadStep
type ModelRange = readonly [Uint8Array, Uint8Array]
type ModelCheck =
  | { readonly kind: 'current' | 'absent' | 'stale'; readonly key: Uint8Array }
  | { readonly kind: 'empty'; readonly range: ModelRange }

// Few distinct keys, so that steps meet; counters have a name of their own, so that adding never throws.
const arbitraryKey = fc
  .array(fc.constantFrom(0, 1, 97, 255), { minLength: 1, maxLength: 3 })
  .map((key) => Uint8Array.from([1, ...key]))
const arbitraryCounter = fc.constantFrom(0, 97, 255).map((byte) => Uint8Array.of(2, byte))
const arbitraryRange = fc.tuple(fc.oneof(arbitraryKey, fc.constant(new Uint8Array(0))), arbitraryKey)
const arbitraryWrite: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put'), key: arbitraryKey, value: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({ kind: fc.constant('delete'), key: fc.oneof(arbitraryKey, arbitraryCounter) }),
  fc.record({ kind: fc.constant('add'), key: arbitraryCounter, delta: fc.bigInt(-1000n, 1000n) }),
)
const arbitraryCheck: fc.Arbitrary<ModelCheck> = fc.oneof(
  fc.record({ kind: fc.constantFrom('current', 'absent', 'stale'), key: arbitraryKey }),
  fc.record({ kind: fc.constant('empty'), range: arbitraryRange }),
)
const arbitraryStep: fc.Arbitrary<ModelStep> = fc.oneof(
  fc.record({
    kind: fc.constant('commit'),
    checks: fc.array(arbitraryCheck, { maxLength: 1 }),
    writes: fc.array(arbitraryWrite, { maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant('scan'), range: arbitraryRange, limit: fc.nat(6), reverse: fc.boolean() }),
  fc.record({ kind: fc.constant('read'), keys: fc.array(fc.oneof(arbitraryKey, arbitraryCounter)) }),
)

export const arbitrarySteps = fc.array(arbitraryStep, { minLength: 1, maxLength: 12 })

/** The store, told again as simply as can be. */
class Model {
  rows: Entry[] = []
  readonly #prefix: Uint8Array

  constructor(prefix: Uint8Array) {
    this.#prefix = prefix
  }

  get(key: Key): Entry | undefined {
    return this.rows.find((row) => Buffer.compare(row.key, key) === 0)
  }

  within({ start, end }: KeyRange): Entry[] {
    return this.rows.filter(({ key }) => Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0)
  }

  holds(check: Check): boolean {
    if (check.kind === 'empty') return this.within(check.range).length === 0
    return (this.get(check.key)?.stamp ?? null) === check.stamp
  }

  checkOf(check: ModelCheck): Check {
    if (check.kind === 'empty') return { kind: 'empty', range: this.rangeBelow(check.range) }
    const key = this.below(check.key)
    const current = this.get(key)?.stamp ?? null
    const stamps = { current, absent: null, stale: (current ?? 5n) - 1n }
    return { kind: 'unchanged', key, stamp: stamps[check.kind] }
  }

  below(key: Key): Key {
    return Uint8Array.from([...this.#prefix, ...key])
  }

  rangeBelow([start, end]: ModelRange): KeyRange {
    return { start: this.below(start), end: this.below(end) }
  }

  apply(write: Write, stamp: Stamp): void {
    const current = this.get(write.key)
    this.rows = this.rows.filter((row) => row !== current)
    if (write.kind === 'delete') return
    const value = write.kind === 'put' ? write.value : new Uint8Array(8)
    if (write.kind === 'add') new DataView(value.buffer).setBigInt64(0, countOf(current) + write.delta)
    this.rows.push({ key: write.key, value, stamp })
    this.rows.sort((a, b) => Buffer.compare(a.key, b.key))
  }
}

export async function compareWithModel(
  store: MetadataStore,
  prefix: Uint8Array,
  steps: readonly ModelStep[],
): Promise<void> {
  const model = new Model(prefix)
  for (const step of steps) {
    if (step.kind === 'read') await compareRead(store, model, step)
    else if (step.kind === 'scan') await compareScan(store, model, step)
    else await compareCommit(store, model, step)
  }
}

async function compareRead(store: MetadataStore, model: Model, step: ReadStep): Promise<void> {
  const keys = step.keys.map((key) => model.below(key))
  expect(await store.read(keys)).toEqual(keys.map((key) => model.get(key)))
}

async function compareScan(store: MetadataStore, model: Model, step: ScanStep): Promise<void> {
  const { limit, reverse } = step
  const range = model.rangeBelow(step.range)
  const rows = model.within(range)
  const expected = (reverse ? rows.reverse() : rows).slice(0, limit)
  expect(await store.scan(range, { limit, reverse })).toEqual(expected)
}

async function compareCommit(store: MetadataStore, model: Model, step: CommitStep): Promise<void> {
  const checks = step.checks.map((check) => model.checkOf(check))
  const writes = step.writes.map((write) => ({ ...write, key: model.below(write.key) }))
  const result = await store.commit({ checks, writes })
  const failed = checks.find((check) => !model.holds(check))
  if (!result.ok) {
    expect(result).toEqual({ ok: false, failed })
    return
  }
  expect(failed).toBeUndefined()
  for (const write of writes) model.apply(write, result.stamp)
}
