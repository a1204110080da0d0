// Checkpoints in a browser: records of IndexedDB, under locks that tabs and workers of one origin share.
import { CosClientError } from '../errors.js'
import { settledOr } from './background.js'
import type { Checkpoint, CheckpointRecord, CheckpointStore } from './checkpoint.js'
import { LatestWriter } from './latest-writer.js'

const DATABASE = 'coset-transfers'
const DATABASE_VERSION = 1
const STORE = 'checkpoints'
const BY_TIME = 'savedMs'
const RECORDS_MAX = 200
/** Servers drop what was left for so long, or bill for it; either way nobody waits for it any more. */
const RECORD_AGE_MAX_MS = 30 * 24 * 3600 * 1000
/** A database may wait for other tabs for ever. */
const WAIT_MS_MAX = 5000

interface Row {
  readonly savedMs: number
  readonly record: CheckpointRecord
}

/** Rejects with a CosClientError of kind `file` where the browser keeps nothing. */
export const indexedDbCheckpoints: CheckpointStore = {
  async has(id) {
    return (await inStore('readonly', (store) => store.getKey(JSON.stringify(id)))) !== undefined
  },
  async open(id) {
    const key = JSON.stringify(id)
    const release = await lock(key)
    try {
      await sweep(Date.now() - RECORD_AGE_MAX_MS)
      const row = await inStore('readonly', (store) => store.get(key))
      return checkpointOf(key, (row as Row | undefined)?.record, release)
    } catch (error) {
      release()
      throw error
    }
  },
}

function checkpointOf(key: string, saved: CheckpointRecord | undefined, release: () => void): Checkpoint {
  const writer = new LatestWriter<CheckpointRecord>(async (record) => {
    const row: Row = { savedMs: Date.now(), record }
    await inStore('readwrite', (store) => store.put(row, key))
  })
  return {
    saved: typeof saved === 'object' && saved !== null ? saved : undefined,
    save: (record) => writer.write(record),
    async clear() {
      await writer.settled()
      await inStore('readwrite', (store) => store.delete(key))
    },
    async release() {
      await writer.settled()
      release()
    },
  }
}

/** A call that was aborted a moment ago has it until its record is written. */
const LOCK_MS_MAX = 1000

/** Resolves to what releases it. The browser does so too when the page goes. */
async function lock(key: string): Promise<() => void> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  if (!locks) return lockInPage(key)
  const signal = AbortSignal.timeout(LOCK_MS_MAX)
  return new Promise((resolve, reject) => {
    locks
      .request(`coset ${key}`, { signal }, () => new Promise<void>((release) => resolve(release)))
      .catch((cause: unknown) => reject(signal.aborted ? lockedError() : storageError(cause)))
  })
}

/** Held by this page, for browsers and pages without Web Locks: those are for secure origins only. */
const held = new Map<string, Promise<void>>()

async function lockInPage(key: string): Promise<() => void> {
  const deadline = AbortSignal.timeout(LOCK_MS_MAX)
  for (let holder = held.get(key); holder; holder = held.get(key)) {
    await settledOr(holder, deadline)
    if (deadline.aborted) throw lockedError()
  }
  let release = () => {}
  held.set(
    key,
    new Promise((resolve) => {
      release = () => {
        held.delete(key)
        resolve()
      }
    }),
  )
  return release
}

function lockedError(): CosClientError {
  const message = 'Another call or tab is at this transfer. Wait for it, or transfer without a checkpoint.'
  return new CosClientError('locked', message)
}

function storageError(cause: unknown): CosClientError {
  const message = 'This browser does not let the page keep checkpoints; transfer with `checkpoint: false`.'
  return new CosClientError('file', message, { cause })
}

/** Deletes what nobody came back for. */
async function sweep(beforeMs: number): Promise<void> {
  const count = await inStore('readonly', (store) => store.count())
  const old = await inStore('readonly', (store) =>
    store.index(BY_TIME).getAllKeys(IDBKeyRange.upperBound(beforeMs)),
  )
  const excess = Math.max(0, count - RECORDS_MAX)
  const oldest =
    excess > 0 ? await inStore('readonly', (store) => store.index(BY_TIME).getAllKeys(null, excess)) : []
  for (const key of new Set([...old, ...oldest])) await inStore('readwrite', (store) => store.delete(key))
}

/** One request in a transaction of its own, durable when it resolves. */
async function inStore<T>(
  mode: 'readonly' | 'readwrite',
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('IndexedDB did not answer.')), WAIT_MS_MAX)
  })
  try {
    return await Promise.race([late, asked(mode, ask)])
  } catch (cause) {
    throw storageError(cause)
  } finally {
    clearTimeout(timer)
  }
}

async function asked<T>(
  mode: 'readonly' | 'readwrite',
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openDatabase()
  try {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' })
    const request = ask(transaction.objectStore(STORE))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return request.result
  } finally {
    database.close()
  }
}

/** For each request anew: a connection that stays open would hold up later versions in other tabs. */
function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, DATABASE_VERSION)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE).createIndex(BY_TIME, BY_TIME)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
