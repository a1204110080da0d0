// The world a history happens in: a store, the model it has to agree with, and a clock that steps move.
import {
  type Call,
  createBucket,
  deleteBucket,
  deleteObject,
  deleteObjects,
  getObject,
  headObject,
  listObjects,
  listVersions,
  putObject,
  reclaimGarbage,
  reclaimOrphans,
  type Store,
  setVersioning,
} from '@coset/core'
import { LIMITS } from '@coset/model'
import {
  auditExactly,
  bodyOf,
  bytesNamed,
  contentBytes,
  fakeClock,
  type ModelVersion,
  type OpenStore,
  type OpenStoreOptions,
  ReferenceModel,
  seededRandom,
  testCall,
} from '@coset/testkit'
import { expect } from 'vitest'
import { allKeys, allVersions } from './history-pages.js'
import type { History, Query, Range, Step, StepOf } from './history-steps.js'
import { md5, outcome, shownModelVersions, shownObjects, shownVersions, slice } from './history-told.js'

const HOUR_MS = 3600_000
const NEVER_MADE = Buffer.from('12345').toString('base64').replace(/=+$/, '')
const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'

type Taken = { readonly [D in Step['do']]: (step: StepOf<D>) => Promise<void> }

/** Plays the history on a store of its own. Throws what `expect` throws when core and model part. */
export async function play(history: History, open: (options: OpenStoreOptions) => Promise<OpenStore>) {
  const clock = fakeClock()
  const opened = await open({ now: clock.now })
  try {
    const world = new World(opened.store, history.keys, clock)
    for (const step of history.steps) await world.take(step)
    await world.settle()
  } finally {
    await opened.close()
  }
}

class World {
  readonly #model = new ReferenceModel()
  readonly #store: Store
  readonly #keys: readonly string[]
  readonly #clock: ReturnType<typeof fakeClock>
  readonly #call: Call
  /** All ids a key ever had, by `<bucket> <key>`. */
  readonly #ids = new Map<string, string[]>()
  #puts = 0

  constructor(store: Store, keys: readonly string[], clock: ReturnType<typeof fakeClock>) {
    this.#store = store
    this.#keys = keys
    this.#clock = clock
    this.#call = testCall({ clock, random: seededRandom(7) })
  }

