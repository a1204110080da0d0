// A few files that an object passes through, each written anew once it was read: bounded room on the disk, and a
// reader that is slow holds the object's source up.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes that are gathered for one write. */
const WRITE_BYTES = 1024 * 1024

/** One file, being written. */
export class SpoolFile {
  readonly path: string
  readonly #handle: FileHandle
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #written = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /** Bytes that were added. */
  get length(): number {
    return this.#written + this.#gatheredBytes
  }

  /** Resolves when more may be added. One write is under way while the next is gathered. */
  async add(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.length
    if (this.#gatheredBytes >= WRITE_BYTES) await this.#flush()
  }

  /** All is in the file, and nothing behind the first `length` bytes. */
  async end(length: number): Promise<void> {
    await this.#flush()
    await this.#writing
    await this.#handle.truncate(length)
    this.#written = 0
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await this.#handle.close()
  }

  async #flush(): Promise<void> {
    await this.#writing
    if (this.#gatheredBytes === 0) return
    this.#writing = this.#write(this.#gathered, this.#written)
    // Whoever adds next or ends is told; until then it is nobody's unhandled rejection.
    this.#writing.catch(() => undefined)
    this.#written += this.#gatheredBytes
    this.#gathered = []
    this.#gatheredBytes = 0
  }

  async #write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    const { bytesWritten } = await this.#handle.writev(chunks, position)
    if (bytesWritten === length) return
    // A disk that is all but full takes a part; writing the rest tells why.
    const rest = Buffer.concat(chunks).subarray(bytesWritten)
    let done = 0
    while (done < rest.length) {
      const { bytesWritten: more } = await this.#handle.write(
        rest,
        done,
        rest.length - done,
        position + bytesWritten + done,
      )
      done += more
    }
  }
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
