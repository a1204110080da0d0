// The two ports with a hook around every call, so that a test can fail, abort or lose any of them.
import type { BlobStore, ByteStream, MetadataStore } from '@coset/core'
import type { Ports } from './stores.js'

export interface PortCall {
  readonly method: 'read' | 'scan' | 'commit' | 'writeBlob' | 'readBlob' | 'deleteBlobs' | 'listBlobs'
  /** Counts all calls of both ports, from 1. */
  readonly number: number
  readonly moment: 'before' | 'after'
}

/** Comes before and after each call. Thrown before, the call does nothing; after, its outcome is lost. */
export type PortHook = (call: PortCall) => void

export interface FaultyPorts extends Ports {
  /** Calls made so far. */
  calls(): number
}

export function faultyPorts(ports: Ports, hook: PortHook): FaultyPorts {
  let number = 0
  async function around<T>(method: PortCall['method'], work: () => Promise<T>): Promise<T> {
    number++
    const call = { method, number }
    hook({ ...call, moment: 'before' })
    const result = await work()
    hook({ ...call, moment: 'after' })
    return result
  }
  async function* readBlob(work: () => ByteStream): AsyncGenerator<Uint8Array> {
    number++
    const call = { method: 'readBlob', number } as const
    hook({ ...call, moment: 'before' })
    yield* work()
    hook({ ...call, moment: 'after' })
  }
  const metadata: MetadataStore = {
    read: (keys) => around('read', () => ports.metadata.read(keys)),
    scan: (range, options) => around('scan', () => ports.metadata.scan(range, options)),
    commit: (commit) => around('commit', () => ports.metadata.commit(commit)),
    close: () => ports.metadata.close(),
  }
  // Without `access`: another process would read past the hook.
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
export function failingAt(n: number, error: unknown): PortHook {
  return ({ number, moment }) => {
    if (moment === 'before' && number === n) throw error
  }
}

/** Before the n-th commit, something else happens: what was read for it may have changed by then. */
export function interruptingCommit(
  { metadata, blobs }: Ports,
  between: () => Promise<unknown>,
  n = 1,
): Ports {
  let commits = 0
  const interrupted: MetadataStore = {
    read: (keys) => metadata.read(keys),
    scan: (range, options) => metadata.scan(range, options),
    async commit(commit) {
      if (++commits === n) await between()
      return metadata.commit(commit)
    },
    close: () => metadata.close(),
  }
  return { metadata: interrupted, blobs }
}

/** The n-th commit fails before it does anything. */
export function failingCommit(error: unknown, n = 1): PortHook {
  return nthCommit('before', n, error)
}

/** The n-th commit is written, and its outcome lost. */
export function losingCommit(error: unknown, n = 1): PortHook {
  return nthCommit('after', n, error)
}

function nthCommit(when: PortCall['moment'], n: number, error: unknown): PortHook {
  let commits = 0
  return ({ method, moment }) => {
    if (method === 'commit' && moment === when && ++commits === n) throw error
  }
}
