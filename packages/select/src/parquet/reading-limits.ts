// How much of an object may be read in parts: what a hostile one makes its reader ask for is bounded by its size.
import { SelectError } from '../errors.js'

/** Whoever reads an object more often than so in all does not get on with it. */
const READINGS_MAX = 4
/** In small objects the same is read twice. */
const SPARE_BYTES = 1024 * 1024

export class ReadingLimits {
  readonly #bytesMax: number
  #bytesLeft: number

  /** `bytesMax`: at a time. */
  constructor(objectBytes: number, bytesMax: number) {
    this.#bytesMax = bytesMax
    this.#bytesLeft = objectBytes * READINGS_MAX + SPARE_BYTES
  }

  /** Throws Overload and ParquetParsingError. */
  add(bytes: number): void {
    if (bytes > this.#bytesMax) {
      const message = `The query needs more than ${this.#bytesMax} bytes of the object at once, the most that this server reads of its format.`
      throw new SelectError('Overload', message)
    }
    this.#bytesLeft -= bytes
    if (this.#bytesLeft < 0) {
      throw new SelectError('ParquetParsingError', 'The parts of the object overlap too often to be read.')
    }
  }
}
