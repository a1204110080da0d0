// A few files that an object passes through, each written anew once it was read: bounded room on the disk, and a
// reader that is slow holds the object's source up.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'

/** Chunks below this size are gathered for one write; others are written as they are. */
const GATHERED_BYTES = 64 * 1024

/** One file, being written. */
export class SpoolFile {
  readonly path: string
  readonly #handle: FileHandle
  #gathered: Buffer | undefined
  #gatheredBytes = 0
  #written = 0

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /** Bytes that were added. */
  get length(): number {
    return this.#written + this.#gatheredBytes
  }

  /** Resolves when the chunk's memory is not needed any more. */
  async add(chunk: Uint8Array): Promise<void> {
    if (this.#gatheredBytes + chunk.length > GATHERED_BYTES) await this.#write(chunk)
    else this.#gather(chunk)
  }

  /** All is in the file, and nothing behind the first `length` bytes. */
  async end(length: number): Promise<void> {
    await this.#write()
    await this.#handle.truncate(length)
    this.#written = 0
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  #gather(chunk: Uint8Array): void {
    this.#gathered ??= Buffer.allocUnsafeSlow(GATHERED_BYTES)
    this.#gathered.set(chunk, this.#gatheredBytes)
    this.#gatheredBytes += chunk.length
  }

  /** What was gathered, and the chunk behind it. */
  async #write(chunk?: Uint8Array): Promise<void> {
    const pieces: Uint8Array[] = chunk ? [chunk] : []
    if (this.#gathered && this.#gatheredBytes > 0) {
      pieces.unshift(this.#gathered.subarray(0, this.#gatheredBytes))
    }
    this.#gatheredBytes = 0
    for (let left = pieces; left.length > 0; ) {
      // A disk that is all but full takes a part; writing the rest tells why.
      const { bytesWritten } = await this.#handle.writev(left, this.#written)
      this.#written += bytesWritten
      left = behind(left, bytesWritten)
    }
  }
}

/** What stands behind the first bytes of the pieces. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes
  const left: Uint8Array[] = []
  for (const piece of pieces) {
    const taken = Math.min(skipped, piece.length)
    skipped -= taken
    if (taken < piece.length) left.push(piece.subarray(taken))
  }
  return left
}

export class SpoolRing {
  readonly #folder: string
  readonly #filesMax: number
  readonly #files = new Map<string, SpoolFile>()
  readonly #free: SpoolFile[] = []
  #waiting: ((file: SpoolFile) => void) | undefined

  constructor(folder: string, filesMax: number) {
    this.#folder = folder
    this.#filesMax = filesMax
  }

  /** A file to write to, once one is free. To be asked by one at a time. */
  async take(signal: AbortSignal): Promise<SpoolFile> {
    signal.throwIfAborted()
    const free = this.#free.pop()
    if (free) return free
    if (this.#files.size < this.#filesMax) return this.#open()
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting = undefined
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting = (file) => {
        this.#waiting = undefined
        signal.removeEventListener('abort', abort)
        resolve(file)
      }
    })
  }

  /** It was read. */
  give(path: string): void {
    const file = this.#files.get(path)
    if (!file) throw new Error('There is no such file in the ring.')
    if (this.#waiting) this.#waiting(file)
    else this.#free.push(file)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()))
  }

  async #open(): Promise<SpoolFile> {
    const path = join(this.#folder, `object-${this.#files.size}`)
    const file = new SpoolFile(path, await open(path, 'wx', 0o600))
    this.#files.set(path, file)
    return file
  }
}
