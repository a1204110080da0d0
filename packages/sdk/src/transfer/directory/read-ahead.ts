// A source that is read before anybody asks, so that what is found is known early.

/** Reads on in the background, up to so many entries ahead. A failure of the source is told in its turn. */
export class ReadAhead<T> implements AsyncIterableIterator<T> {
  readonly #source: AsyncIterator<T>
  readonly #entriesMax: number
  readonly #ready: IteratorResult<T>[] = []
  #first = 0
  #failure: { readonly error: unknown } | undefined
  #ended = false
  #reading = false
  #wake: (() => void) | undefined

  constructor(source: AsyncIterable<T>, entriesMax: number) {
    this.#source = source[Symbol.asyncIterator]()
    this.#entriesMax = entriesMax
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this
  }

  /** One at a time. */
  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      const entry = this.#take()
      if (!this.#reading && !this.#ended) void this.#read()
      if (entry) return entry
      if (this.#failure) throw this.#failure.error
      if (this.#ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Waits for nothing: the source may be stuck in a file system. */
  return(): Promise<IteratorResult<T>> {
    this.#end(undefined)
    Promise.resolve(this.#source.return?.()).catch(() => undefined)
    return Promise.resolve({ done: true, value: undefined })
  }

  #take(): IteratorResult<T> | undefined {
    const entry = this.#ready[this.#first]
    if (!entry) return undefined
    this.#first++
    // Moved now and then only, as that takes time for each entry that is left.
    if (this.#first * 2 > this.#entriesMax) {
      this.#ready.splice(0, this.#first)
      this.#first = 0
    }
    return entry
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      while (!this.#ended && this.#ready.length - this.#first < this.#entriesMax) {
        const read = await this.#source.next()
        if (read.done) this.#end(undefined)
        else this.#ready.push(read)
        this.#wake?.()
      }
    } catch (error) {
      this.#end({ error })
    } finally {
      this.#reading = false
    }
  }

  #end(failure: { readonly error: unknown } | undefined): void {
    this.#ended = true
    this.#failure ??= failure
    this.#wake?.()
  }
}
