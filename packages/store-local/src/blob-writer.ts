// Writes one blob: chunks are gathered into large writes while the next ones are pulled from the body.
import { type FileHandle, open, unlink } from 'node:fs/promises'
import type { BlobId, ByteStream } from '@coset/core'
import { Fault } from '@coset/model'
import type { BlobFolder } from './blob-folder.js'
import { TrailerBuilder } from './blob-format.js'
import { BufferPool } from './buffers.js'
import { diskFault, errorCode } from './disk-faults.js'

/** The disk works on what is written while the rest arrives, so that the last sync has little left to do. */
const SYNC_SIZE = 16 * 1024 * 1024

const pool = new BufferPool(512 * 1024, 64)

export interface BlobWrite {
  readonly id: BlobId
  readonly body: ByteStream
  readonly sizeMax: number
  readonly signal: AbortSignal
}

/** Resolves with the size once data and name are durable; removes the file before it rejects. */
export async function writeBlob(folder: BlobFolder, write: BlobWrite): Promise<number> {
  write.signal.throwIfAborted()
  const path = folder.pathOf(write.id)
  try {
    const shard = await folder.shard(write.id)
    const file = await open(path, 'wx', 0o600)
    try {
      const size = await fill(file, write)
      // Side by side: a journalling file system serves both with one transaction.
      await Promise.all([file.datasync(), shard.sync()])
      return size
    } catch (error) {
      await remove(path)
      throw error
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskFault(error)
  }
}

async function fill(file: FileHandle, { body, sizeMax, signal }: BlobWrite): Promise<number> {
  const trailer = new TrailerBuilder()
  const output = new GatheringOutput(file)
  let size = 0
  try {
    for await (const chunk of abortable(body, signal)) {
      size += chunk.length
      if (size > sizeMax) throw new Fault('EntityTooLarge')
      if (chunk.length === 0) continue
      trailer.add(chunk)
      await output.add(chunk)
    }
    await output.add(trailer.finish())
    await output.flush()
    signal.throwIfAborted()
    return size
  } finally {
    await output.settle()
  }
}

/** The body's chunks; rejects as soon as the signal fires, even when the body never yields again. */
async function* abortable(body: ByteStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  let fail: (reason: unknown) => void = () => {}
  const abort = () => fail(signal.reason)
  signal.addEventListener('abort', abort)
  let finished = false
  try {
    for (;;) {
      signal.throwIfAborted()
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        fail = reject
        iterator.next().then(resolve, reject)
      })
      finished = step.done === true
      if (step.done) return
      yield step.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // Not awaited: a body that never yields would never return either.
    if (!finished) iterator.return?.().catch(() => {})
  }
}

/** One buffer is gathered while the one before is written: two of them are all the memory an upload holds. */
class GatheringOutput {
  readonly #file: FileHandle
  #buffer = pool.take()
  #spare: Buffer | undefined
  #size = 0
  #position = 0
  #writing: Promise<void> = Promise.resolve()
  #syncing: Promise<void> = Promise.resolve()
  #syncedTo = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Copies the chunk; waits only when a buffer is full and the one before is still being written. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pool.bytes - this.#size)
      this.#buffer.set(part, this.#size)
      this.#size += part.length
      at += part.length
      if (this.#size === pool.bytes) await this.#start()
    }
  }

  async flush(): Promise<void> {
    await this.#start()
    await this.#writing
    // A file system reports a failed sync once: to this one, perhaps, and not to the last.
    await this.#syncing
  }

  /** For the way out, of a failure too: nothing may touch the file after it is closed, nor the buffers. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#syncing.catch(() => {})
    pool.give(this.#buffer)
    if (this.#spare) pool.give(this.#spare)
  }

  async #start(): Promise<void> {
    await this.#writing
    if (this.#position - this.#syncedTo >= SYNC_SIZE) await this.#sync()
    if (this.#size === 0) return
    const full = this.#buffer
    this.#writing = writeAll(this.#file, full.subarray(0, this.#size), this.#position)
    // A failure is reported by whoever awaits the write next.
    this.#writing.catch(() => {})
    this.#position += this.#size
    this.#buffer = this.#spare ?? pool.take()
    this.#spare = full
    this.#size = 0
  }

  async #sync(): Promise<void> {
    await this.#syncing
    this.#syncing = this.#file.datasync()
    this.#syncing.catch(() => {})
    this.#syncedTo = this.#position
  }
}

/** A nearly full disk takes part of a write without an error; the rest then tells the reason. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw new Error('The file system takes no more bytes.')
    done += bytesWritten
  }
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    // What remains is an orphan, found by listing; the first failure is the one to report.
    if (errorCode(error) !== 'ENOENT') return
  }
}
