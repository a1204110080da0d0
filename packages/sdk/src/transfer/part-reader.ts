// Cuts a stream into parts, kept in memory until each was sent, and no more of them than there is room for.
import { LIMITS } from '@coset/model'
import { CosClientError } from '../errors.js'
import type { Md5 } from '../platform.js'
import type { Content } from './upload-content.js'

/** Memory for parts, unless one alone takes more. */
const HELD_BYTES_MAX = 64 * 1024 * 1024
/** Parts are kept in blocks of this: a part that turns out short takes little. */
const BLOCK_BYTES = 256 * 1024

/** A part that can be sent as often as needed, until it is released. */
export interface HeldPart extends Content {
  readonly number: number
  /** Gives its memory to the parts that follow. */
  release(): void
}

export interface PartReaderOptions {
  /** Bytes of a part, by its number. */
  readonly bytesOf: (number: number) => number
  /** What the whole must have, where the caller said so. */
  readonly total: number | undefined
  /** Sees all bytes, in order. */
  readonly md5: Md5 | undefined
}

/** No generator, as one that waits for its source can not be ended. */
export class PartReader implements AsyncIterableIterator<HeldPart> {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #options: PartReaderOptions
  readonly #blocks: Uint8Array[] = []
  /** Of a chunk, what the part before had no room for. */
  #rest: Uint8Array = new Uint8Array()
  #first: HeldPart | undefined
  #parts = 0
  #heldBytes = 0
  #onRelease: (() => void) | undefined
  #bytes = 0
  #ended = false

  constructor(source: AsyncIterable<Uint8Array>, options: PartReaderOptions) {
    this.#source = source[Symbol.asyncIterator]()
    this.#options = options
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** All that was read so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** The whole content, if it is one part; else undefined, and the first part is the next one. */
  async only(): Promise<HeldPart | undefined> {
    const first = await this.#read()
    // Only what comes next tells whether a part that is full was the last.
    if (this.#rest.length === 0) await this.#pull()
    if (this.#ended && this.#rest.length === 0) return first
    this.#first = first
    return undefined
  }

  async next(): Promise<IteratorResult<HeldPart>> {
    const part = this.#first ?? (await this.#read())
    this.#first = undefined
    return part.length === 0 ? { done: true, value: undefined } : { done: false, value: part }
  }

  return(): Promise<IteratorResult<HeldPart>> {
    this.#ended = true
    // A source that fails to close has nobody left to tell.
    Promise.resolve(this.#source.return?.()).catch(() => undefined)
    return Promise.resolve({ done: true, value: undefined })
  }

  async #read(): Promise<HeldPart> {
    const number = ++this.#parts
    const bytes = this.#options.bytesOf(Math.min(number, LIMITS.partsMax))
    while (this.#heldBytes > 0 && this.#heldBytes + bytes > HELD_BYTES_MAX) await this.#released()
    this.#heldBytes += bytes
    const blocks: Uint8Array[] = []
    let length = 0
    while (length < bytes) {
      if (this.#rest.length === 0 && !(await this.#pull())) break
      length += this.#keep(blocks, length, bytes)
    }
    if (number > LIMITS.partsMax && length > 0) throw tooLong()
    return this.#hold({ number, blocks, length, bytes })
  }

  /** Moves as much of the rest as fits into the blocks. Copies, as sources may use their own memory again. */
  #keep(blocks: Uint8Array[], length: number, bytes: number): number {
    const used = length % BLOCK_BYTES
    if (used === 0) blocks.push(this.#blocks.pop() ?? new Uint8Array(BLOCK_BYTES))
    const block = blocks.at(-1) ?? new Uint8Array()
    const count = Math.min(this.#rest.length, BLOCK_BYTES - used, bytes - length)
    block.set(this.#rest.subarray(0, count), used)
    this.#rest = this.#rest.subarray(count)
    return count
  }

  #hold(read: {
    readonly number: number
    readonly blocks: Uint8Array[]
    readonly length: number
    readonly bytes: number
  }): HeldPart {
    const { number, blocks, length, bytes } = read
    return {
      number,
      length,
      async *open() {
        for (const [index, block] of blocks.entries()) yield block.subarray(0, length - index * BLOCK_BYTES)
      },
      release: () => {
        this.#blocks.push(...blocks.splice(0))
        this.#heldBytes -= bytes
        this.#onRelease?.()
      },
    }
  }

  /** Whether there was more. Chunks without a byte are passed over. */
  async #pull(): Promise<boolean> {
    while (!this.#ended) {
      const read = await this.#source.next().catch((cause: unknown) => {
        if (cause instanceof CosClientError) throw cause
        throw new CosClientError('body', 'The source of the body failed.', { cause, requestSent: true })
      })
      if (read.done) {
        this.#ended = true
        this.#checkLength()
      } else if (read.value.length > 0) {
        this.#rest = read.value
        this.#bytes += read.value.length
        this.#options.md5?.update(read.value)
        this.#checkLength()
        return true
      }
    }
    return false
  }

  #checkLength(): void {
    const { total = this.#bytes } = this.#options
    const isWrong = this.#ended ? this.#bytes !== total : this.#bytes > total
    if (!isWrong) return
    const found = this.#ended ? `only ${this.#bytes}` : 'more'
    throw new CosClientError('body', `The body was to have ${total} bytes, but has ${found}.`)
  }

  #released(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRelease = resolve
    })
  }
}

function tooLong(): CosClientError {
  const message =
    'The body is longer than its 10,000 parts can hold. Give its ContentLength, or a larger PartSize.'
  return new CosClientError('body', message)
}
