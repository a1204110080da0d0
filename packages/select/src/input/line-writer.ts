// Gathers pieces of bytes into chunks, one record a line.
import { tooLarge } from '../values/text.js'
import { RECORD_SIZE_MAX } from './limits.js'

const CHUNK_SIZE = 256 * 1024
const NEW_LINE = Buffer.from('\n')

export class LineWriter {
  #chunks: Buffer[] = []
  #chunk = Buffer.allocUnsafe(CHUNK_SIZE)
  #length = 0
  #recordSize = 0

  /** A part of the record. */
  write(bytes: Buffer): void {
    this.#recordSize += bytes.length
    if (this.#recordSize > RECORD_SIZE_MAX) throw tooLarge('A record')
    this.#append(bytes)
  }

  endRecord(): void {
    this.#recordSize = 0
    this.#append(NEW_LINE)
  }

  #append(bytes: Buffer): void {
    if (this.#length + bytes.length > this.#chunk.length) {
      this.#chunks.push(this.#chunk.subarray(0, this.#length))
      this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_SIZE, bytes.length))
      this.#length = 0
    }
    bytes.copy(this.#chunk, this.#length)
    this.#length += bytes.length
  }

  /** All records that are whole; a record that is not stays. */
  takeWhole(): readonly Buffer[] {
    const all = [...this.#chunks, this.#chunk.subarray(0, this.#length)]
    const bytes = all.length === 1 && all[0] !== undefined ? all[0] : Buffer.concat(all)
    const whole = bytes.subarray(0, bytes.length - this.#recordSize)
    const rest = bytes.subarray(whole.length)
    this.#chunks = []
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_SIZE, rest.length))
    this.#length = rest.copy(this.#chunk)
    return whole.length === 0 ? [] : [whole]
  }
}
