// Reads through a batch once, and tells of it what decides whether DuckDB may read it.
import { closeSync, openSync, readSync } from 'node:fs'
import type { Batch } from '../execution.js'
import { FOUND, type Marks, openScanner, type Scanner } from '../scan/scanner.js'
import { Utf8Check } from '../scan/utf8-check.js'

/** More than the longest text that is looked for. */
const SEAM_BYTES = 16

export interface BatchLook {
  /** Bits of FOUND. */
  readonly found: number
  readonly isText: boolean
  /** Whether one of the texts that were looked for is in it. */
  readonly hasTexts: boolean
  readonly lastByte: number
  /** The first piece of it. */
  readonly head: Buffer
}

export interface LookFor {
  readonly marks: Marks
  readonly texts: readonly string[]
  /** Looked for where the mark for quotes was found. */
  readonly quotedTexts: readonly string[]
}

const NOTHING: BatchLook = {
  found: 0,
  isText: false,
  hasTexts: false,
  lastByte: -1,
  head: Buffer.alloc(0),
}

export class BatchLooker {
  #scanner: Scanner | undefined

  /** Piece by piece, in memory that stays near the processor; one read takes microseconds, so nobody waits for it. */
  look({ path, length }: Batch, wanted: LookFor): BatchLook {
    this.#scanner ??= openScanner()
    const { piece } = this.#scanner
    this.#scanner.begin()
    const walk = new Walk(this.#scanner, wanted)
    let head = NOTHING.head
    const file = openSync(path, 'r')
    try {
      for (let at = 0; at < length; ) {
        const bytes = piece.subarray(0, readPiece(file, piece, { at, length }))
        if (at === 0) head = Buffer.from(bytes)
        walk.add(bytes)
        at += bytes.length
      }
    } finally {
      closeSync(file)
    }
    return walk.result(head)
  }
}

function readPiece(
  file: number,
  piece: Buffer,
  { at, length }: { readonly at: number; readonly length: number },
): number {
  const wanted = Math.min(piece.length, length - at)
  for (let done = 0; done < wanted; ) {
    const bytesRead = readSync(file, piece, done, wanted - done, at + done)
    if (bytesRead === 0) throw new Error('A batch is shorter than it was said to be.')
    done += bytesRead
  }
  return wanted
}

class Walk {
  readonly #scanner: Scanner
  readonly #wanted: LookFor
  readonly #utf8 = new Utf8Check()
  #look = { ...NOTHING, isText: true }
  /** The end of the piece before. */
  #seam: Buffer = Buffer.alloc(0)

  constructor(scanner: Scanner, wanted: LookFor) {
    this.#scanner = scanner
    this.#wanted = wanted
  }

  add(bytes: Buffer): void {
    const { marks } = this.#wanted
    const found = this.#scanner.scan(bytes.length, marks)
    const isText = this.#look.isText && ((found & FOUND.high) === 0 || this.#utf8.add(bytes))
    const hasTexts = this.#look.hasTexts || this.#hasText(bytes, found)
    const lastByte = bytes[bytes.length - 1] ?? -1
    this.#look = { ...this.#look, found, isText, hasTexts, lastByte }
  }

  result(head: Buffer): BatchLook {
    return { ...this.#look, head, isText: this.#look.isText && this.#utf8.isWhole }
  }

  #hasText(bytes: Buffer, found: number): boolean {
    const { texts, quotedTexts } = this.#wanted
    const all = (found & FOUND.quote) === 0 ? texts : [...texts, ...quotedTexts]
    if (all.length === 0) return false
    const seam = Buffer.concat([this.#seam, bytes.subarray(0, SEAM_BYTES)])
    this.#seam = Buffer.from(bytes.subarray(-SEAM_BYTES))
    return all.some((text) => bytes.includes(text) || seam.includes(text))
  }
}
