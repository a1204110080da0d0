// Whether pieces of a text are UTF-8 together, wherever they were cut.
import { isUtf8 } from 'node:buffer'

const CHARACTER_BYTES_MAX = 4

export class Utf8Check {
  /** The beginning of a character that the last piece ends with. */
  #begun: Buffer = Buffer.alloc(0)

  /** Whether it is so far. */
  add(piece: Buffer): boolean {
    const rest = this.#begun.length === 0 ? 0 : lengthOf(this.#begun[0] ?? 0) - this.#begun.length
    const isWhole = rest === 0 || isUtf8(Buffer.concat([this.#begun, piece.subarray(0, rest)]))
    const end = lastStart(piece)
    this.#begun = Buffer.from(piece.subarray(end))
    return isWhole && isUtf8(piece.subarray(Math.min(rest, end), end))
  }

  /** Whether nothing is cut off. */
  get isWhole(): boolean {
    return this.#begun.length === 0
  }
}

/** Where the character begins that the piece's end cuts, or the end. */
function lastStart(piece: Buffer): number {
  for (let at = piece.length - 1; at >= 0 && at > piece.length - CHARACTER_BYTES_MAX; at--) {
    const byte = piece[at] ?? 0
    if (byte >= 0xc0) return lengthOf(byte) > piece.length - at ? at : piece.length
    if (byte < 0x80) return piece.length
  }
  return piece.length
}

function lengthOf(first: number): number {
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}
