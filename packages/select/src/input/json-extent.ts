// Finds where a JSON value ends, over chunks, without looking at what it means.

const QUOTE = 34
const BACKSLASH = 92
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export type Extent =
  /** The value goes on behind the bytes looked at. */
  | 'open'
  /** It ended right before the position. */
  | 'closed'
  /** At the position stands a line break, which is not within a string. */
  | 'break'
  /** A string has a line break in it. */
  | 'broken'

const OPENING = new Set(Buffer.from('{['))
const CLOSING = new Set(Buffer.from('}]'))
const ENDS_SCALAR = new Set(Buffer.from(',]} \t\r\n:'))

export class JsonExtent {
  /** Where the last `advance` stopped. */
  position = 0
  #depth = 0
  #inString = false
  #isEscaped = false
  #isScalar = false

  /** @param first The value's first byte, which is the next to be looked at. */
  begin(first: number): void {
    this.#depth = 0
    this.#inString = false
    this.#isEscaped = false
    this.#isScalar = !OPENING.has(first) && first !== QUOTE
  }

  /** Whether the end of the object may end it. */
  get isScalar(): boolean {
    return this.#isScalar
  }

  advance(chunk: Buffer, from: number): Extent {
    this.position = from
    while (this.position < chunk.length) {
      const extent = this.#inString ? this.#advanceString(chunk) : this.#advanceOutside(chunk)
      if (extent !== 'open') return extent
    }
    return 'open'
  }

  #advanceString(chunk: Buffer): Extent {
    let index = this.position
    let isEscaped = this.#isEscaped
    for (; index < chunk.length; index++) {
      const byte = chunk[index]
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = true
      else if (byte === QUOTE) break
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) return 'broken'
    }
    this.#isEscaped = isEscaped
    this.position = index
    if (index === chunk.length) return 'open'
    this.#inString = false
    this.position++
    return this.#depth === 0 ? 'closed' : 'open'
  }

  #advanceOutside(chunk: Buffer): Extent {
    const byte = chunk[this.position] ?? 0
    if (this.#isScalar && ENDS_SCALAR.has(byte)) return 'closed'
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) return 'break'
    this.position++
    if (byte === QUOTE) this.#inString = true
    else if (OPENING.has(byte)) this.#depth++
    else if (CLOSING.has(byte)) return this.#close()
    return 'open'
  }

  #close(): Extent {
    this.#depth--
    return this.#depth === 0 ? 'closed' : 'open'
  }
}
