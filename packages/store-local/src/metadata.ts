// The metadata port over LMDB.
import type { MetadataStore } from '@coset/core'
import { planCommit } from './commit-plan.js'
import { CommitQueue } from './commit-queue.js'
import { EntryCache } from './entry-cache.js'
import type { Environment } from './environment.js'
import { readEntry, scanEntries } from './rows.js'

export function localMetadataStore(environment: Environment): MetadataStore {
  const { rows } = environment
  const queue = new CommitQueue(environment)
  const cache = new EntryCache()
  // lmdb keeps one snapshot per turn of the event loop. A commit acknowledged since, by this or another
  // process, has to be seen, so every call drops it; the rest of the call is synchronous: one snapshot.
  return {
    async read(keys) {
      rows.resetReadTxn()
      return keys.map((key) => readEntry(rows, key, cache))
    },

    async scan(range, { limit, reverse = false }) {
      rows.resetReadTxn()
      return scanEntries(rows, range, limit, reverse)
    },

    async commit(commit) {
      return queue.commit(planCommit(commit))
    },

    close: () => queue.close(),
  }
}
