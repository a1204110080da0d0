// A bucket to work in: core's functions in few words, for tests that are about what they do.
import {
  type AppendResult,
  abortUpload,
  appendObject,
  type Call,
  type CompleteResult,
  type CopyResult,
  completeUpload,
  copyObject,
  createBucket,
  createUpload,
  type DeleteResult,
  deleteObject,
  getObject,
  type ListedPart,
  type ListInput,
  type ListVersionsInput,
  listObjects,
  listVersions,
  type PutInput,
  type PutResult,
  putObject,
  putPart,
  reclaimGarbage,
  type Store,
  setVersioning,
  versionId,
} from '@coset/core'
import { type Audit, auditExactly } from './audit.js'
import { bodyOf, contentBytes } from './bodies.js'
import { OWNER, testCall } from './call.js'
import { type FakeClock, fakeClock } from './fake-clock.js'
import { type OpenStore, openMemoryStore } from './stores.js'

/** A bucket that never had versioning, one that has it, and one that had it. */
export type VersioningHistory = 'never' | 'Enabled' | 'Suspended'

export interface BegunUpload {
  complete(): Promise<CompleteResult>
  abort(): Promise<void>
}

export class TestBucket {
  readonly name = 'bucket-1250000000'
  readonly store: Store
  readonly clock: FakeClock
  readonly call: Call
  readonly #opened: OpenStore

  private constructor(opened: OpenStore, clock: FakeClock) {
    this.#opened = opened
    this.store = opened.store
    this.clock = clock
    this.call = testCall({ clock })
  }

  /** On a memory store whose blobs are dated by the bucket's clock. */
  static async open(versioning: VersioningHistory = 'never'): Promise<TestBucket> {
    const clock = fakeClock()
    return TestBucket.over(await openMemoryStore({ now: clock.now }), clock, versioning)
  }

  /** On a store whose blobs are dated by the given clock. */
  static async over(
    opened: OpenStore,
    clock: FakeClock,
    versioning: VersioningHistory = 'never',
  ): Promise<TestBucket> {
    const bucket = new TestBucket(opened, clock)
    await bucket.create()
    if (versioning !== 'never') await bucket.setVersioning(versioning)
    return bucket
  }

  close(): Promise<void> {
    return this.#opened.close()
  }

  create(): Promise<void> {
    const { id: owner } = OWNER as { readonly id: string }
    const input = { name: this.name, region: 'ap-guangzhou', owner, acl: {}, tags: [] }
    return createBucket(this.call, this.store, input)
  }

  setVersioning(state: 'Enabled' | 'Suspended'): Promise<void> {
    return setVersioning(this.call, this.store, this.name, state)
  }

  /** What `putObject` takes, with nothing but a body. */
  putInput(key: string, content: string | Uint8Array, input: Partial<PutInput> = {}): PutInput {
    return {
      bucket: this.name,
      key,
      body: bodyOf(content),
      expected: {},
      headers: {},
      metadata: {},
      storageClass: 'STANDARD',
      acl: {},
      tags: [],
      forbidOverwrite: false,
      ...input,
    }
  }

  put(key: string, content: string | Uint8Array, input: Partial<PutInput> = {}): Promise<PutResult> {
    return putObject(this.call, this.store, this.putInput(key, content, input))
  }

  /** An upload with these parts, not completed. */
  async uploadParts(key: string, parts: readonly Uint8Array[]): Promise<BegunUpload> {
    const name = { bucket: this.name, key }
    const { body: _body, expected, ...target } = this.putInput(key, '')
    const uploadId = await createUpload(this.call, this.store, target)
    const listed: ListedPart[] = []
    for (const [at, bytes] of parts.entries()) {
      const part = { ...name, uploadId, partNumber: at + 1, body: bodyOf(bytes), expected }
      const { etag } = await putPart(this.call, this.store, part)
      listed.push({ partNumber: at + 1, etag })
    }
    return {
      complete: () =>
        completeUpload(this.call, this.store, { ...name, uploadId, parts: listed, forbidOverwrite: false }),
      abort: () => abortUpload(this.call, this.store, { ...name, uploadId }),
    }
  }

  append(key: string, position: number, content: string | Uint8Array): Promise<AppendResult> {
    return appendObject(this.call, this.store, { ...this.putInput(key, content), position })
  }

  /** From one key to another, as it is. */
  copy(from: string, key: string): Promise<CopyResult> {
    const { body: _body, expected: _expected, ...target } = this.putInput(key, '')
    const source = { bucket: this.name, key: from, conditions: {} }
    const input = { ...target, source, replacesMetadata: false, replacesTags: false }
    return copyObject(this.call, this.store, input)
  }

  async read(key: string, id?: string): Promise<string> {
    const input = { bucket: this.name, key, versionId: id, conditions: {} }
    const { content } = await getObject(this.call, this.store, input)
    return (await contentBytes(content)).toString()
  }

  async readBytes(key: string, range?: string): Promise<Buffer> {
    const input = { bucket: this.name, key, range, conditions: {} }
    const { content } = await getObject(this.call, this.store, input)
    return contentBytes(content)
  }

  delete(key: string, id?: string): Promise<DeleteResult> {
    return deleteObject(this.call, this.store, { bucket: this.name, key, versionId: id })
  }

  list(query: Partial<ListInput> = {}) {
    const everything = { bucket: this.name, prefix: '', delimiter: '', marker: '', keysMax: undefined }
    return listObjects(this.call, this.store, { ...everything, ...query })
  }

  listVersions(query: Partial<ListVersionsInput> = {}) {
    const markers = { keyMarker: '', versionIdMarker: '' }
    const everything = { bucket: this.name, prefix: '', delimiter: '', ...markers, keysMax: undefined }
    return listVersions(this.call, this.store, { ...everything, ...query })
  }

  /** Reclaims everything that nothing claims, then holds rows and blobs against each other. */
  async reclaimAndAudit(): Promise<Audit> {
    this.clock.advance(3600_000)
    await reclaimGarbage(this.call, this.store, this.clock.now())
    return auditExactly(this.store)
  }

  /** A key's versions, newest first: `<content>` or `marker`, with `null ` before those without an id. */
  async timeline(key: string): Promise<readonly string[]> {
    const { versions } = await this.listVersions()
    const shown: string[] = []
    for (const { version, ...one } of versions) {
      if (one.key !== key) continue
      if (one.isLatest !== (shown.length === 0)) throw new Error(`IsLatest is wrong at ${shown.length}.`)
      const what = version.kind === 'marker' ? 'marker' : await this.read(key, versionId(version))
      shown.push(version.isNull ? `null ${what}` : what)
    }
    return shown
  }
}
