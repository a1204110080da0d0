// A local file as the source of an upload: read in large chunks, and watched for changes.
import { type BigIntStats, closeSync, constants, fstatSync, open, read } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CosClientError } from '../errors.js'
import { sleep } from '../sleep.js'
import { SIMPLE_BYTES_MAX } from './part-plan.js'
import type { UploadSource } from './upload-source.js'

/** Larger ones were no faster when measured, smaller ones cost more time for each byte. */
const CHUNK_BYTES = 512 * 1024
/** Shorter ones may still be on their way when the next chunk is asked for, as sockets take them without waiting. */
const REUSED_BYTES_MIN = 64 * 1024
/** Pairs of chunks kept for the next slice. */
const PAIRS_MAX = 32

/** Linux moves its clock of files every 1 to 10 ms. */
const CLOCK_STEP_MS = 20

type Pair = readonly [Buffer, Buffer]

/**
 * What may have to wait for a disk is done elsewhere. Looking at a file that is open, and closing it, is not: handing
 * that to another thread takes longer than doing it, and with many small files most of the time.
 */
const openFile = promisify(open)
const readFile = promisify(read)
const statsOf = (file: number) => fstatSync(file, { bigint: true })

/** Rejects with a CosClientError of kind `file`. */
export async function openFileSource(path: string): Promise<UploadSource> {
  const file = await openFile(path, READ_FLAGS).catch((cause: unknown) => {
    throw fileError(path, cause)
  })
  try {
    const stats = await settledStats(file)
    if (!stats.isFile()) throw new CosClientError('file', `${path} is not a file.`)
    return new FileSource(path, file, stats)
  } catch (error) {
    closeSync(file)
    throw error
  }
}

/**
 * Clocks of file systems move in steps: a file that was written in this very step may be written once more without
 * another time. Small files are read in no more than a moment, and looked at after it.
 */
async function settledStats(file: number): Promise<BigIntStats> {
  const stats = statsOf(file)
  const isYoung = Math.abs(Date.now() - Number(stats.ctimeMs)) < CLOCK_STEP_MS
  if (!isYoung || stats.size <= SIMPLE_BYTES_MAX) return stats
  await sleep(CLOCK_STEP_MS, undefined)
  return statsOf(file)
}

/** Opening a pipe would otherwise wait for somebody to write to it. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

class FileSource implements UploadSource {
  readonly size: number
  readonly identity: Readonly<Record<string, string>>
  readonly #path: string
  readonly #file: number
  #closed = false
  readonly #free: Pair[] = []
  readonly #reading = new Set<Promise<unknown>>()

  constructor(path: string, file: number, stats: BigIntStats) {
    this.#path = path
    this.#file = file
    this.size = Number(stats.size)
    this.identity = identityOf(stats)
  }

  async *read(offset: number, length: number): AsyncGenerator<Uint8Array> {
    if (length === 0) return
    const end = offset + length
    const pair = length > CHUNK_BYTES ? (this.#free.pop() ?? newPair()) : undefined
    const fill = (position: number, turn: 0 | 1) =>
      this.#fill(position, Math.min(CHUNK_BYTES, end - position), pair?.[turn])
    // The next chunk is read while this one is being sent.
    let pending = fill(offset, 0)
    let turn: 0 | 1 = 0
    for (let position = offset; position < end; ) {
      const chunk = await pending
      position += chunk.length
      // Looked at before the last bytes leave, so that the server never gets the whole of a changed file.
      if (position === this.size) this.#verifyOpen()
      if (position < end) {
        turn = turn === 0 ? 1 : 0
        pending = fill(position, turn)
        // Nobody may come back for it.
        pending.catch(() => undefined)
      }
      yield chunk
    }
    // Only here is it sure that nothing is being sent from them any more.
    if (pair && this.#free.length < PAIRS_MAX) this.#free.push(pair)
  }

  async verify(): Promise<void> {
    const named = await stat(this.#path, { bigint: true }).catch(() => undefined)
    if (!named || !this.#isSame(named)) throw changedError(this.#path)
    this.#verifyOpen()
  }

  async close(): Promise<void> {
    // A number that a read still uses must not be given to another file.
    if (this.#reading.size > 0) await Promise.allSettled(this.#reading)
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#file)
  }

  #verifyOpen(): void {
    // Another file may have its number by now.
    if (this.#closed || !this.#isSame(statsOf(this.#file))) throw changedError(this.#path)
  }

  #isSame(stats: BigIntStats): boolean {
    return Object.entries(identityOf(stats)).every(([name, value]) => this.identity[name] === value)
  }

  async #fill(position: number, length: number, reused: Buffer | undefined): Promise<Buffer> {
    const buffer = reused && length >= REUSED_BYTES_MIN ? reused : Buffer.allocUnsafe(length)
    if (this.#closed) throw new CosClientError('file', `The file ${this.#path} is closed.`)
    const reading = this.#track(readFile(this.#file, buffer, 0, length, position))
    const { bytesRead } = await reading.catch((cause: unknown) => {
      throw fileError(this.#path, cause)
    })
    if (bytesRead === 0 && length > 0) throw changedError(this.#path)
    return buffer.subarray(0, bytesRead)
  }

  async #track<T>(reading: Promise<T>): Promise<T> {
    this.#reading.add(reading)
    try {
      return await reading
    } finally {
      this.#reading.delete(reading)
    }
  }
}

function newPair(): Pair {
  return [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)]
}

/** `ctime` tells of edits after which somebody set the time of modification back. */
function identityOf({ size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): Readonly<Record<string, string>> {
  return { size: `${size}`, mtimeNs: `${mtimeNs}`, ctimeNs: `${ctimeNs}`, ino: `${ino}`, dev: `${dev}` }
}

function fileError(path: string, cause: unknown): CosClientError {
  return new CosClientError('file', `The file ${path} can not be read.`, { cause })
}

function changedError(path: string): CosClientError {
  return new CosClientError(
    'changed',
    `The file ${path} changed while it was being uploaded. Upload it again.`,
  )
}
