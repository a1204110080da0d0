// Both storage ports on one machine: LMDB for metadata, files for blobs.
export { StoreFormatError, StoreInUseError, StoreUnusableError } from './errors.js'
export { type LocalStore, type LocalStoreOptions, openLocalStore } from './open.js'
