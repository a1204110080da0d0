// The world a history happens in, and its steps but those that stand in files of their own.
import {
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
  removeLapsed,
  setVersioning,
} from '@coset/core'
import { LIMITS } from '@coset/model'
import {
  auditExactly,
  bodyOf,
  bytesNamed,
  contentBytes,
  contentOf,
  fakeClock,
  md5Of,
  type OpenStore,
  type OpenStoreOptions,
} from '@coset/testkit'
import { expect } from 'vitest'
import type { Query, Range } from './history-choices.js'
import { copySteps } from './history-copies.js'
import { allKeys, allVersions } from './history-pages.js'
import { Stage, type Tally } from './history-stage.js'
import type { History, Step, StepOf } from './history-steps.js'
import { outcome, shownModelVersions, shownObjects, shownVersions, slice } from './history-told.js'
import { uploadSteps } from './history-uploads.js'
import type { WriteStep } from './history-write-steps.js'

const HOUR_MS = 3600_000
const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'

type Taken = { readonly [D in Step['do']]: (step: StepOf<D>) => Promise<void> }
type OwnSteps = Omit<Taken, WriteStep['do'] | 'reclaim'> & { reclaim(): Promise<void> }

/** Plays the history on a store of its own. Throws what `expect` throws when core and model part. */
export async function play(
  history: History,
  open: (options: OpenStoreOptions) => Promise<OpenStore>,
  tally: Tally,
) {
  const clock = fakeClock()
  const opened = await open({ now: clock.now })
  try {
    const world = new World(new Stage(opened.store, history.keys, clock, tally))
    for (const step of history.steps) await world.take(step)
    await world.settle()
  } finally {
    await opened.close()
  }
}

class World {
  readonly #stage: Stage
  readonly #taken: Taken & { reclaim(): Promise<void> }

  constructor(stage: Stage) {
    this.#stage = stage
    this.#taken = { ...this.#ownSteps(), ...uploadSteps(stage), ...copySteps(stage) }
  }

