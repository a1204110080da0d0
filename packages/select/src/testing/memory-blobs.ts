// Blobs in the place of stored ones, for tests.
import type { StoredExtent } from '../engine/object-source.js'
import type { StoredBlobs } from '../stored/stored-object.js'

export interface MemoryBlobsOptions {
  /** By their ids, in base64. */
  readonly blobs: Readonly<Record<string, string>>
  readonly blockBytes: number
  /** Blobs whose bytes can't be read from there on. */
  readonly damagedFrom?: Readonly<Record<string, number>>
}

export class MemoryBlobs implements StoredBlobs {
  readonly blockBytes: number
  /** Of each read. */
  readonly reads: { readonly blob: string; readonly offset: number; readonly length: number }[] = []
  readonly #options: MemoryBlobsOptions

  constructor(options: MemoryBlobsOptions) {
    this.#options = options
    this.blockBytes = options.blockBytes
  }

  read(blob: string, offset: number, into: Uint8Array): void {
    const { blobs, damagedFrom = {} } = this.#options
    const bytes = Buffer.from(blobs[blob] ?? '', 'base64')
    const end = offset + into.length
    this.reads.push({ blob, offset, length: into.length })
    if (into.length === 0 || end > bytes.length) throw new Error('The stored content is missing.')
    if (end > (damagedFrom[blob] ?? Number.POSITIVE_INFINITY)) {
      throw new Error('The stored content is damaged.', { cause: new Error(`It is the blob ${blob}.`) })
    }
    into.set(bytes.subarray(offset, end))
  }

  close(): void {}
}

/** Cut into blobs at these places, each with something before and behind what is the object's. */
export function storedParts(
  bytes: Buffer,
  cuts: readonly number[],
): { readonly extents: readonly StoredExtent[]; readonly blobs: Readonly<Record<string, string>> } {
  const edges = [...new Set([0, ...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length])]
  edges.sort((a, b) => a - b)
  const blobs: Record<string, string> = {}
  const extents: StoredExtent[] = []
  for (const [at, start] of edges.slice(0, -1).entries()) {
    const part = bytes.subarray(start, edges[at + 1])
    const before = Buffer.alloc(3 * at, '<')
    blobs[`blob-${at}`] = Buffer.concat([before, part, Buffer.from('>')]).toString('base64')
    extents.push({ blob: `blob-${at}`, offset: before.length, length: part.length })
  }
  return { extents, blobs }
}
