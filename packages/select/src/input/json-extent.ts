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

/** What a byte outside of strings means. */
const ORDINARY = 0
const OPENS = 1
const CLOSES = 2
const BREAKS = 3
const ENDS = 4

const OPENING = new Set(Buffer.from('{['))
const OUTSIDE = meaningsOf({ '{["': OPENS, '}]': CLOSES, '\r\n': BREAKS })
const IN_SCALAR = meaningsOf({ ',]} \t\r\n:': ENDS })

function meaningsOf(characters: Readonly<Record<string, number>>): Uint8Array {
  const meanings = new Uint8Array(256)
  for (const [texts, meaning] of Object.entries(characters)) {
    for (const byte of Buffer.from(texts)) meanings[byte] = meaning
  }
  return meanings
}

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
    const meanings = this.#isScalar ? IN_SCALAR : OUTSIDE
    let index = this.position
    while (index < chunk.length && meanings[chunk[index] ?? 0] === ORDINARY) index++
    this.position = index
    if (index === chunk.length) return 'open'
    const byte = chunk[index] ?? 0
    const meaning = meanings[byte]
    if (meaning === ENDS) return 'closed'
    if (meaning === BREAKS) return 'break'
    this.position++
    if (byte === QUOTE) this.#inString = true
    else if (meaning === CLOSES) return this.#close()
    else this.#depth++
    return 'open'
  }

  #close(): Extent {
    this.#depth--
    return this.#depth === 0 ? 'closed' : 'open'
  }
}
