// Buckets, objects and versions as COS defines them, in plain maps and as naively as can be: what core is held to.
import { Fault } from '@coset/model'
import { contentOf, contentWith, type ModelContent } from './reference-content.js'
import { type Listing, type ListingQuery, listNaively } from './reference-listing.js'
import type { ModelCompletion, ModelUpload } from './reference-uploads.js'

export type Versioning = 'Enabled' | 'Suspended' | undefined

export interface ModelVersion {
  /** As core told it; `null` for versions of buckets where versioning is not enabled. */
  readonly id: string
  /** Absent: a delete marker. */
  readonly content: ModelContent | undefined
}

export interface ModelBucket {
  versioning: Versioning
  /** Newest first; never empty. */
  readonly keys: Map<string, readonly ModelVersion[]>
  /** By their ids. */
  readonly uploads: Map<string, ModelUpload>
  readonly completions: Map<string, ModelCompletion>
}

export interface ModelEntry {
  readonly version: ModelVersion
  readonly isLatest: boolean
}

/** What deletion tells: the marker made or the version removed, if any. */
export type Deleted = { readonly versionId: string | undefined; readonly deleteMarker: boolean }

const NOTHING: Deleted = { versionId: undefined, deleteMarker: false }

export interface Appended {
  readonly position: number
  readonly bytes: Buffer
  /** Counts when it is the first. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Methods throw the faults core has to throw. New ids are core's to choose, so they are parameters here. */
export class ReferenceModel {
  readonly #buckets = new Map<string, ModelBucket>()

  createBucket(name: string): void {
    if (this.#buckets.has(name)) throw new Fault('BucketAlreadyOwnedByYou')
    this.#buckets.set(name, {
      versioning: undefined,
      keys: new Map(),
      uploads: new Map(),
      completions: new Map(),
    })
  }

  deleteBucket(name: string): void {
    const { keys, uploads } = this.bucket(name)
    if (keys.size + uploads.size > 0) throw new Fault('BucketNotEmpty')
    this.#buckets.delete(name)
  }

  bucketNames(): readonly string[] {
    return [...this.#buckets.keys()]
  }

  /** Keys with a current, live version. */
  keys(name: string): readonly string[] {
    return [...this.bucket(name).keys].flatMap(([key, [current]]) => (current?.content ? [key] : []))
  }

  versionCount(): number {
    const lists = [...this.#buckets.values()].flatMap((bucket) => [...bucket.keys.values()])
    return lists.reduce((count, versions) => count + versions.length, 0)
  }

  versioning(name: string): Versioning {
    return this.#buckets.get(name)?.versioning
  }

  setVersioning(name: string, versioning: 'Enabled' | 'Suspended'): void {
    this.bucket(name).versioning = versioning
  }

  put(name: string, key: string, content: ModelContent, newId: string): void {
    this.#add(this.bucket(name), key, { id: newId, content })
  }

  /** Throws unless the current version may grow, and has `position` bytes. */
  append(name: string, key: string, piece: Appended): ModelContent {
    const bucket = this.bucket(name)
    if (bucket.versioning === 'Enabled') throw new Fault('InvalidRequest')
    const [current, ...older] = this.versions(name, key)
    const before = current?.content
    if (before && !before.appends) throw new Fault('ObjectNotAppendable')
    if (piece.position !== (before?.bytes.length ?? 0)) throw new Fault('AppendPositionErr')
    const content = before
      ? contentWith(before, piece.bytes)
      : { ...contentOf(piece.bytes, piece.metadata), appends: 1 }
    if (before && current) this.#set(bucket, key, [{ ...current, content }, ...older])
    else this.#add(bucket, key, { id: 'null', content })
    return content
  }

  /** Versions of a key, newest first. */
  versions(name: string, key: string): readonly ModelVersion[] {
    return this.#buckets.get(name)?.keys.get(key) ?? []
  }

  /** The content of the current version, or of the one named. */
  get(name: string, key: string, id?: string): ModelVersion & { readonly content: ModelContent } {
    const versions = this.bucket(name).keys.get(key) ?? []
    const found = id === undefined ? versions[0] : versions.find((version) => version.id === id)
    if (!found) throw new Fault(id === undefined ? 'NoSuchKey' : 'NoSuchVersion')
    const { content } = found
    if (content) return { ...found, content }
    throw new Fault(id === undefined ? 'NoSuchKey' : 'MethodNotAllowed', {
      deleteMarker: true,
      versionId: found.id,
    })
  }

  /** In the place of the current version's tags, or of those of the one named. */
  setTags(name: string, key: string, id: string | undefined, tags: readonly string[]): void {
    const found = this.get(name, key, id)
    const changed = this.versions(name, key).map((version) =>
      version.id === found.id ? { ...found, content: { ...found.content, tags } } : version,
    )
    this.#set(this.bucket(name), key, changed)
  }

  delete(name: string, key: string, newId: string): Deleted {
    const bucket = this.bucket(name)
    if (bucket.versioning === undefined) {
      bucket.keys.delete(key)
      return NOTHING
    }
    this.#add(bucket, key, { id: newId, content: undefined })
    return { versionId: newId, deleteMarker: true }
  }

  deleteVersion(name: string, key: string, id: string): Deleted {
    const bucket = this.bucket(name)
    const versions = bucket.keys.get(key) ?? []
    const removed = versions.find((version) => version.id === id)
    if (!removed) return NOTHING
    this.#set(
      bucket,
      key,
      versions.filter((version) => version !== removed),
    )
    return { versionId: id, deleteMarker: removed.content === undefined }
  }

  listObjects(name: string, query: ListingQuery & { readonly marker: string }): Listing<ModelVersion> {
    const entries = [...this.bucket(name).keys].flatMap(([key, [current]]) =>
      current?.content ? [{ key, entry: current }] : [],
    )
    return listNaively(entries, query, query.marker)
  }

  /** The markers, together: start after that version of that key; the key alone: after all its versions. */
  listVersions(
    name: string,
    query: ListingQuery & { readonly keyMarker: string; readonly versionIdMarker: string },
  ): Listing<ModelEntry> {
    const { keyMarker, versionIdMarker } = query
    const entries = [...this.bucket(name).keys].flatMap(([key, versions]) =>
      versions.map((version, at) => ({ key, entry: { version, isLatest: at === 0 } })),
    )
    const marked = this.versions(name, keyMarker).findIndex((version) => version.id === versionIdMarker)
    if (marked < 0) return listNaively(entries, query, keyMarker)
    const seen = new Set(this.versions(name, keyMarker).slice(0, marked + 1))
    const left = entries.filter(({ entry }) => !seen.has(entry.version))
    return listNaively(left, query, { from: keyMarker })
  }

  bucket(name: string): ModelBucket {
    const bucket = this.#buckets.get(name)
    if (!bucket) throw new Fault('NoSuchBucket')
    return bucket
  }

  /** Makes `version` the newest. Without versioning, or suspended, it takes the null version's place. */
  #add(bucket: ModelBucket, key: string, version: ModelVersion): void {
    const versions = bucket.keys.get(key) ?? []
    const kept = bucket.versioning === 'Enabled' ? versions : versions.filter(({ id }) => id !== 'null')
    this.#set(bucket, key, [version, ...kept])
  }

  #set(bucket: ModelBucket, key: string, versions: readonly ModelVersion[]): void {
    if (versions.length === 0) bucket.keys.delete(key)
    else bucket.keys.set(key, versions)
  }
}
