// Content by AES-CTR, as the official SDKs write it: of the length it had, and with nothing that shows a change.
import { CosClientError } from '../errors.js'
import { blocksOf } from './blocks.js'
import type { FormatName, ObjectCipher, Span } from './object-cipher.js'
import type { Awaitable, CtrStream } from './primitives.js'

const AES_BLOCK_BYTES = 16
/** Smaller pieces are gathered, so that the content goes on in few steps. */
const BLOCK_BYTES = 64 * 1024
const COUNTER_END = 1n << 128n

export interface CounterContent {
  readonly format: FormatName
  /** The counter of the first block. */
  readonly counter: Uint8Array
  /** What is stored behind the content: the tag of AES-GCM, which is not verified. */
  readonly trailerBytes: number
  stream(counter: Uint8Array): Awaitable<CtrStream>
}

export class CounterCipher implements ObjectCipher {
  readonly isAuthenticated = false
  readonly granule = AES_BLOCK_BYTES
  readonly #content: CounterContent

  constructor(content: CounterContent) {
    this.#content = content
  }

  get format(): FormatName {
    return this.#content.format
  }

  storedLength(plainLength: number): number {
    return plainLength + this.#content.trailerBytes
  }

  plainLength(storedLength: number): number {
    const length = storedLength - this.#content.trailerBytes
    if (length < 0) throw tampered(`No encrypted object of this format has ${storedLength} bytes`)
    return length
  }

  cover({ offset, length }: Span, plainLength: number): Span {
    if (offset < 0 || length < 0 || offset + length > plainLength) {
      throw new CosClientError('validation', `Of ${plainLength} bytes none are at ${offset + length}.`)
    }
    const skipped = length === 0 ? 0 : offset % AES_BLOCK_BYTES
    return { offset: offset - skipped, length: length + skipped }
  }

  async *encrypt(
    content: AsyncIterable<Uint8Array>,
    { offset, ends }: { readonly offset: number; readonly ends: boolean },
  ): AsyncGenerator<Uint8Array> {
    if (this.#content.trailerBytes > 0) {
      throw new CosClientError('encryption', 'Objects of the format AES/GCM/NoPadding are not written.')
    }
    const stream = await this.#streamAt(offset)
    let length = 0
    for await (const { bytes, isLast } of blocksOf(content, BLOCK_BYTES)) {
      length += bytes.length
      if (isLast && !ends) this.#requireGranule(offset + length)
      if (bytes.length > 0) yield await stream.apply(bytes)
    }
  }

  async *decrypt(
    stored: AsyncIterable<Uint8Array>,
    plain: Span,
    plainLength: number,
  ): AsyncGenerator<Uint8Array> {
    const expected = this.cover(plain, plainLength)
    const stream = await this.#streamAt(expected.offset)
    let skipped = plain.offset - expected.offset
    let arrived = 0
    for await (const { bytes, isLast } of blocksOf(stored, BLOCK_BYTES)) {
      arrived += bytes.length
      if (arrived > expected.length || (isLast && arrived < expected.length)) {
        throw tampered(`Of ${expected.length} encrypted bytes ${arrived} arrived`)
      }
      if (bytes.length > 0) {
        const opened = await stream.apply(bytes)
        // Less than one block of the cipher, so of the first bytes only.
        yield skipped === 0 ? opened : opened.subarray(skipped)
        skipped = 0
      }
    }
  }

  #streamAt(offset: number): Awaitable<CtrStream> {
    this.#requireGranule(offset)
    return this.#content.stream(counterAt(this.#content.counter, offset / AES_BLOCK_BYTES))
  }

  #requireGranule(offset: number): void {
    if (offset % AES_BLOCK_BYTES === 0) return
    const rule = `Parts are cut at multiples of ${AES_BLOCK_BYTES} bytes.`
    throw new CosClientError('validation', `A part of encrypted content is cut at byte ${offset}. ${rule}`)
  }
}

/** The whole counter counts, and begins anew past its end. */
export function counterAt(start: Uint8Array, blocks: number): Uint8Array {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const first = (view.getBigUint64(0) << 64n) | view.getBigUint64(8)
  const counter = (first + BigInt(blocks)) % COUNTER_END
  const bytes = new Uint8Array(AES_BLOCK_BYTES)
  const target = new DataView(bytes.buffer)
  target.setBigUint64(0, counter >> 64n)
  target.setBigUint64(8, BigInt.asUintN(64, counter))
  return bytes
}

function tampered(message: string): CosClientError {
  return new CosClientError('tampered', `${message}: the object was cut, or bytes were added.`)
}
