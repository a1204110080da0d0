// Parts of a stored object as files that DuckDB can read.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SelectError } from '../errors.js'
import type { FileBatch } from '../execution.js'
import type { Span } from '../parquet/footer.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import type { StoredObject } from './stored-object.js'

const READ_BYTES = 512 * 1024

export interface StoredRangesOptions {
  readonly object: StoredObject
  /** Where files may be written. */
  readonly folder: string
  /** At a time. */
  readonly bytesMax: number
  /** Is told how many bytes were read. */
  readonly read: (bytes: number) => void
}

export class StoredRanges implements ObjectRanges {
  readonly #options: StoredRangesOptions
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  readonly #free: string[] = []
  #made = 0

  constructor(options: StoredRangesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#options.object.length
  }

  async need(spans: readonly Span[]): Promise<FileBatch> {
    const { bytesMax, folder, read } = this.#options
    const length = spans.reduce((sum, { start, end }) => sum + end - start, 0)
    if (length > bytesMax) throw needsTooMuch(bytesMax)
    read(length)
    const path = this.#free.shift() ?? join(folder, `range-${this.#made++}`)
    const file = openSync(path, 'w', 0o600)
    try {
      ftruncateSync(file, 0)
      for (const span of spans) this.#copy(span, file)
    } finally {
      closeSync(file)
    }
    return { path }
  }

  async give(path: string): Promise<void> {
    this.#free.push(path)
  }

  #copy({ start, end }: Span, file: number): void {
    const { object } = this.#options
    for (let at = start; at < end; ) {
      const chunkEnd = Math.min(end, object.readEnd(at, READ_BYTES))
      const chunk = this.#buffer.subarray(0, chunkEnd - at)
      object.read(at, chunk)
      for (let done = 0; done < chunk.length; ) {
        done += writeSync(file, chunk, done, chunk.length - done, at + done)
      }
      at = chunkEnd
    }
  }
}

export function needsTooMuch(bytesMax: number): SelectError {
  const message = `The query needs more than ${bytesMax} bytes of the object at once, the most that this server reads of its format.`
  return new SelectError('Overload', message)
}
