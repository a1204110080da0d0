// The two ports with a hook around every call, so that a test can fail, abort or lose any of them.
import type { BlobStore, ByteStream, MetadataStore } from '@coset/core'
import type { Ports } from './stores.js'

export interface PortCall {
  readonly method: 'read' | 'scan' | 'commit' | 'writeBlob' | 'readBlob' | 'deleteBlobs' | 'listBlobs'
  /** Counts all calls of both ports, from 1. */
  readonly number: number
}

/** What a hook throws is what the caller of the port gets. */
export interface PortHooks {
  /** Throwing here, the call fails and does nothing. */
  before?(call: PortCall): void
  /** Throwing here, the call has done its work and its outcome is lost. */
  after?(call: PortCall): void
}

export interface FaultyPorts extends Ports {
  /** Calls made so far. */
  calls(): number
}

export function faultyPorts(ports: Ports, hooks: PortHooks): FaultyPorts {
  let number = 0
  async function around<T>(method: PortCall['method'], work: () => Promise<T>): Promise<T> {
    number++
    const call = { method, number }
    hooks.before?.(call)
    const result = await work()
    hooks.after?.(call)
    return result
  }
  async function* readBlob(work: () => ByteStream): AsyncGenerator<Uint8Array> {
    number++
    const call = { method: 'readBlob', number } as const
    hooks.before?.(call)
    yield* work()
    hooks.after?.(call)
  }
  const metadata: MetadataStore = {
    read: (keys) => around('read', () => ports.metadata.read(keys)),
    scan: (range, options) => around('scan', () => ports.metadata.scan(range, options)),
    commit: (commit) => around('commit', () => ports.metadata.commit(commit)),
    close: () => ports.metadata.close(),
  }
  const blobs: BlobStore = {
    write: (body, options) => around('writeBlob', () => ports.blobs.write(body, options)),
    read: (id, range, options) => readBlob(() => ports.blobs.read(id, range, options)),
    delete: (ids) => around('deleteBlobs', () => ports.blobs.delete(ids)),
    list: (options) => around('listBlobs', () => ports.blobs.list(options)),
    close: () => ports.blobs.close(),
  }
  return { metadata, blobs, calls: () => number }
}

/** The n-th call fails before it does anything. */
export function failingAt(n: number, error: unknown): PortHooks {
  return {
    before({ number }) {
      if (number === n) throw error
    },
  }
}

/** Every commit from the n-th on is written, and its outcome lost. */
export function losingCommits(error: unknown, n = 1): PortHooks {
  let commits = 0
  return {
    after({ method }) {
      if (method === 'commit' && ++commits >= n) throw error
    },
  }
}
