// The bytes of a batch, wherever they stand: in a file, in memory, or in a stored object.
import { closeSync, openSync, readSync } from 'node:fs'

/** Read without a turn of the event loop: nobody else waits for the process of a query. */
export interface BatchBytes {
  readonly length: number
  /** Fills `into` with what stands from `at` on, which must be there. */
  read(at: number, into: Uint8Array): void
  /** Where a read from `at` on, of at most so many bytes, ends best; behind `at`, and perhaps behind the last byte. */
  readEnd(at: number, bytesMax: number): number
  close(): void
}

/** What stands from `from` to, but without, `to`. */
export function readPart(bytes: BatchBytes, from: number, to: number): Buffer {
  const part = Buffer.allocUnsafeSlow(to - from)
  if (part.length > 0) bytes.read(from, part)
  return part
}

/** A file that holds nothing else. */
export class FileBytes implements BatchBytes {
  readonly length: number
  readonly #path: string
  #file: number | undefined

  constructor(path: string, length: number) {
    this.#path = path
    this.length = length
  }

  read(at: number, into: Uint8Array): void {
    this.#file ??= openSync(this.#path, 'r')
    for (let done = 0; done < into.length; ) {
      const bytesRead = readSync(this.#file, into, done, into.length - done, at + done)
      if (bytesRead === 0) throw new Error('A file of the spool is shorter than it was said to be.')
      done += bytesRead
    }
  }

  readEnd(at: number, bytesMax: number): number {
    return at + bytesMax
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

export class MemoryBytes implements BatchBytes {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  read(at: number, into: Uint8Array): void {
    into.set(this.#bytes.subarray(at, at + into.length))
  }

  readEnd(at: number, bytesMax: number): number {
    return at + bytesMax
  }

  close(): void {}
}

/** What stands in others from `start` to, but without, `end`. */
export class PartBytes implements BatchBytes {
  readonly length: number
  readonly #whole: BatchBytes
  readonly #start: number

  constructor(whole: BatchBytes, start: number, end: number) {
    this.#whole = whole
    this.#start = start
    this.length = end - start
  }

  read(at: number, into: Uint8Array): void {
    this.#whole.read(this.#start + at, into)
  }

  readEnd(at: number, bytesMax: number): number {
    return this.#whole.readEnd(this.#start + at, bytesMax) - this.#start
  }

  /** The others stay open. */
  close(): void {}
}
