// What the scanner finds, byte by byte: where the processor can do no better.

import type { Marks } from './scanner.js'
import { FOUND } from './scanner-code.js'

const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20

export class PlainScan {
  #found = 0
  #isInside = false
  /** Of the byte before. */
  #isLineEnd = true
  /** What stands before the spaces that the byte before ends, or is that byte. */
  #before: 'edge' | 'quote' | 'edge and spaces' | 'quote and spaces' | 'other' = 'edge'

  begin(): void {
    this.#found = 0
    this.#isInside = false
    this.#isLineEnd = true
    this.#before = 'edge'
  }

  scan(bytes: Uint8Array, marks: Marks): number {
    for (const byte of bytes) {
      this.#found |= classOf(byte, marks)
      const isLine = byte === LINE_FEED
      const endsLine = isLine || byte === RETURN
      if (this.#isLineEnd && (endsLine || marks.starts.includes(byte))) this.#found |= FOUND.lineStart
      if (isLine && this.#isInside) this.#found |= FOUND.quotedLine
      if (byte === marks.quote) this.#isInside = !this.#isInside
      this.#isLineEnd = isLine
      this.#place(byte, endsLine || byte === marks.delimiter, byte === marks.quote)
    }
    return this.#found | (this.#isInside ? FOUND.open : 0)
  }

  #place(byte: number, isEdge: boolean, isQuote: boolean): void {
    const before = this.#before
    const isLoose = (isQuote && before === 'edge and spaces') || (isEdge && before === 'quote and spaces')
    if (isLoose) this.#found |= FOUND.looseQuote
    if (isEdge) this.#before = 'edge'
    else if (isQuote) this.#before = 'quote'
    else if (byte !== SPACE || before === 'other') this.#before = 'other'
    else this.#before = before.startsWith('edge') ? 'edge and spaces' : 'quote and spaces'
  }
}

function classOf(byte: number, { quote }: Marks): number {
  if (byte >= 0x80) return FOUND.high
  if (byte === 0) return FOUND.nul
  if (byte === RETURN) return FOUND.carriageReturn
  return byte === quote ? FOUND.quote : 0
}
