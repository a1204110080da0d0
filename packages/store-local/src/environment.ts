// The LMDB environment of a data folder, and the options that make a commit durable before it is seen.
import { join } from 'node:path'
import { type Database, type DatabaseOptions, open, type RootDatabase } from 'lmdb'
import { keyEncoder, type Row, rowEncoder } from './row-codec.js'

export type Rows = Omit<Database<Row, Uint8Array>, 'put'> & {
  put(key: Uint8Array, row: Buffer): unknown
}

export interface Environment {
  readonly root: RootDatabase<Uint8Array, Uint8Array>
  /** The rows of the metadata port. */
  readonly rows: Rows
  /** The store's own rows: the stamp counter, the owner, the identity of the folder, and where its cold folder is. */
  readonly house: Database<Uint8Array, Uint8Array>
}

/** Longest key LMDB takes with pages of 4 KiB. */
export const KEY_SIZE_MAX = 1978

/** Address space, not memory or disk: LMDB maps anew when the data outgrows it, so this is no ceiling. */
const MAP_SIZE_INITIAL = 16 * 2 ** 30

const READERS_MAX = 1024

/**
 * How much of the free space, in pages, a commit considers for reuse. lmdb's defaults (50,000 and 75,000) keep
 * it all in one sorted list and shift that list on each commit: after a mass deletion commits became twenty
 * times slower. The price is a larger file: it doubled, ever more slowly, while each row was replaced four times.
 */
const FREE_SPACE = { maxFreeSpaceToLoad: 1_000, maxFreeSpaceToRetain: 2_000 }

export function openEnvironment(dir: string): Environment {
  const tables = { keyEncoding: 'binary', encoding: 'binary' } as const
  const root = open<Uint8Array, Uint8Array>({
    ...tables,
    ...FREE_SPACE,
    path: join(dir, 'metadata'),
    noSubdir: false,
    maxDbs: 4,
    maxReaders: READERS_MAX,
    mapSize: MAP_SIZE_INITIAL,
    // With it, a transaction is visible to everyone, and resolved, before it is on disk.
    overlappingSync: false,
    // The commit queue does its own grouping; LMDB need not wait for the turn to end.
    eventTurnBatching: false,
  })
  // lmdb's types have no name for a store that takes encoded rows and gives decoded ones.
  const options = { encoder: rowEncoder, keyEncoder } as DatabaseOptions
  const rows = root.openDB<unknown, Uint8Array>('rows', options) as Rows
  return { root, rows, house: root.openDB('house', tables) }
}
