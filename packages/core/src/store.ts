// The store: the two ports, and what a process keeps beside them.
import type { BucketHint } from './catalog/bucket-lookup.js'
import { createLocks, type Locks } from './catalog/locks.js'
import { type CreateDigester, inlineDigester } from './content/digester.js'
import type { BlobStore, MetadataStore } from './ports.js'

export interface Checksum {
  update(bytes: Uint8Array): void
  digest(): bigint
}

/** CRC-64 as COS computes it (ECMA polynomial, reflected). */
export interface Crc64 {
  of(bytes: Uint8Array): bigint
  create(): Checksum
  /** Of two stretches of bytes joined, from the sums of each. */
  combine(first: bigint, second: bigint, secondBytes: number): bigint
}

export interface Store {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly crc64: Crc64
  /** For bodies too large to digest at once. */
  readonly createDigester: CreateDigester
  readonly locks: Locks
  /** Last seen bucket rows by name; only ever hints, verified by every read. */
  readonly bucketHints: Map<string, BucketHint>
  /** Whether blobs written as cold go to storage of another kind, so that bytes move with an object's class. */
  readonly hasColdStorage: boolean
}

export function createStore(ports: {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly crc64: Crc64
  /** Default: on the calling thread. */
  readonly createDigester?: CreateDigester
  /** Default: false. */
  readonly hasColdStorage?: boolean
}): Store {
  const createDigester = ports.createDigester ?? inlineDigester(ports.crc64)
  const hasColdStorage = ports.hasColdStorage ?? false
  return { ...ports, createDigester, hasColdStorage, locks: createLocks(), bucketHints: new Map() }
}
