// Records that end with a delimiter, whatever is in them.
import { tooLarge } from '../values/text.js'
import { RECORD_SIZE_MAX } from './limits.js'
import type { RecordCutter } from './record-cutter.js'

export class LineCutter implements RecordCutter {
  readonly #delimiter: Buffer
  #rest: Buffer[] = []
  #restSize = 0

  constructor(delimiter: string) {
    this.#delimiter = Buffer.from(delimiter)
  }

  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#delimiter.length > 1 ? this.#joined(chunk) : chunk
    const last = bytes.lastIndexOf(this.#delimiter)
    if (last === -1) {
      this.#keep(bytes)
      return []
    }
    const end = last + this.#delimiter.length
    const whole = [...this.#rest, bytes.subarray(0, end)]
    this.#rest = []
    this.#restSize = 0
    this.#keep(bytes.subarray(end))
    return whole
  }

  /** A delimiter of two bytes may be cut in two. */
  #joined(chunk: Buffer): Buffer {
    const joined = this.#rest.length === 0 ? chunk : Buffer.concat([...this.#rest, chunk])
    this.#rest = []
    this.#restSize = 0
    return joined
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#restSize += bytes.length
    if (this.#restSize > RECORD_SIZE_MAX + this.#delimiter.length) throw tooLarge('A record')
    this.#rest.push(bytes)
  }

  end(): readonly Buffer[] {
    const rest = this.#rest
    this.#rest = []
    return rest
  }
}