  async take(step: Step): Promise<void> {
    await (this.#taken[step.do] as (step: Step) => Promise<void>)(step)
  }

  /** At the end: no row too many or too few, and after a last reclaim no blob either. */
  async settle(): Promise<void> {
    for (const bucket of this.#model.bucketNames()) {
      const everything = { prefix: '', delimiter: '', marker: '', keysMax: undefined }
      await this.#compareVersions(bucket, everything, '', '')
      for (const key of this.#model.keys(bucket)) {
        await this.#taken.get({ do: 'get', bucket, key: this.#keys.indexOf(key), range: undefined })
      }
    }
    await auditExactly(this.#store)
    this.#clock.advance(26 * HOUR_MS)
    await this.#taken.reclaim()
    const { referenced, garbage, stored, versions } = await auditExactly(this.#store)
    expect(garbage).toEqual([])
    expect(stored).toEqual(referenced)
    expect(versions).toBe(this.#model.versionCount())
  }

  readonly #taken: Taken & { reclaim(): Promise<void> } = {
    createBucket: ({ bucket: name }) =>
      this.#same(
        () => createBucket(this.#call, this.#store, { name, region: 'r', owner: OWNER, acl: {}, tags: [] }),
        () => this.#model.createBucket(name),
      ),
    deleteBucket: ({ bucket }) =>
      this.#same(
        () => deleteBucket(this.#call, this.#store, bucket),
        () => this.#model.deleteBucket(bucket),
      ),
    setVersioning: ({ bucket, state }) =>
      this.#same(
        () => setVersioning(this.#call, this.#store, bucket, state),
        () => this.#model.setVersioning(bucket, state),
      ),
    put: (step) => this.#put(step),
    get: ({ bucket, key, range }) => this.#get(bucket, this.#key(key), undefined, range),
    getVersion: ({ bucket, key, id }) =>
      this.#get(bucket, this.#key(key), this.#id(bucket, key, id), undefined),
    delete: ({ bucket, key }) => this.#delete(bucket, this.#key(key)),
    deleteVersion: (step) => this.#deleteVersion(step),
    deleteMany: (step) => this.#deleteMany(step),
    list: ({ bucket, query }) => this.#compareObjects(bucket, query),
    listVersions: ({ bucket, query }) => this.#compareVersions(bucket, query, query.marker, ''),
    listFromVersion: ({ bucket, query, key, id }) => {
      const name = this.#key(key)
      const ids = this.#model.versions(bucket, name).map((version) => version.id)
      return this.#compareVersions(bucket, query, name, ids[id % (ids.length + 1)] ?? '')
    },
    allPages: (step) => this.#allPages(step),
    passTime: async ({ ms }) => this.#clock.advance(ms),
    reclaim: async () => {
      await reclaimGarbage(this.#call, this.#store, this.#clock.now())
      await reclaimOrphans(this.#call, this.#store, this.#clock.now() - 25 * HOUR_MS)
      await auditExactly(this.#store)
    },
  }

  async #put({ bucket, key: number, size, metadata }: StepOf<'put'>): Promise<void> {
    const key = this.#key(number)
    const bytes = bytesNamed(`put ${this.#puts++}`, size)
    const before = this.#model.versions(bucket, key)
    const put = await outcome(() =>
      putObject(this.#call, this.#store, {
        bucket,
        key,
        body: bodyOf(bytes, 5000),
        expected: {},
        headers: {},
        metadata,
        storageClass: 'STANDARD',
        acl: {},
        tags: [],
        forbidOverwrite: false,
      }),
    )
    const id = (put.ok ? put.value.versionId : undefined) ?? 'null'
    const modelled = await outcome(async () => this.#model.put(bucket, key, { bytes, metadata }, id))
    expect(put).toMatchObject({ ...modelled, ...(put.ok ? { value: expect.anything() } : {}) })
    if (!put.ok) return
    this.#tookId(bucket, key, put.value.versionId, before)
    expect(put.value).toMatchObject({ etag: md5(bytes), size, crc64: this.#store.crc64.of(bytes) })
  }

  async #get(bucket: string, key: string, id: string | undefined, range: Range | undefined): Promise<void> {
    const header = range && `bytes=${range.first}-${range.last ?? ''}`
    const input = { bucket, key, versionId: id, range: header, conditions: {} }
    await this.#same(
      async () => {
        const head = await headObject(this.#call, this.#store, input)
        const found = await getObject(this.#call, this.#store, input)
        expect(found).toMatchObject(head)
        const { version } = found
        const bytes = await contentBytes(found.content)
        return { id: found.versionId, etag: version.etag, bytes: md5(bytes), metadata: version.metadata }
      },
      () => {
        const found = this.#model.get(bucket, key, id)
        const { bytes, metadata } = found.content
        const shown = this.#model.versioning(bucket) ? found.id : undefined
        return { id: shown, etag: md5(bytes), bytes: md5(slice(bytes, range)), metadata }
      },
    )
  }

  async #delete(bucket: string, key: string): Promise<void> {
    const before = this.#model.versions(bucket, key)
    const deleted = await outcome(() => deleteObject(this.#call, this.#store, { bucket, key }))
    const id = (deleted.ok ? deleted.value.versionId : undefined) ?? 'null'
    expect(deleted).toEqual(await outcome(async () => this.#model.delete(bucket, key, id)))
    if (deleted.ok) this.#tookId(bucket, key, id === 'null' ? undefined : id, before)
  }

  async #deleteVersion({ bucket, key: number, id: idNumber }: StepOf<'deleteVersion'>): Promise<void> {
    const key = this.#key(number)
    const id = this.#id(bucket, number, idNumber)
    await this.#same(
      () => deleteObject(this.#call, this.#store, { bucket, key, versionId: id }),
      () => this.#model.deleteVersion(bucket, key, id),
    )
  }

  /** Keys may come twice; each is deleted in its turn. */
  async #deleteMany({ bucket, keys }: StepOf<'deleteMany'>): Promise<void> {
    const targets = keys.map((number) => ({ key: this.#key(number) }))
    const deleted = await outcome(() => deleteObjects(this.#call, this.#store, bucket, targets))
    const outcomes = deleted.ok ? deleted.value : []
    const expected = await outcome(async () => {
      this.#model.assertBucket(bucket)
      return targets.map(({ key }, at) => {
        const told = outcomes[at]
        const id = (told?.ok ? told.result.versionId : undefined) ?? 'null'
        if (id !== 'null') this.#idsOf(bucket, key).push(id)
        return { key, ok: true, result: this.#model.delete(bucket, key, id) }
      })
    })
    expect(deleted).toEqual(expected)
  }

  async #compareObjects(bucket: string, query: Query): Promise<void> {
    await this.#same(
      async () => {
        const page = await listObjects(this.#call, this.#store, { bucket, ...query })
        expect(page.keysMax).toBe(Math.min(query.keysMax ?? LIMITS.listKeysMax, LIMITS.listKeysMax))
        const objects = page.objects.map(({ key, version }) => `${key} ${version.etag} ${version.size}`)
        return { objects, prefixes: page.commonPrefixes, next: page.nextMarker }
      },
      () => shownObjects(this.#model.listObjects(bucket, query)),
    )
  }

  async #compareVersions(bucket: string, query: Query, keyMarker: string, idMarker: string): Promise<void> {
    const markers = { keyMarker, versionIdMarker: idMarker }
    await this.#same(
      async () =>
        shownVersions(await listVersions(this.#call, this.#store, { bucket, ...query, ...markers })),
      () => shownModelVersions(this.#model.listVersions(bucket, { ...query, ...markers })),
    )
  }

  /** Page after page gives what one page without end would. */
  async #allPages({ bucket, query }: StepOf<'allPages'>): Promise<void> {
    const whole = { ...query, marker: '', keysMax: undefined }
    const paged = { ...query, bucket, keysMax: Math.max(1, query.keysMax ?? 1) }
    await this.#same(
      () => allVersions(this.#call, this.#store, paged),
      () => {
        const markers = { keyMarker: '', versionIdMarker: '' }
        const listing = this.#model.listVersions(bucket, { ...whole, ...markers })
        const { versions, prefixes } = shownModelVersions(listing)
        return { versions, prefixes }
      },
    )
    await this.#same(
      () => allKeys(this.#call, this.#store, paged),
      () => {
        const { entries, commonPrefixes } = this.#model.listObjects(bucket, whole)
        return [...entries.map((entry) => entry.key), ...commonPrefixes].sort()
      },
    )
  }

  /** Core and model do the same, or fail with the same fault. */
  async #same(core: () => Promise<unknown>, model: () => unknown): Promise<void> {
    const found = await outcome(core)
    expect(found).toEqual(await outcome(async () => model()))
  }

  /** A new id is one that no version of the key has; it is told exactly while versioning is enabled. */
  #tookId(bucket: string, key: string, id: string | undefined, before: readonly ModelVersion[]): void {
    expect(id !== undefined).toBe(this.#model.versioning(bucket) === 'Enabled')
    if (id === undefined) return
    expect(before.map((version) => version.id)).not.toContain(id)
    this.#idsOf(bucket, key).push(id)
  }

  #idsOf(bucket: string, key: string): string[] {
    const name = `${bucket} ${key}`
    const ids = this.#ids.get(name) ?? []
    this.#ids.set(name, ids)
    return ids
  }

  #key(number: number): string {
    return this.#keys[number] ?? ''
  }

  #id(bucket: string, key: number, id: number): string {
    const ids = [...this.#idsOf(bucket, this.#key(key)).slice(-6), 'null', NEVER_MADE]
    return ids[id % ids.length] ?? ''
  }
}
