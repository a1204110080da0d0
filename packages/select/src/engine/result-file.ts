// The files that large pieces of a result go through, as the server reads them.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SelectError } from '../errors.js'
import {
  RESULT_FILE,
  type StoredMessage,
  WRITTEN_FILES,
  type WrittenMessage,
  writtenName,
} from '../messages.js'

const { name, slots, slotBytes } = RESULT_FILE
const { filesMax, partBytes } = WRITTEN_FILES

/** What it gives is valid until the next but one is read: while one is used, another is made ready. */
export class ResultFile {
  readonly #folder: string
  #slots: FileHandle | undefined
  #written: FileHandle | undefined
  readonly #buffers: Buffer[] = []
  #reads = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Rejects with a SelectError for what is not there. */
  async read({ slot, length }: StoredMessage): Promise<Uint8Array> {
    if (!isBetween(slot, 0, slots - 1) || !isBetween(length, 1, slotBytes)) throw missing()
    this.#slots ??= await openResult(join(this.#folder, name))
    const bytes = this.#nextBuffer().subarray(0, length)
    await fill(bytes, this.#slots, slot * slotBytes)
    return bytes
  }

  /** Rejects as `read`. The file is opened for each part: another may stand there for the next. */
  async *readWritten({ number, start, length }: WrittenMessage): AsyncGenerator<WrittenBytes> {
    const isPart = isBetween(start, 0, Number.MAX_SAFE_INTEGER - length) && isBetween(length, 1, partBytes)
    if (!isBetween(number, 0, filesMax - 1) || !isPart) throw missing()
    this.#written = await openResult(join(this.#folder, writtenName(number)))
    for (let at = 0; at < length; at += slotBytes) {
      const bytes = this.#nextBuffer().subarray(0, Math.min(slotBytes, length - at))
      await fill(bytes, this.#written, start + at)
      const isLast = at + bytes.length === length
      if (isLast) await this.#closeWritten()
      yield { bytes, isLast }
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#slots?.close(), this.#closeWritten()])
    this.#slots = undefined
  }

  async #closeWritten(): Promise<void> {
    const written = this.#written
    this.#written = undefined
    await written?.close()
  }

  #nextBuffer(): Buffer {
    const turn = this.#reads++ % 2
    const buffer = this.#buffers[turn] ?? Buffer.allocUnsafeSlow(slotBytes)
    this.#buffers[turn] = buffer
    return buffer
  }
}

export interface WrittenBytes {
  readonly bytes: Uint8Array
  /** The part is not needed any more. */
  readonly isLast: boolean
}

/** A link would lead out of the folder, and what is no file might never give anything. */
async function openResult(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw missing()
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function fill(bytes: Buffer, handle: FileHandle, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done)
    if (bytesRead === 0) throw missing()
    done += bytesRead
  }
}

function isBetween(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most
}

function missing(): SelectError {
  return new SelectError('InternalError', 'A piece of the result is not where its process said it was.')
}
