// Opens a data folder and hands out the two ports over it.
import { join, resolve } from 'node:path'
import type { BlobStore, MetadataStore } from '@coset/core'
import { localBlobStore } from './blobs.js'
import { bindColdFolder } from './cold-folder.js'
import { type Environment, openEnvironment } from './environment.js'
import { unusable } from './errors.js'
import { findFolder, prepareFolder, syncFolder } from './format.js'
import { localMetadataStore } from './metadata.js'
import { isAlone, type Ownership, takeOwnership } from './owner.js'

export interface LocalStoreOptions {
  /** The data folder; created when missing. */
  readonly dir: string
  /** A second folder, on cheaper storage, for blobs written as `cold`; once used, it is needed on every opening. */
  readonly coldDir?: string | undefined
  /** `owner` (default) takes the folder for itself; a `worker` shares the folder of its owner. */
  readonly role?: 'owner' | 'worker'
  /** Refuse a folder that is not there or empty, instead of creating one. */
  readonly mustExist?: boolean
  /** Milliseconds since 1970; dates the blobs. */
  readonly now?: () => number
}

export interface LocalStore {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Whether blobs written as cold go to a folder of their own. */
  readonly hasColdStorage: boolean
  /** Whether no other living process has the folder open, as far as this machine can tell. */
  isAlone(): boolean
  /** Waits for commits under way, then lets the folder go. */
  close(): Promise<void>
}

/** Throws `StoreInUseError`, `StoreUnusableError` or `StoreFormatError`. */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  const dir = resolve(options.dir)
  const coldDir = options.coldDir === undefined ? undefined : resolve(options.coldDir)
  const mustExist = options.mustExist ?? false
  await (mustExist ? findFolder(dir) : prepareFolder(dir))
  const environment = openOrRefuse(dir)
  let ownership: Ownership | undefined
  try {
    if (options.role !== 'worker') ownership = await takeOwnership(environment, dir)
    await bindColdFolder(environment, { dir, coldDir, mustExist })
    const blobs = await localBlobStore({ dir, coldDir, now: options.now ?? Date.now })
    // LMDB syncs what it writes, but not the names of its files when it has just made them.
    await syncFolder(join(dir, 'metadata'))
    await syncFolder(dir)
    if (coldDir !== undefined) await syncFolder(coldDir)
    const metadata = localMetadataStore(environment)
    return {
      metadata,
      blobs,
      hasColdStorage: coldDir !== undefined,
      isAlone: () => isAlone(environment),
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
