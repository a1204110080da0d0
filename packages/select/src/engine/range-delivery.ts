// Parts of an object on their way into files, as the process that reads them asks for them.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileMessage } from '../messages.js'
import type { Span } from '../parquet/footer.js'
import { endOf, type Placed, placed } from '../parquet/placement.js'
import { ReadingLimits } from '../parquet/reading-limits.js'
import type { RangedSource } from './object-source.js'

/** Of one request; the process asks for fewer. */
const SPANS_MAX = 10_000
/** Of which each takes several turns of reading before its first byte is there. */
const SPANS_AT_ONCE = 4

export interface RangeDeliveryPlan {
  readonly source: RangedSource
  readonly folder: string
  readonly filesMax: number
  /** At a time. */
  readonly bytesMax: number
}

/** Files are written in turn, so that the room that an object takes on the disk is bounded. */
export class RangeDelivery {
  readonly #plan: RangeDeliveryPlan
  readonly #files = new Map<string, FileHandle>()
  readonly #free: string[] = []
  readonly #limits: ReadingLimits
  #working: Promise<unknown> = Promise.resolve()

  constructor(plan: RangeDeliveryPlan) {
    this.#plan = plan
    this.#limits = new ReadingLimits(plan.source.size, plan.bytesMax)
  }

  /**
   * Writes parts of the object to a file, where `placed` says; between them may stand what the file had before. Rejects with a SelectError, the
   * signal's reason, or what the source or the disk fail with.
   */
  deliver(spans: readonly Span[], signal: AbortSignal): Promise<FileMessage> {
    const delivered = this.#working.then(() => this.#deliver(spans, signal))
    this.#working = delivered.catch(() => undefined)
    return delivered
  }

  /** It was read. */
  give(path: string): void {
    if (!this.#files.has(path)) throw new Error('There is no such file of ranges.')
    this.#free.push(path)
  }

  async close(): Promise<void> {
    await this.#working
    await Promise.all([...this.#files.values()].map((file) => file.close()))
  }

  async #deliver(spans: readonly Span[], signal: AbortSignal): Promise<FileMessage> {
    const length = this.#check(spans)
    const { path, file } = await this.#take()
    const parts = placed(spans)
    await each(parts, (part) => this.#copy(part, file, signal))
    // Never to nothing: pages that are there already are written faster.
    await file.truncate(endOf(parts))
    return { path, length, isFirst: spans[0]?.start === 0 }
  }

  /** What a process asks for is worth no more trust than the object it was made to ask by. */
  #check(spans: readonly Span[]): number {
    const { source } = this.#plan
    const isSpan = ({ start, end }: Span) =>
      Number.isSafeInteger(start) &&
      Number.isSafeInteger(end) &&
      start >= 0 &&
      start < end &&
      end <= source.size
    if (spans.length > SPANS_MAX || !spans.every(isSpan)) throw new Error('These are no parts of the object.')
    const length = spans.reduce((sum, { start, end }) => sum + end - start, 0)
    this.#limits.add(length)
    return length
  }

  /** The process has given one back before it asks for more than there are. */
  async #take(): Promise<{ readonly path: string; readonly file: FileHandle }> {
    const { folder, filesMax } = this.#plan
    const path = this.#free.shift() ?? join(folder, `range-${this.#files.size}`)
    const known = this.#files.get(path)
    if (known) return { path, file: known }
    if (this.#files.size >= filesMax) throw new Error('The process holds as many files as there may be.')
    const file = await open(path, 'wx', 0o600)
    this.#files.set(path, file)
    return { path, file }
  }

  async #copy({ start, end, at }: Placed, file: FileHandle, signal: AbortSignal): Promise<void> {
    let position = start
    for await (const chunk of this.#plan.source.read({ start, end })) {
      signal.throwIfAborted()
      if (chunk.length > end - position) break
      await writeAll(file, chunk, at + position - start)
      position += chunk.length
    }
    if (position !== end) throw new Error('A part of the object has not the length it should have.')
  }
}

/** A disk that is all but full takes a part; writing the rest tells why. */
async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, at, chunk.length - at, position + at)
    at += bytesWritten
  }
}

/** Each of them, a few at a time; rejects once all that was begun has ended. */
async function each<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const rest = all[Symbol.iterator]()
  let hasFailed = false
  const lane = async () => {
    for (let next = rest.next(); !next.done && !hasFailed; next = rest.next()) {
      await work(next.value).catch((error: unknown) => {
        hasFailed = true
        throw error
      })
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: SPANS_AT_ONCE }, lane))
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason
}
