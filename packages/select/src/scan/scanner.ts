// Looks through batches of records in one pass, a piece at a time, for what decides who reads them.
import { PlainScan } from './plain-scan.js'
import { FOUND, scannerModule } from './scanner-code.js'

export { FOUND }

/** What of it is used here: the types of Node come without it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

export const PIECE_BYTES = 256 * 1024
const BLOCK_BYTES = 64
/** Stands in no text, and is none of the marks. */
const PADDING = 0x7f
/** In no text either, so that what is switched off is never found. */
const NO_MARK = 0xff

/** Bytes that mean something; -1 for none. */
export interface Marks {
  readonly delimiter: number
  readonly quote: number
  /** No line may begin with these, nor with the end of a line. */
  readonly starts: readonly [number, number]
}

export interface Scanner {
  /** To be filled with the next bytes of the batch: all of it, until they are the last ones. */
  readonly piece: Buffer
  /** From here on it is another batch. */
  begin(): void
  /** All that was found since then, with the first `length` bytes of the piece: bits of FOUND. */
  scan(length: number, marks: Marks): number
}

export function openScanner(): Scanner {
  try {
    return new VectorScanner(new WebAssembly.Instance(new WebAssembly.Module(scannerModule())).exports)
  } catch {
    // An old processor has no such instructions.
    return new PlainScanner()
  }
}

type Scan = (at: number, end: number, ...marks: readonly number[]) => number

class VectorScanner implements Scanner {
  readonly piece: Buffer
  readonly #scan: Scan
  readonly #begin: () => void

  constructor({ memory, scan, begin }: Readonly<Record<string, unknown>>) {
    this.piece = Buffer.from((memory as { readonly buffer: ArrayBuffer }).buffer, 0, PIECE_BYTES)
    this.#scan = scan as Scan
    this.#begin = begin as () => void
  }

  begin(): void {
    this.#begin()
  }

  scan(length: number, { delimiter, quote, starts }: Marks): number {
    const end = Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES
    this.piece.fill(PADDING, length, end)
    const marks = [delimiter, quote, ...starts].map((mark) => (mark < 0 ? NO_MARK : mark))
    return this.#scan(0, end, ...marks)
  }
}

export class PlainScanner implements Scanner {
  readonly piece = Buffer.alloc(PIECE_BYTES)
  readonly #plain = new PlainScan()

  begin(): void {
    this.#plain.begin()
  }

  scan(length: number, marks: Marks): number {
    return this.#plain.scan(this.piece.subarray(0, length), marks)
  }
}
