// A file whose parts are written side by side, each from its own place on.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Crc64Engine } from '@coset/protocol'
import type { CodedContent } from '../coding.js'
import { CosClientError, throwIfAborted } from '../errors.js'
import { MIB, type Part } from './part-plan.js'

/** One system call for so much: chunks of the network have 16 to 64 KiB. */
const GATHERED_BYTES = MIB
/** Systems take so many buffers at a time. */
const GATHERED_CHUNKS = 512
const READ_BYTES = MIB

export interface SumOptions {
  readonly signal?: AbortSignal | undefined
  /** What to sum instead of what is on disk. */
  readonly encode?: CodedContent['encode'] | undefined
}

export class PartFile {
  readonly path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /** Makes a new file of that size, without the room for it: that is found as it is written. */
  static async create(path: string, size: number): Promise<PartFile> {
    const file = await open(path, 'wx+').catch((cause: unknown) => {
      throw new CosClientError('file', `No file can be made beside the destination: ${path}.`, { cause })
    })
    const made = new PartFile(path, file)
    try {
      if (size > GATHERED_BYTES) await file.truncate(size)
      return made
    } catch (cause) {
      await file.close()
      throw made.#failed('could not be given its size', cause)
    }
  }

  /** Undefined unless there is a file of that size, and no link to one. */
  static async reopen(path: string, size: number, access: 'read' | 'write'): Promise<PartFile | undefined> {
    const mode = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
    const file = await open(path, mode | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined)
    if (!file) return undefined
    const found = await file.stat()
    if (found.isFile() && found.size === size) return new PartFile(path, file)
    await file.close()
    return undefined
  }

  /** Writes from `offset` on, in order. */
  writer(offset: number): PartWriter {
    return new PartWriter((chunks, position) => this.#write(chunks, position), offset)
  }

  /** The CRC-64 of what is on disk, or of what is made of it. */
  async sumOf(part: Part, engine: Crc64Engine, { signal, encode }: SumOptions = {}): Promise<bigint> {
    const crc = engine.create()
    const content = this.#read(part, signal)
    for await (const chunk of encode ? encode(content, part) : content) crc.update(chunk)
    return crc.digest()
  }

  /** A chunk is good until the next one is asked for. */
  async *#read({ offset, length }: Part, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, length))
    for (let done = 0; done < length; ) {
      throwIfAborted(signal)
      const wanted = Math.min(buffer.length, length - done)
      const { bytesRead } = await this.#file
        .read(buffer, 0, wanted, offset + done)
        .catch((cause: unknown) => {
          throw this.#failed('could not be read', cause)
        })
      if (bytesRead === 0) break
      yield buffer.subarray(0, bytesRead)
      done += bytesRead
    }
  }

  /** What was written outlives a crash of the machine once this resolves. */
  async sync(): Promise<void> {
    await this.#file.datasync().catch((cause: unknown) => {
      throw this.#failed('could not be synced to its disk', cause)
    })
  }

  async setMode(mode: number): Promise<void> {
    // Some file systems have no permissions; the content is worth more.
    await this.#file.chmod(mode).catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#file.close().catch((cause: unknown) => {
      throw this.#failed('could not be closed', cause)
    })
  }

  async #write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    let left = chunks
    let at = position
    try {
      while (left.length > 0) {
        const { bytesWritten } = await this.#file.writev(left as Uint8Array[], at)
        at += bytesWritten
        left = after(left, bytesWritten)
      }
    } catch (cause) {
      throw this.#failed('could not be written', cause)
    }
  }

  #failed(what: string, cause: unknown): CosClientError {
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    return new CosClientError('file', `The file ${this.path} ${what}${reason}.`, { cause })
  }
}

/** What is left when so many bytes of it were written; a full disk takes less than it is given. */
function after(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let bytes = written
  let index = 0
  for (const chunk of chunks) {
    if (chunk.length > bytes) break
    bytes -= chunk.length
    index++
  }
  const [first, ...rest] = chunks.slice(index)
  return first && bytes > 0 ? [first.subarray(bytes), ...rest] : chunks.slice(index)
}

type Write = (chunks: readonly Uint8Array[], position: number) => Promise<void>

/**
 * Gathers chunks, and writes while the next are gathered: never more than twice `GATHERED_BYTES` are in memory, as
 * whoever gives more waits.
 */
export class PartWriter {
  readonly #write: Write
  #position: number
  #chunks: Uint8Array[] = []
  #bytes = 0
  #writing: Promise<void> | undefined

  constructor(write: Write, position: number) {
    this.#write = write
    this.#position = position
  }

  /** Undefined where there is nothing to wait for. The chunk must not change until `end`. */
  write(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.length > 0) this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const isFull = this.#bytes >= GATHERED_BYTES || this.#chunks.length >= GATHERED_CHUNKS
    return isFull ? this.#flush() : undefined
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await this.#flush()
    await this.#writing
  }

  /** Resolves when nothing is being written any more, whether it failed or not. */
  async settled(): Promise<void> {
    await this.#writing?.catch(() => undefined)
  }

  async #flush(): Promise<void> {
    await this.#writing
    const [chunks, position] = [this.#chunks, this.#position]
    if (chunks.length === 0) return
    this.#chunks = []
    this.#position += this.#bytes
    this.#bytes = 0
    this.#writing = this.#write(chunks, position)
    // Told to whoever writes next or ends; until then nobody listens.
    this.#writing.catch(() => undefined)
  }
}
