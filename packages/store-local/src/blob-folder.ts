// The folder of blob files and its shards, which are created when first needed and synced by name.

import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobId } from '@coset/core'
import { isShard, pathOfBlob, shardOf } from './blob-format.js'
import { errorCode } from './disk-faults.js'

export class BlobFolder {
  readonly path: string
  readonly #root: FileHandle
  /** Open for as long as the store, to be synced without a lookup; at most 256. */
  readonly #shards = new Map<string, Promise<FileHandle>>()

  private constructor(path: string, root: FileHandle) {
    this.path = path
    this.#root = root
  }

  static async open(path: string): Promise<BlobFolder> {
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    return new BlobFolder(path, await open(path, 'r'))
  }

  pathOf(id: BlobId): string {
    return pathOfBlob(this.path, id)
  }

  /** The shard of an id: durable itself, and ready to make the names in it durable. */
  shard(id: BlobId): Promise<FileHandle> {
    const name = shardOf(id)
    const known = this.#shards.get(name)
    if (known !== undefined) return known
    const opening = this.#openShard(name)
    this.#shards.set(name, opening)
    opening.catch(() => this.#shards.delete(name))
    return opening
  }

  /** Sorted names of the shards that exist. */
  async shardNames(): Promise<readonly string[]> {
    return (await readdir(this.path)).filter(isShard).sort()
  }

  async namesIn(shard: string): Promise<readonly string[]> {
    return readdir(join(this.path, shard))
  }

  async close(): Promise<void> {
    const shards = await Promise.allSettled(this.#shards.values())
    this.#shards.clear()
    const open = shards.flatMap((shard) => (shard.status === 'fulfilled' ? [shard.value] : []))
    await Promise.all([this.#root, ...open].map((handle) => handle.close()))
  }

  async #openShard(name: string): Promise<FileHandle> {
    const path = join(this.path, name)
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    // Even when it existed: another process may have created it a moment ago, and not synced it yet.
    await this.#root.sync()
    return open(path, 'r')
  }
}