  async take(step: Step): Promise<void> {
    this.#stage.step = step.do
    await (this.#taken[step.do] as (step: Step) => Promise<void>)(step)
  }

  /** At the end: no row too many or too few, and after a last reclaim no blob either. */
  async settle(): Promise<void> {
    this.#stage.step = 'at the end,'
    for (const bucket of this.#stage.model.bucketNames()) {
      const everything = { prefix: '', delimiter: '', marker: '', keysMax: undefined }
      await this.#compareVersions(bucket, everything, '', '')
      for (const key of this.#stage.model.keys(bucket)) {
        await this.#taken.get({ do: 'get', bucket, key: this.#stage.keyNumber(key), range: undefined })
      }
    }
    await auditExactly(this.#stage.store)
    this.#stage.clock.advance(26 * HOUR_MS)
    await this.#taken.reclaim()
    const { referenced, garbage, stored, versions, uploads } = await auditExactly(this.#stage.store)
    expect(uploads).toBe(this.#stage.uploads.openUploads())
    expect(garbage).toEqual([])
    expect(stored).toEqual(referenced)
    expect(versions).toBe(this.#stage.model.versionCount())
  }

  #ownSteps(): OwnSteps {
    return {
      createBucket: ({ bucket: name }) =>
        this.#stage.same(
          () =>
            createBucket(this.#stage.call, this.#stage.store, {
              name,
              region: 'r',
              owner: OWNER,
              acl: {},
              tags: [],
            }),
          () => this.#stage.model.createBucket(name),
        ),
      deleteBucket: ({ bucket }) =>
        this.#stage.same(
          () => deleteBucket(this.#stage.call, this.#stage.store, bucket),
          () => this.#stage.model.deleteBucket(bucket),
        ),
      setVersioning: ({ bucket, state }) =>
        this.#stage.same(
          () => setVersioning(this.#stage.call, this.#stage.store, bucket, state),
          () => this.#stage.model.setVersioning(bucket, state),
        ),
      put: (step) => this.#put(step),
      get: ({ bucket, key, range }) => this.#get(bucket, this.#stage.key(key), undefined, range),
      getVersion: ({ bucket, key, id }) =>
        this.#get(bucket, this.#stage.key(key), this.#stage.id(bucket, key, id), undefined),
      delete: ({ bucket, key }) => this.#delete(bucket, this.#stage.key(key)),
      deleteVersion: (step) => this.#deleteVersion(step),
      deleteMany: (step) => this.#deleteMany(step),
      list: ({ bucket, query }) => this.#compareObjects(bucket, query),
      listVersions: ({ bucket, query }) => this.#compareVersions(bucket, query, query.marker, ''),
      listFromVersion: ({ bucket, query, key, id }) => {
        const name = this.#stage.key(key)
        const ids = this.#stage.model.versions(bucket, name).map((version) => version.id)
        return this.#compareVersions(bucket, query, name, ids[id % (ids.length + 1)] ?? '')
      },
      allPages: (step) => this.#allPages(step),
      passTime: async ({ ms }) => this.#stage.clock.advance(ms),
      reclaim: async () => {
        await removeLapsed(this.#stage.call, this.#stage.store, this.#stage.clock.now())
        await reclaimGarbage(this.#stage.call, this.#stage.store, this.#stage.clock.now())
        await reclaimOrphans(this.#stage.call, this.#stage.store, this.#stage.clock.now() - 25 * HOUR_MS)
        await auditExactly(this.#stage.store)
      },
    }
  }

  async #put({ bucket, key: number, size, metadata }: StepOf<'put'>): Promise<void> {
    const key = this.#stage.key(number)
    const bytes = bytesNamed(this.#stage.bodyName(), size)
    const before = this.#stage.model.versions(bucket, key)
    const put = await this.#stage.told(() =>
      putObject(this.#stage.call, this.#stage.store, {
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
    const modelled = await outcome(async () =>
      this.#stage.model.put(bucket, key, contentOf(bytes, metadata), id),
    )
    expect(put).toMatchObject({ ...modelled, ...(put.ok ? { value: expect.anything() } : {}) })
    if (!put.ok) return
    this.#stage.tookId(bucket, key, put.value.versionId, before)
    expect(put.value).toMatchObject({ etag: md5Of(bytes), size, crc64: this.#stage.store.crc64.of(bytes) })
  }

  async #get(bucket: string, key: string, id: string | undefined, range: Range | undefined): Promise<void> {
    const header = range && `bytes=${range.first}-${range.last ?? ''}`
    const input = { bucket, key, versionId: id, range: header, conditions: {} }
    await this.#stage.same(
      async () => {
        const head = await headObject(this.#stage.call, this.#stage.store, input)
        const found = await getObject(this.#stage.call, this.#stage.store, input)
        expect(found).toMatchObject(head)
        const { version } = found
        const bytes = await contentBytes(found.content)
        const { etag, crc64, metadata } = version
        const tags = version.tags.map((one) => `${one.Key}=${one.Value}`)
        return { id: found.versionId, etag, crc64, bytes: md5Of(bytes), metadata, tags }
      },
      () => {
        const found = this.#stage.model.get(bucket, key, id)
        const { bytes, metadata, etag, tags = [] } = found.content
        const shown = this.#stage.model.versioning(bucket) ? found.id : undefined
        const crc64 = this.#stage.store.crc64.of(bytes)
        return { id: shown, etag, crc64, bytes: md5Of(slice(bytes, range)), metadata, tags }
      },
    )
  }

  async #delete(bucket: string, key: string): Promise<void> {
    const before = this.#stage.model.versions(bucket, key)
    const deleted = await this.#stage.told(() =>
      deleteObject(this.#stage.call, this.#stage.store, { bucket, key }),
    )
    const id = (deleted.ok ? deleted.value.versionId : undefined) ?? 'null'
    expect(deleted).toEqual(await outcome(async () => this.#stage.model.delete(bucket, key, id)))
    if (deleted.ok) this.#stage.tookId(bucket, key, id === 'null' ? undefined : id, before)
  }

  async #deleteVersion({ bucket, key: number, id: idNumber }: StepOf<'deleteVersion'>): Promise<void> {
    const key = this.#stage.key(number)
    const id = this.#stage.id(bucket, number, idNumber)
    await this.#stage.same(
      () => deleteObject(this.#stage.call, this.#stage.store, { bucket, key, versionId: id }),
      () => this.#stage.model.deleteVersion(bucket, key, id),
    )
  }

  /** Keys may come twice; each is deleted in its turn. */
  async #deleteMany({ bucket, keys }: StepOf<'deleteMany'>): Promise<void> {
    const targets = keys.map((number) => ({ key: this.#stage.key(number) }))
    const deleted = await this.#stage.told(() =>
      deleteObjects(this.#stage.call, this.#stage.store, bucket, targets),
    )
    const outcomes = deleted.ok ? deleted.value : []
    const expected = await outcome(async () => {
      this.#stage.model.bucket(bucket)
      return targets.map(({ key }, at) => {
        const told = outcomes[at]
        const id = (told?.ok ? told.result.versionId : undefined) ?? 'null'
        if (id !== 'null') this.#stage.idsOf(bucket, key).push(id)
        return { key, ok: true, result: this.#stage.model.delete(bucket, key, id) }
      })
    })
    expect(deleted).toEqual(expected)
  }

  async #compareObjects(bucket: string, query: Query): Promise<void> {
    await this.#stage.same(
      async () => {
        const page = await listObjects(this.#stage.call, this.#stage.store, { bucket, ...query })
        expect(page.keysMax).toBe(Math.min(query.keysMax ?? LIMITS.listKeysMax, LIMITS.listKeysMax))
        const objects = page.objects.map(({ key, version }) => `${key} ${version.etag} ${version.size}`)
        return { objects, prefixes: page.commonPrefixes, next: page.nextMarker }
      },
      () => shownObjects(this.#stage.model.listObjects(bucket, query)),
    )
  }

  async #compareVersions(bucket: string, query: Query, keyMarker: string, idMarker: string): Promise<void> {
    const markers = { keyMarker, versionIdMarker: idMarker }
    await this.#stage.same(
      async () =>
        shownVersions(
          await listVersions(this.#stage.call, this.#stage.store, { bucket, ...query, ...markers }),
        ),
      () => shownModelVersions(this.#stage.model.listVersions(bucket, { ...query, ...markers })),
    )
  }

  /** Page after page gives what one page without end would. */
  async #allPages({ bucket, query }: StepOf<'allPages'>): Promise<void> {
    const whole = { ...query, marker: '', keysMax: undefined }
    const paged = { ...query, bucket, keysMax: Math.max(1, query.keysMax ?? 1) }
    await this.#stage.same(
      () => allVersions(this.#stage.call, this.#stage.store, paged),
      () => {
        const markers = { keyMarker: '', versionIdMarker: '' }
        const listing = this.#stage.model.listVersions(bucket, { ...whole, ...markers })
        const { versions, prefixes } = shownModelVersions(listing)
        return { versions, prefixes }
      },
    )
    await this.#stage.same(
      () => allKeys(this.#stage.call, this.#stage.store, paged),
      () => {
        const { entries, commonPrefixes } = this.#stage.model.listObjects(bucket, whole)
        return [...entries.map((entry) => entry.key), ...commonPrefixes].sort()
      },
    )
  }
}
