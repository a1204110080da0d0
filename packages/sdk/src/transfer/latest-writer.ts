// Writes that follow each other, where only the latest of those that wait matters.

export class LatestWriter<T> {
  readonly #write: (value: T) => Promise<void>
  #running: Promise<void> | undefined
  #waiting: { value: T; readonly done: Promise<void> } | undefined

  constructor(write: (value: T) => Promise<void>) {
    this.#write = write
  }

  /** Resolves once this value, or one given later, is written. */
  write(value: T): Promise<void> {
    if (this.#waiting) {
      this.#waiting.value = value
      return this.#waiting.done
    }
    if (!this.#running) return this.#start(value)
    const done = this.#running
      // Whoever gave the value before was told that it failed.
      .catch(() => undefined)
      .then(() => {
        const next = this.#waiting
        this.#waiting = undefined
        return next && this.#start(next.value)
      })
    this.#waiting = { value, done }
    return done
  }

  /** Resolves when nothing is being written any more, whether it failed or not. */
  async settled(): Promise<void> {
    while (this.#running || this.#waiting) {
      await (this.#waiting?.done ?? this.#running)?.catch(() => undefined)
    }
  }

  #start(value: T): Promise<void> {
    const running = this.#write(value).finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }
}
