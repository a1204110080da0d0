// Where the parts of an upload belong that its caller sends one by one: two may never be encrypted by the same counters.
import { LIMITS } from '@coset/model'
import { CosClientError } from '../errors.js'
import type { ObjectCipher } from './object-cipher.js'

export interface LedgerPart {
  readonly number: number
  readonly offset: number
  readonly length: number
  /** Whether what closes the object follows it. */
  readonly ends: boolean
  /** Tells the same content from other; undefined for what can be read only once. */
  readonly digest: Promise<bigint> | undefined
}

/** What a caller says of a part. */
export interface GivenPart extends Pick<LedgerPart, 'number' | 'length' | 'digest'> {
  readonly offset: number | undefined
}

export class PartLedger {
  readonly #cipher: ObjectCipher
  readonly #partBytes: number | undefined
  readonly #parts = new Map<number, LedgerPart>()

  /** `partBytes`: of every part but the last, where the caller said so. */
  constructor(cipher: ObjectCipher, partBytes: number | undefined) {
    this.#cipher = cipher
    this.#partBytes = partBytes
    if (partBytes === undefined) return
    if (partBytes >= LIMITS.partBytesMin && partBytes % cipher.granule === 0) return
    throw invalid(`Parts must be of 1 MiB or more, and their length ${this.#rule}.`)
  }

  get(number: number): LedgerPart | undefined {
    return this.#parts.get(number)
  }

  /** Throws a CosClientError of kind `validation` where the part could meet another one, or nobody knows where it belongs. */
  add(given: GivenPart): LedgerPart {
    const { number, length, digest } = given
    const { granule } = this.#cipher
    const offset = given.offset ?? this.#offsetOf(number)
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % granule !== 0) {
      throw invalid(`The offset of part ${number} must be ${this.#rule}.`)
    }
    const isUneven = length % granule !== 0
    const isClosedHere = isUneven || (this.#isClosing && length < LIMITS.partBytesMin)
    const part = { number, offset, length, ends: isClosedHere, digest }
    if (this.#partBytes !== undefined && length > this.#partBytes) {
      throw invalid(
        `Part ${number} has ${length} bytes, but the upload was begun with parts of ${this.#partBytes}.`,
      )
    }
    for (const other of this.#parts.values()) this.#assertApart(part, other)
    this.#parts.set(number, part)
    return part
  }

  /** Bytes of the content that these parts make, if all are known here. Throws where something between them is missing. */
  total(numbers: readonly number[]): { readonly length: number; readonly isClosed: boolean } | undefined {
    let length = 0
    let isClosed = false
    for (const number of numbers) {
      const part = this.#parts.get(number)
      if (!part) return undefined
      if (part.offset !== length) {
        throw invalid(
          `Part ${number} begins at byte ${part.offset}, but the parts before it end at ${length}.`,
        )
      }
      length += part.length
      isClosed = part.ends
    }
    return { length, isClosed }
  }

  get #isClosing(): boolean {
    return this.#cipher.storedLength(0) > 0
  }

  get #rule(): string {
    const { granule, format } = this.#cipher
    return `a multiple of ${granule} bytes, at which content of the format ${format} is cut`
  }

  #offsetOf(number: number): number {
    if (this.#partBytes !== undefined) return (number - 1) * this.#partBytes
    let offset = 0
    for (let before = 1; before < number; before++) {
      const part = this.#parts.get(before)
      if (!part) throw unknownOffset(number, before)
      offset = part.offset + part.length
    }
    return offset
  }

  #assertApart(part: LedgerPart, other: LedgerPart): void {
    const [first, second] = part.number < other.number ? [part, other] : [other, part]
    if (first.ends) {
      const why = first.length % this.#cipher.granule === 0 ? 'shorter than 1 MiB' : `not ${this.#rule}`
      throw invalid(
        `Part ${first.number} has ${first.length} bytes, which is ${why}: it is the last, and part ${second.number} can not follow.`,
      )
    }
    if (first.offset + first.length <= second.offset) return
    throw invalid(
      `Part ${first.number} would reach to byte ${first.offset + first.length}, where part ${second.number} begins at ${second.offset}.`,
    )
  }
}

function unknownOffset(number: number, missing: number): CosClientError {
  return invalid(
    `Where part ${number} begins is not known, as part ${missing} was not sent by this client. Send parts in order, ` +
      'or give `PartSize` to createMultipartUpload or the option `offset` to uploadPart.',
  )
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
