// Blobs as another process reads them, without a turn of the event loop; what it gives was compared with its checksums. A
// query waits until this is loaded, and each file that it imports costs it a millisecond: they stay few.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { BlobId, LocalBlobs } from '@coset/core'
import {
  assertBlobId,
  assertChecksum,
  assertHolds,
  dataLengthOf,
  fileEnded,
  openFailure,
} from './blob-checks.js'
import type { BlobPaths } from './blob-folders.js'
import {
  BLOCK_SIZE,
  blockChecksum,
  blockCount,
  CHECKSUM_SIZE,
  folderOf,
  pathOfBlob,
  TAIL_SIZE,
} from './blob-format.js'

/** Files that stay open; an object may have more. */
const OPEN_MAX = 64
/** Read and then compared, so that the second finds in the processor's cache what the first has left there. */
const STRIDE_SIZE = 4 * BLOCK_SIZE

/** With the options of a store's `access`. Nothing is opened before the first read. */
export function openBlobs(options: Readonly<Record<string, unknown>>): LocalBlobs {
  const { main, cold } = options
  if (typeof main !== 'string' || (cold !== undefined && typeof cold !== 'string')) {
    throw new Error('These are not the options of the access to local blobs.')
  }
  return new OpenBlobs({ main, cold })
}

class OpenBlobs implements LocalBlobs {
  readonly blockBytes = BLOCK_SIZE
  readonly #paths: BlobPaths
  /** Those read last stand last. */
  readonly #open = new Map<BlobId, OpenBlob>()
  readonly #scratch = Buffer.allocUnsafeSlow(BLOCK_SIZE)

  constructor(paths: BlobPaths) {
    this.#paths = paths
  }

  read(id: BlobId, offset: number, into: Uint8Array): void {
    // Taken for the file's own position, another number would read something else.
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError('A blob has no byte there.')
    const blob = this.#take(id)
    this.#open.set(id, blob)
    blob.read(offset, into, this.#scratch)
  }

  close(): void {
    for (const blob of this.#open.values()) blob.close()
    this.#open.clear()
  }

  #take(id: BlobId): OpenBlob {
    const known = this.#open.get(id)
    if (known) {
      this.#open.delete(id)
      return known
    }
    assertBlobId(id)
    this.#makeRoom()
    return OpenBlob.open(id, pathOfBlob(folderOf(this.#paths, id), id))
  }

  #makeRoom(): void {
    if (this.#open.size < OPEN_MAX) return
    for (const [id, blob] of this.#open) {
      this.#open.delete(id)
      blob.close()
      return
    }
  }
}

/** Where in the file what was kept of it stands. */
interface Kept {
  readonly start: number
  readonly bytes: Buffer
}

interface OpenFile {
  readonly id: BlobId
  readonly fd: number
}

class OpenBlob {
  readonly #file: OpenFile
  readonly #dataLength: number
  /** Some of the checksums: at first the file's tail, which has all those of 256 MB. */
  #kept: Kept

  private constructor(file: OpenFile, dataLength: number, kept: Kept) {
    this.#file = file
    this.#dataLength = dataLength
    this.#kept = kept
  }

  /** Throws a Fault for a file that is missing, cut, or has a damaged footer. */
  static open(id: BlobId, path: string): OpenBlob {
    const file = { id, fd: openToRead(id, path) }
    try {
      const { size } = fstatSync(file.fd)
      const tail = Buffer.allocUnsafeSlow(Math.min(size, TAIL_SIZE))
      const start = size - tail.length
      fill(file, tail, start)
      return new OpenBlob(file, dataLengthOf(id, tail, size), { start, bytes: tail })
    } catch (error) {
      closeSync(file.fd)
      throw error
    }
  }

  /** Fills `into` with what stands from `offset` on; throws a Fault for what is damaged. `scratch` has room for a block. */
  read(offset: number, into: Uint8Array, scratch: Buffer): void {
    const end = offset + into.length
    assertHolds(this.#file.id, this.#dataLength, end)
    for (let at = offset; at < end; ) {
      const next = Math.min(end, at - (at % STRIDE_SIZE) + STRIDE_SIZE)
      const bytes = into.subarray(at - offset, next - offset)
      fill(this.#file, bytes, at)
      this.#verify(bytes, at, scratch)
      at = next
    }
  }

  close(): void {
    closeSync(this.#file.fd)
  }

  #verify(bytes: Uint8Array, start: number, scratch: Buffer): void {
    const end = start + bytes.length
    for (let at = start; at < end; ) {
      const number = Math.floor(at / BLOCK_SIZE)
      const next = Math.min(end, (number + 1) * BLOCK_SIZE)
      const found = this.#checksumWith(bytes.subarray(at - start, next - start), at, scratch)
      assertChecksum(this.#file.id, number, { expected: this.#expected(number), found })
      at = next
    }
  }

  /** Of the block that `bytes` are of, or all of. What of it they lack is read for that alone. */
  #checksumWith(bytes: Uint8Array, at: number, scratch: Buffer): number {
    const number = Math.floor(at / BLOCK_SIZE)
    const start = number * BLOCK_SIZE
    const end = Math.min(start + BLOCK_SIZE, this.#dataLength)
    if (bytes.length === end - start) return blockChecksum(bytes, number)
    const before = fill(this.#file, scratch.subarray(0, at - start), start)
    const until = crc32(bytes, blockChecksum(before, number))
    const behind = at + bytes.length
    return crc32(fill(this.#file, scratch.subarray(0, end - behind), behind), until)
  }

  #expected(number: number): number {
    const at = this.#dataLength + number * CHECKSUM_SIZE
    if (at < this.#kept.start || at >= this.#kept.start + this.#kept.bytes.length) this.#keep(at)
    return this.#kept.bytes.readUInt32BE(at - this.#kept.start)
  }

  /** The checksums around the one at `at`, instead of others. */
  #keep(at: number): void {
    const start = at - ((at - this.#dataLength) % TAIL_SIZE)
    const end = this.#dataLength + blockCount(this.#dataLength) * CHECKSUM_SIZE
    const bytes = Buffer.allocUnsafeSlow(Math.min(TAIL_SIZE, end - start))
    this.#kept = { start, bytes: fill(this.#file, bytes, start) }
  }
}

function openToRead(id: BlobId, path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw openFailure(id, error)
  }
}

/** Fills the memory that it gives back. */
function fill<T extends Uint8Array>({ id, fd }: OpenFile, into: T, position: number): T {
  for (let done = 0; done < into.length; ) {
    const bytesRead = readSync(fd, into, done, into.length - done, position + done)
    if (bytesRead === 0) throw fileEnded(id, position + done)
    done += bytesRead
  }
  return into
}
