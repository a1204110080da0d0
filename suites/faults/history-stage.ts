// What all steps of a history work with: a store, the model it has to agree with, a clock, and the names given so far.
import type { Call, Store } from '@coset/core'
import {
  type FakeClock,
  type ModelUploadName,
  type ModelVersion,
  ReferenceModel,
  ReferenceUploads,
  seededRandom,
  testCall,
} from '@coset/testkit'
import { expect } from 'vitest'
import type { IdNumber, KeyNumber, UploadNumber } from './history-choices.js'
import { type Outcome, outcome } from './history-told.js'

const NEVER_MADE = Buffer.from('12345').toString('base64').replace(/=+$/, '')
const NEVER_BEGUN = `1234567890123${'0'.repeat(32)}`
const UPLOADS_AT_ONCE = 3

/** How often each step ended in which way. */
export type Tally = Map<string, number>

export class Stage {
  readonly model = new ReferenceModel()
  readonly uploads = new ReferenceUploads(this.model)
  readonly call: Call
  readonly store: Store
  readonly clock: FakeClock
  /** All uploads ever begun. */
  readonly begun: ModelUploadName[] = []
  /** The step under way. */
  step = ''
  readonly tally: Tally
  readonly #keys: readonly string[]
  /** All ids a key ever had, by `<bucket> <key>`. */
  readonly #ids = new Map<string, string[]>()
  #bodies = 0

  constructor(store: Store, keys: readonly string[], clock: FakeClock, tally: Tally) {
    this.store = store
    this.#keys = keys
    this.clock = clock
    this.tally = tally
    this.call = testCall({ clock, random: seededRandom(7) })
  }

  /** What core does, counted by step and by what came of it. */
  async told<T>(core: () => Promise<T>): Promise<Outcome<T>> {
    const found = await outcome(core)
    const name = `${this.step} ${found.ok ? 'done' : found.code}`
    this.tally.set(name, (this.tally.get(name) ?? 0) + 1)
    return found
  }

  /** Core and model do the same, or fail with the same fault. */
  async same(core: () => Promise<unknown>, model: () => unknown): Promise<void> {
    const found = await this.told(core)
    expect(found).toEqual(await outcome(async () => model()))
  }

  /** Names content that no one had before. */
  bodyName(): string {
    return `body ${this.#bodies++}`
  }

  /** A new id is one that no version of the key has; it is told exactly while versioning is enabled. */
  tookId(bucket: string, key: string, id: string | undefined, before: readonly ModelVersion[]): void {
    expect(id !== undefined).toBe(this.model.versioning(bucket) === 'Enabled')
    if (id === undefined) return
    expect(before.map((version) => version.id)).not.toContain(id)
    this.idsOf(bucket, key).push(id)
  }

  idsOf(bucket: string, key: string): string[] {
    const name = `${bucket} ${key}`
    const ids = this.#ids.get(name) ?? []
    this.#ids.set(name, ids)
    return ids
  }

  key(number: KeyNumber): string {
    return this.#keys[number] ?? ''
  }

  keyNumber(key: string): KeyNumber {
    return this.#keys.indexOf(key)
  }

  id(bucket: string, key: KeyNumber, id: IdNumber): string {
    const ids = [...this.idsOf(bucket, this.key(key)).slice(-6), 'null', NEVER_MADE]
    return ids[id % ids.length] ?? ''
  }

  /** Mostly one of the open uploads; now and then one that is over or never was, or one under another's key. */
  upload(bucket: string, number: UploadNumber): ModelUploadName {
    const last = this.begun.slice(-UPLOADS_AT_ONCE)
    const open = this.begun.filter((name) => this.#isOpen(name)).slice(-UPLOADS_AT_ONCE)
    const from = number < 80 && open.length > 0 ? open : last
    const found = from[number % from.length]
    if (!found || number === 99) return { bucket, key: this.key(0), uploadId: NEVER_BEGUN }
    return number === 98 ? { ...found, key: this.key(1) } : found
  }

  #isOpen({ bucket, uploadId }: ModelUploadName): boolean {
    return this.model.bucketNames().includes(bucket) && this.model.bucket(bucket).uploads.has(uploadId)
  }
}
