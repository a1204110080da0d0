// Parts of a stored object as files that DuckDB can read.
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { FileBatch } from '../execution.js'
import type { Span } from '../parquet/footer.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import { endOf, type Placed, placed } from '../parquet/placement.js'
import { ReadingLimits } from '../parquet/reading-limits.js'
import type { StoredObject } from './stored-object.js'

/** Stays in the processor's cache between reading, checking and writing; also what is copied between two turns of the event loop. */
const READ_BYTES = 512 * 1024
/** A file that is there keeps what it has. */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT

export interface StoredRangesOptions {
  readonly object: StoredObject
  /** Where files may be written. */
  readonly folder: string
  /** At a time. */
  readonly bytesMax: number
  /** Is told how many bytes were read. */
  readonly read: (bytes: number) => void
}

/** As many files as are held at once: each is written anew once it was given back. */
export class StoredRanges implements ObjectRanges {
  readonly #options: StoredRangesOptions
  readonly #limits: ReadingLimits
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  readonly #free: string[] = []
  #made = 0

  constructor(options: StoredRangesOptions) {
    this.#options = options
    this.#limits = new ReadingLimits(options.object.length, options.bytesMax)
  }

  get size(): number {
    return this.#options.object.length
  }

  /** Rejects as ReadingLimits do, or with what the object or the disk fail with. */
  async need(spans: readonly Span[]): Promise<FileBatch> {
    const { folder, read } = this.#options
    const length = spans.reduce((sum, { start, end }) => sum + end - start, 0)
    this.#limits.add(length)
    const path = this.#free.shift() ?? join(folder, `range-${this.#made++}`)
    const parts = placed(spans)
    const file = openSync(path, OPEN_FLAGS, 0o600)
    try {
      for (const part of parts) await this.#copy(part, file)
      // Never to nothing: pages that are there already are written faster.
      ftruncateSync(file, endOf(parts))
    } finally {
      closeSync(file)
    }
    read(length)
    return { path }
  }

  async give(path: string): Promise<void> {
    this.#free.push(path)
  }

  async #copy({ start, end, at }: Placed, file: number): Promise<void> {
    const { object } = this.#options
    for (let position = start; position < end; ) {
      // What others have found meanwhile is taken, so that none of them stands still.
      if (position > start) await setImmediate()
      const chunkEnd = Math.min(end, object.readEnd(position, READ_BYTES))
      const chunk = this.#buffer.subarray(0, chunkEnd - position)
      object.read(position, chunk)
      writeAll(file, chunk, at + position - start)
      position = chunkEnd
    }
  }
}

function writeAll(file: number, chunk: Uint8Array, at: number): void {
  for (let done = 0; done < chunk.length; ) {
    done += writeSync(file, chunk, done, chunk.length - done, at + done)
  }
}
