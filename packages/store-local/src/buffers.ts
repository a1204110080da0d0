// Buffers that bytes pass through on their way to and from files, used again and again: left to the garbage collector
// they would pile up between its runs, to several times what is in use, and make it run all the more often.

export class BufferPool {
  /** Of each buffer. */
  readonly bytes: number
  readonly #keptMax: number
  readonly #free: Buffer[] = []

  /** More than `keptMax` that are free go to the garbage collector after all. */
  constructor(bytes: number, keptMax: number) {
    this.bytes = bytes
    this.#keptMax = keptMax
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bytes)
  }

  /** The caller must not touch it again. */
  give(buffer: Buffer): void {
    if (this.#free.length < this.#keptMax) this.#free.push(buffer)
  }
}
