// The object as it is stored, read by the process of the query itself.
import { PartBytes } from '../batch-bytes.js'
import type { Batch } from '../execution.js'
import { RECORD_SIZE_MAX } from '../input/limits.js'
import type { StartMessage } from '../messages.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import type { StoredObject } from '../stored/stored-object.js'
import { StoredRanges } from '../stored/stored-ranges.js'
import { tooLarge } from '../values/text.js'
import type { ObjectInput } from './object-input.js'

const READ_BYTES = 256 * 1024
/** In which a record's end is looked for at first. */
const WINDOW_BYTES = 16 * 1024
/** The first batch is small, so that the first records come soon. */
const FIRST_BYTES = 1024 * 1024

export class StoredInput implements ObjectInput {
  readonly #object: StoredObject
  readonly #start: StartMessage
  bytesRead = 0

  constructor(object: StoredObject, start: StartMessage) {
    this.#object = object
    this.#start = start
  }

  async *batches(): AsyncGenerator<Batch> {
    const { input } = this.#start.request
    const delimiter = Buffer.from(input.type === 'csv' ? input.recordDelimiter : '\n')
    const { length } = this.#object
    for (let at = 0, count = 0; at < length; count++) {
      const bytes = Math.min(this.#start.batchBytes, FIRST_BYTES << Math.min(4, 2 * count))
      const end = this.#recordEnd(at, Math.min(length, at + bytes), delimiter)
      this.bytesRead += end - at
      yield {
        bytes: new PartBytes(this.#object, at, end),
        stored: { start: at, end },
        isFirst: at === 0,
        release: async () => undefined,
      }
      at = end
    }
  }

  async *bytes(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#object.length; ) {
      const end = this.#object.readEnd(at, READ_BYTES)
      const chunk = Buffer.allocUnsafeSlow(end - at)
      this.#object.read(at, chunk)
      this.bytesRead += chunk.length
      yield chunk
      at = end
    }
  }

  ranges(): ObjectRanges {
    const { folder, rangesBytesMax } = this.#start
    const read = (bytes: number) => {
      this.bytesRead += bytes
    }
    return new StoredRanges({ object: this.#object, folder, bytesMax: rangesBytesMax, read })
  }

  async end(): Promise<void> {}

  close(): void {
    this.#object.close()
  }

  /** The last end of a record up to `wanted`, else the first one behind it. Throws OverMaxRecordSize. */
  #recordEnd(start: number, wanted: number, delimiter: Buffer): number {
    const { length } = this.#object
    if (wanted === length) return length
    for (let bytes = WINDOW_BYTES; ; bytes *= 4) {
      const from = Math.max(start, wanted - bytes)
      const at = this.#bytesBetween(from, wanted).lastIndexOf(delimiter)
      if (at >= 0) return from + at + delimiter.length
      if (from === start) break
    }
    const to = Math.min(length, start + RECORD_SIZE_MAX + delimiter.length)
    const at = to > wanted ? this.#bytesBetween(start, to).indexOf(delimiter) : -1
    if (at >= 0) return start + at + delimiter.length
    if (to === length) return length
    throw tooLarge('A record')
  }

  #bytesBetween(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start)
    this.#object.read(start, bytes)
    return bytes
  }
}
