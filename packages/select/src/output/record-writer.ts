// Results as bytes.
import { RECORD_SIZE_MAX } from '../input/limits.js'
import { tooLarge } from '../values/text.js'
import type { Value } from '../values/value.js'

export interface RecordWriter {
  /** Of the columns that were asked for. */
  columns(values: readonly Value[]): string
  /** Of all there is, under the names it has; undefined stands for a name by the place. */
  all(values: readonly Value[], names: readonly (string | undefined)[]): string
}

const CHUNK_LENGTH = 64 * 1024

/** Collects records into chunks of a size worth sending. */
export class ResultBuffer {
  #records: string[] = []
  #length = 0

  /** Throws OverMaxRecordSize. */
  add(record: string): void {
    const isLarge = record.length > RECORD_SIZE_MAX / 3 && Buffer.byteLength(record) > RECORD_SIZE_MAX
    if (isLarge) throw tooLarge('A result')
    this.#records.push(record)
    this.#length += record.length
  }

  get isEmpty(): boolean {
    return this.#records.length === 0
  }

  get isFull(): boolean {
    return this.#length >= CHUNK_LENGTH
  }

  /** What was added since the last time. */
  take(): Uint8Array {
    const bytes = Buffer.from(this.#records.join(''))
    this.#records = []
    this.#length = 0
    return bytes
  }
}
