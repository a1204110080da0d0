// A stored object as the process of a query reads it: at any place, without asking its server.
import type { BatchBytes } from '../batch-bytes.js'
import type { StoredContent, StoredExtent } from '../engine/object-source.js'
import { SelectError } from '../errors.js'

/** What the module of a StoredContent gives. */
export interface StoredBlobs {
  /** Bytes are compared with their checksums in blocks of so many, from a blob's beginning. */
  readonly blockBytes: number
  /** Throws where the bytes are missing or damaged. */
  read(blob: string, offset: number, into: Uint8Array): void
  close(): void
}

interface StoredModule {
  openBlobs(options: StoredContent['options']): StoredBlobs
}

/** An extent, and where it stands in the object. */
interface Placed extends StoredExtent {
  readonly start: number
  readonly end: number
}

export class StoredObject implements BatchBytes {
  readonly length: number
  readonly #blobs: StoredBlobs
  readonly #extents: readonly Placed[]

  static async open({ module, options, extents }: StoredContent): Promise<StoredObject> {
    const { openBlobs } = (await import(module)) as StoredModule
    return new StoredObject(openBlobs(options), extents)
  }

  constructor(blobs: StoredBlobs, extents: readonly StoredExtent[]) {
    const placed: Placed[] = []
    let end = 0
    for (const extent of extents) {
      const start = end
      end += extent.length
      placed.push({ ...extent, start, end })
    }
    this.length = end
    this.#blobs = blobs
    this.#extents = placed
  }

  /** Throws InternalError with what the blobs throw, where bytes are missing or damaged. */
  read(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const { blob, offset, start, end } = this.#extentAt(at + done)
      const length = Math.min(into.length - done, end - at - done)
      this.#readBlob(blob, offset + at + done - start, into.subarray(done, done + length))
      done += length
    }
  }

  #readBlob(blob: string, offset: number, into: Uint8Array): void {
    try {
      this.#blobs.read(blob, offset, into)
    } catch (cause) {
      throw new SelectError('InternalError', cause instanceof Error ? cause.message : String(cause), {
        cause,
      })
    }
  }

  /** With a block of a blob, or where one blob ends and the next begins. */
  readEnd(at: number, bytesMax: number): number {
    const { offset, start, end } = this.#extentAt(at)
    if (end - at <= bytesMax) return end
    const { blockBytes } = this.#blobs
    const inBlob = offset + at - start
    const blockEnd = inBlob + bytesMax - ((inBlob + bytesMax) % blockBytes)
    return blockEnd > inBlob ? at + blockEnd - inBlob : at + bytesMax
  }

  close(): void {
    this.#blobs.close()
  }

  #extentAt(position: number): Placed {
    let low = 0
    let high = this.#extents.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (position < (this.#extents[middle]?.end ?? 0)) high = middle
      else low = middle + 1
    }
    const found = this.#extents[low]
    if (!found || position < found.start || position >= found.end) {
      throw new Error('This is not a part of the object.')
    }
    return found
  }
}
