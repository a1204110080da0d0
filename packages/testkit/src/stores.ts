// Stores as a server wires them, opened for one test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlobStore, createStore, type MetadataStore, type Store } from '@coset/core'
import { loadCrc64 } from '@coset/protocol'
import { openLocalStore } from '@coset/store-local'
import { memoryBlobStore, memoryMetadataStore } from '@coset/store-memory'

export interface Ports {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly hasColdStorage?: boolean
}

export interface OpenStore {
  readonly store: Store
  close(): Promise<void>
}

export interface OpenStoreOptions {
  /** Milliseconds since 1970; dates the blobs. Default: the system's clock. */
  readonly now?: () => number
}

/** One more process above the same ports: its locks and its memory of buckets are its own. */
export async function storeAbove({ metadata, blobs, hasColdStorage = false }: Ports): Promise<Store> {
  return createStore({ metadata, blobs, hasColdStorage, crc64: await loadCrc64() })
}

export async function openMemoryStore({ now = Date.now }: OpenStoreOptions = {}): Promise<OpenStore> {
  const metadata = memoryMetadataStore()
  const blobs = memoryBlobStore({ now })
  const store = await storeAbove({ metadata, blobs })
  return { store, close: async () => void (await Promise.all([metadata.close(), blobs.close()])) }
}

/** In a new folder below the system's temporary one, which `close` deletes. */
export async function openTemporaryLocalStore({ now = Date.now }: OpenStoreOptions = {}): Promise<OpenStore> {
  const dir = await mkdtemp(join(tmpdir(), 'coset-test-'))
  const opened = await openLocalStoreIn(dir, { now })
  return {
    ...opened,
    async close() {
      await opened.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** In a folder that stays. */
export async function openLocalStoreIn(
  dir: string,
  { now = Date.now, coldDir }: OpenStoreOptions & { readonly coldDir?: string } = {},
): Promise<OpenStore> {
  const local = await openLocalStore({ dir, coldDir, now })
  return { store: await storeAbove(local), close: () => local.close() }
}

/** By the names suites give them. */
export const STORES = {
  memory: openMemoryStore,
  local: openTemporaryLocalStore,
} as const
