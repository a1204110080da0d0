// What was asked of the server and what it acknowledged, and from that: which states a key may be in.

import type { AppendedKey } from './crash-appends.js'
import { type Content, putContent } from './crash-content.js'
import type { CrashUpload } from './crash-uploads.js'

export interface Operation {
  readonly kind: 'put' | 'delete'
  readonly bucket: string
  readonly key: string
  /** Names the content, together with the key; unique in a run. */
  readonly generation: number
  readonly content: Content
  /** Ticks of the ledger. */
  readonly started: number
  /** Infinite while it is not acknowledged. */
  ended: number
  /** As the server told it; absent in a bucket without versioning. */
  versionId?: string
}

/** A version that an acknowledged or an unfinished request deletes by its id. */
export interface VersionDeletion {
  acknowledged: boolean
}

export class Ledger {
  readonly operations = new Map<string, Operation[]>()
  /** By `<bucket> <key> <version id>`. */
  readonly versionDeletions = new Map<string, VersionDeletion>()
  readonly uploads = new Set<CrashUpload>()
  readonly appended = new Map<string, AppendedKey>()
  #tick = 0
  #generation = 0
  acknowledged = 0
  /** How often what a crash can break was acknowledged, and how often it was found under way. */
  readonly tally = new Map<string, number>()

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }

  newGeneration(): number {
    return ++this.#generation
  }

  put(bucket: string, key: string, size: number): Operation {
    const generation = this.newGeneration()
    const content = putContent(`${bucket} ${key} ${generation}`, size)
    return this.begin({ kind: 'put', bucket, key, generation, content })
  }

  delete(bucket: string, key: string): Operation {
    const content = { pieces: [], isMultipart: false }
    return this.begin({ kind: 'delete', bucket, key, generation: this.newGeneration(), content })
  }

  begin(what: Pick<Operation, 'kind' | 'bucket' | 'key' | 'generation' | 'content'>): Operation {
    const { bucket, key } = what
    const operation: Operation = {
      ...what,
      started: ++this.#tick,
      ended: Number.POSITIVE_INFINITY,
    }
    this.of(bucket, key).push(operation)
    return operation
  }

  acknowledge(operation: Operation, versionId: string | undefined): void {
    operation.ended = ++this.#tick
    if (versionId !== undefined) operation.versionId = versionId
    this.acknowledged++
  }

  beginVersionDeletion(bucket: string, key: string, versionId: string): VersionDeletion {
    const deletion = { acknowledged: false }
    this.versionDeletions.set(`${bucket} ${key} ${versionId}`, deletion)
    return deletion
  }

  acknowledgeDeletion(deletion: VersionDeletion): void {
    deletion.acknowledged = true
    this.acknowledged++
  }

  deletionOf(bucket: string, key: string, versionId: string): VersionDeletion | undefined {
    return this.versionDeletions.get(`${bucket} ${key} ${versionId}`)
  }

  of(bucket: string, key: string): Operation[] {
    const name = `${bucket} ${key}`
    const list = this.operations.get(name) ?? []
    this.operations.set(name, list)
    return list
  }

  keys(bucket: string): readonly string[] {
    const names = [...this.operations.keys()].filter((name) => name.startsWith(`${bucket} `))
    return names.map((name) => name.slice(bucket.length + 1))
  }

  /** From now on these, all acknowledged, are what is known of the key. */
  settle(bucket: string, key: string, observed: readonly Operation[]): void {
    for (const operation of observed) operation.ended = Math.min(operation.ended, ++this.#tick)
    this.operations.set(`${bucket} ${key}`, [...observed])
  }

  forgetDeletions(): void {
    this.versionDeletions.clear()
  }
}

/** Whether `operation` may have been the last: no other that is acknowledged began after it had ended. */
export function mayBeLast(operation: Operation, all: readonly Operation[]): boolean {
  return !all.some((other) => other.ended !== Number.POSITIVE_INFINITY && other.started > operation.ended)
}
