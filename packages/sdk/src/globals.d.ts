// What browsers have and this package uses, where Node's own types name nothing of the kind. tsconfig.browser.json
// checks the same sources against the whole library of the DOM instead.

/** Undefined in Node. */
declare const location: { readonly origin: string; readonly protocol: string } | undefined

declare const navigator: { readonly locks?: LockManager } | undefined

interface LockManager {
  request<T>(
    name: string,
    options: { readonly signal: AbortSignal },
    callback: (lock: object | null) => T,
  ): Promise<Awaited<T>>
}

declare const indexedDB: { open(name: string, version: number): IDBOpenDBRequest }
declare const IDBKeyRange: { upperBound(bound: number): object }

interface IDBRequest<T> {
  readonly result: T
  readonly error: Error | null
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}

interface IDBOpenDBRequest extends IDBRequest<IDBDatabase> {
  onupgradeneeded: (() => void) | null
}

interface IDBDatabase {
  createObjectStore(name: string): IDBObjectStore
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options: { readonly durability: 'strict' },
  ): IDBTransaction
  close(): void
}

interface IDBTransaction {
  readonly error: Error | null
  oncomplete: (() => void) | null
  onabort: (() => void) | null
  objectStore(name: string): IDBObjectStore
}

interface IDBObjectStore {
  get(key: string): IDBRequest<unknown>
  getKey(key: string): IDBRequest<unknown>
  put(value: object, key: string): IDBRequest<unknown>
  delete(key: string | object): IDBRequest<undefined>
  count(key?: string): IDBRequest<number>
  createIndex(name: string, member: string): IDBIndex
  index(name: string): IDBIndex
}

interface IDBIndex {
  getAllKeys(range: object | null, count?: number): IDBRequest<string[]>
}
