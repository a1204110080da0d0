// Opens a data folder and hands out the two ports over it.
import { join, resolve } from 'node:path'
import type { BlobStore, MetadataStore } from '@coset/core'
import { localBlobStore } from './blobs.js'
import { bindColdFolder } from './cold-folder.js'
import { type Environment, openEnvironment } from './environment.js'
import { unusable } from './errors.js'
import { prepareFolder, syncFolder } from './format.js'
import { localMetadataStore } from './metadata.js'
import { type Ownership, takeOwnership } from './owner.js'

export interface LocalStoreOptions {
  /** The data folder; created when missing. */
  readonly dir: string
  /** A second folder, on cheaper storage, for blobs written as `cold`; once used, it is needed on every opening. */
  readonly coldDir?: string | undefined
  /** `owner` (default) takes the folder for itself; a `worker` shares the folder of its owner. */
  readonly role?: 'owner' | 'worker'
  /** Milliseconds since 1970; dates the blobs. */
  readonly now?: () => number
}

export interface LocalStore {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Waits for commits under way, then lets the folder go. */
  close(): Promise<void>
}

/** Throws `StoreInUseError`, `StoreUnusableError` or `StoreFormatError`. */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  const dir = resolve(options.dir)
  const coldDir = options.coldDir === undefined ? undefined : resolve(options.coldDir)
  await prepareFolder(dir)
  const environment = openOrRefuse(dir)
  let ownership: Ownership | undefined
  try {
    if (options.role !== 'worker') ownership = await takeOwnership(environment, dir)
    await bindColdFolder(environment, { dir, coldDir })
    const blobs = await localBlobStore({ dir, coldDir, now: options.now ?? Date.now })
    // LMDB syncs what it writes, but not the names of its files when it has just made them.
    await syncFolder(join(dir, 'metadata'))
    await syncFolder(dir)
    if (coldDir !== undefined) await syncFolder(coldDir)
    const metadata = localMetadataStore(environment)
    return {
      metadata,
      blobs,
      async close() {
        await Promise.all([metadata.close(), blobs.close()])
        await ownership?.release()
        await environment.root.close()
      },
    }
  } catch (error) {
    await ownership?.release()
    await environment.root.close()
    throw error
  }
}

function openOrRefuse(dir: string): Environment {
  try {
    return openEnvironment(dir)
  } catch (error) {
    throw unusable(`The data folder ${dir}`, error)
  }
}
