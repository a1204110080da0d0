// Content in segments that are authenticated one by one: the sealed format, without its keys.
import { CosClientError } from '../errors.js'
import { blocksOf } from './blocks.js'
import type { ObjectCipher, Span } from './object-cipher.js'
import type { GcmKey, GcmPart } from './primitives.js'

export const TAG_BYTES = 16
/** Smaller segments are sealed and opened several at a time. */
const BLOCK_BYTES = 64 * 1024
const NONCE_BYTES = 12

/**
 * Every segment but the last is full, and the last is not: it may be empty. So lengths follow from each other, no one has to
 * look ahead, and what was cut between two segments has no last one.
 */
export class SealedCipher implements ObjectCipher {
  readonly format = 'sealed'
  readonly isAuthenticated = true
  readonly granule: number
  readonly #key: GcmKey

  constructor(key: GcmKey, segmentBytes: number) {
    this.#key = key
    this.granule = segmentBytes
  }

  storedLength(plainLength: number): number {
    return plainLength + TAG_BYTES * (Math.floor(plainLength / this.granule) + 1)
  }

  plainLength(storedLength: number): number {
    const full = Math.floor(storedLength / (this.granule + TAG_BYTES))
    if (storedLength % (this.granule + TAG_BYTES) < TAG_BYTES) {
      throw tampered(
        `No encrypted object has ${storedLength} bytes: it was cut, or bytes were added. Upload it anew`,
      )
    }
    return storedLength - TAG_BYTES * (full + 1)
  }

  cover(plain: Span, plainLength: number): Span {
    const { first, end } = this.#segments(plain, plainLength)
    const offset = first * (this.granule + TAG_BYTES)
    if (end > Math.floor(plainLength / this.granule)) {
      return { offset, length: this.storedLength(plainLength) - offset }
    }
    return { offset, length: (end - first) * (this.granule + TAG_BYTES) }
  }

  async *encrypt(
    content: AsyncIterable<Uint8Array>,
    { offset, ends }: { readonly offset: number; readonly ends: boolean },
  ): AsyncGenerator<Uint8Array> {
    const size = this.granule
    if (offset % size !== 0) throw uneven('begins', offset, size)
    let index = offset / size
    for await (const { bytes, isLast } of blocksOf(content, Math.max(size, BLOCK_BYTES))) {
      if (isLast && !ends && bytes.length % size !== 0) throw uneven('ends', offset + bytes.length, size)
      const count = Math.floor(bytes.length / size) + (isLast && ends ? 1 : 0)
      if (count > 0) {
        yield await this.#key.seal(partsOf(bytes, { size, index, count, last: isLast && ends }))
        index += count
      }
    }
  }

  async *decrypt(
    stored: AsyncIterable<Uint8Array>,
    plain: Span,
    plainLength: number,
  ): AsyncGenerator<Uint8Array> {
    const { first, end } = this.#segments(plain, plainLength)
    const size = this.granule + TAG_BYTES
    const final = Math.floor(plainLength / this.granule)
    const expected = this.cover(plain, plainLength).length
    let index = first
    let arrived = 0
    const unit = size * Math.max(1, BLOCK_BYTES / this.granule)
    for await (const { bytes, isLast } of blocksOf(stored, unit)) {
      arrived += bytes.length
      if (arrived > expected || (isLast && arrived < expected)) throw this.#wrongLength(arrived, expected)
      const count = Math.ceil(bytes.length / size)
      if (count > 0) {
        const last = index + count > final
        const opened = await this.#key.open(partsOf(bytes, { size, index, count, last }))
        if (!opened) throw this.#notAuthentic(index, count)
        const piece = within(opened, index * this.granule, plain)
        index += count
        if (piece.length > 0) yield piece
      }
    }
    if (index !== end) throw this.#wrongLength(arrived, expected)
  }

  /** Those that have to be verified. What reaches to the end of the content takes its last segment with it, though empty. */
  #segments({ offset, length }: Span, plainLength: number): { readonly first: number; readonly end: number } {
    const reach = offset + length
    if (offset < 0 || length < 0 || reach > plainLength) {
      throw new CosClientError('validation', `Of ${plainLength} bytes none are at ${offset} to ${reach}.`)
    }
    const first = Math.floor(offset / this.granule)
    if (reach === plainLength) return { first, end: Math.floor(plainLength / this.granule) + 1 }
    return { first, end: Math.max(first, Math.ceil(reach / this.granule)) }
  }

  #notAuthentic(index: number, count: number): CosClientError {
    const from = index * this.granule
    const to = (index + count) * this.granule
    return tampered(`Content between byte ${from} and byte ${to} is not what was encrypted`)
  }

  #wrongLength(arrived: number, expected: number): CosClientError {
    const found = arrived > expected ? 'more' : String(arrived)
    return tampered(
      `Of ${expected} encrypted bytes ${found} arrived: the object was cut, or bytes were added`,
    )
  }
}

interface Cut {
  readonly size: number
  readonly index: number
  readonly count: number
  readonly last: boolean
}

function partsOf(bytes: Uint8Array, { size, index, count, last }: Cut): readonly GcmPart[] {
  return Array.from({ length: count }, (_none, at) => ({
    nonce: nonceOf(index + at, last && at === count - 1),
    content: bytes.subarray(at * size, (at + 1) * size),
  }))
}

/** The index in 88 bits, then whether the segment is the last: none can stand for another, and none but the last ends. */
function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  const view = new DataView(nonce.buffer)
  view.setUint32(3, Math.floor(index / 2 ** 32))
  view.setUint32(7, index % 2 ** 32)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** What of the opened bytes, which begin at `from` of the content, is asked for. */
function within(opened: Uint8Array, from: number, { offset, length }: Span): Uint8Array {
  const start = Math.max(0, offset - from)
  const end = Math.max(start, Math.min(opened.length, offset + length - from))
  return opened.subarray(start, end)
}

function uneven(what: string, at: number, size: number): CosClientError {
  const rule = `Parts are cut at multiples of ${size} bytes.`
  return new CosClientError('validation', `A part of encrypted content ${what} at byte ${at}. ${rule}`)
}

function tampered(message: string): CosClientError {
  return new CosClientError('tampered', `${message}.`)
}
