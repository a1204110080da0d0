// The two ports a storage engine implements: metadata by check-and-commit, and immutable blobs.

/** Compared byte by byte. */
export type Key = Uint8Array

export interface KeyRange {
  readonly start: Key
  /** Outside the range. */
  readonly end: Key
}

/** Grows with every commit. */
export type Stamp = bigint

/** Read only, bytes included: a store may hand out the same entry again. */
export interface Entry {
  readonly key: Key
  readonly value: Uint8Array
  readonly stamp: Stamp
}

export type Check =
  /** `stamp` null: the key is absent. */
  | { readonly kind: 'unchanged'; readonly key: Key; readonly stamp: Stamp | null }
  | { readonly kind: 'empty'; readonly range: KeyRange }

export type Write =
  | { readonly kind: 'put'; readonly key: Key; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Key }
  /** A counter: 8 bytes, big-endian, two's complement; absent counts as 0. */
  | { readonly kind: 'add'; readonly key: Key; readonly delta: bigint }

export interface Commit {
  readonly checks: readonly Check[]
  readonly writes: readonly Write[]
}

export type CommitResult =
  | { readonly ok: true; readonly stamp: Stamp }
  | { readonly ok: false; readonly failed: Check }

export interface MetadataStore {
  /** All keys, from one snapshot that holds every commit acknowledged before the call. */
  read(keys: readonly Key[]): Promise<readonly (Entry | undefined)[]>
  /** Entries of one snapshot, in key order (or from the range's end with `reverse`), at most `limit`. */
  scan(
    range: KeyRange,
    options: { readonly limit: number; readonly reverse?: boolean },
  ): Promise<readonly Entry[]>
  /**
   * All or nothing; resolves only when durable. A failed check writes nothing. Rejected with a fault other than
   * `InternalError`, nothing is written; rejected with anything else, it may be.
   */
  commit(commit: Commit): Promise<CommitResult>
  close(): Promise<void>
}

export type ByteStream = AsyncIterable<Uint8Array>

export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** Begins with `blobIdPrefix` of its creation time, so ids sort by age; opaque beyond that, and never reused. */
export type BlobId = string & { readonly '~blob': true }

/** The first 12 characters of every id made in the given millisecond since 1970; compares with ids by time. */
export function blobIdPrefix(timeMs: number): BlobId {
  return Math.max(0, Math.trunc(timeMs)).toString(16).padStart(12, '0') as BlobId
}

export interface BlobWriteOptions {
  readonly sizeMax: number
  readonly signal: AbortSignal
  /** Hardly ever read, so cheaper storage will do. A wish: stores of one kind of storage pass over it. */
  readonly cold?: boolean
}

export interface BlobReadOptions {
  readonly signal: AbortSignal
  /**
   * Chunks of about this size are wanted, each valid only until the next is asked for, so that its memory can serve again.
   * A wish: stores may pass over it. Default: chunks of any size, which are the reader's to keep.
   */
  readonly lentBytes?: number | undefined
}

/**
 * How another process of this machine reads blobs by itself: `openBlobs` of the module, called with the options, gives a
 * LocalBlobs. Plain data. Nothing tells the store of such a reader: it has the time that readers under way have
 * (`GARBAGE_DELAY_MS`) before the blobs of what was replaced or deleted go. Options may hold paths: not for logs, nor for clients.
 */
export interface BlobAccess {
  /** A URL that can be imported, of code that is built. */
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Blobs as another process reads them, without a turn of the event loop. */
export interface LocalBlobs {
  /** Bytes are compared with their checksums in blocks of so many, from a blob's beginning: reads of whole blocks cost least. */
  readonly blockBytes: number
  /** Fills `into` with what the blob has from `offset` on. Throws a Fault where that is missing or damaged. */
  read(id: BlobId, offset: number, into: Uint8Array): void
  close(): void
}

export interface BlobStore {
  /** Undefined where blobs can be read through the store alone. */
  readonly access?: BlobAccess | undefined
  /** Durable when it resolves; leaves nothing behind when it rejects. Chunks are the store's to keep. */
  write(body: ByteStream, options: BlobWriteOptions): Promise<{ readonly id: BlobId; readonly size: number }>
  read(id: BlobId, range: ByteRange, options: BlobReadOptions): ByteStream
  /** Idempotent: a blob already gone is no error. */
  delete(ids: readonly BlobId[]): Promise<void>
  /** In an order of the store's own, after `after`, so that pages of a large store cost no more than those of a small one. */
  list(options: {
    readonly after?: BlobId
    readonly limit: number
  }): Promise<readonly { readonly id: BlobId; readonly size: number }[]>
  close(): Promise<void>
}
