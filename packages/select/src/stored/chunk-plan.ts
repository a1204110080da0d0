// Which chunks a stored object is read in, one after the other: both threads make the same plan.
import type { BatchBytes } from '../batch-bytes.js'

export interface Chunk {
  readonly number: number
  readonly start: number
  readonly end: number
}

export class ChunkPlan {
  readonly #object: Pick<BatchBytes, 'length' | 'readEnd'>
  readonly #chunkBytes: number
  /** Those that are not released, as far as they were asked for. */
  readonly #held: Chunk[] = []
  #released = 0
  /** Of the first that is not released. */
  #start: number

  constructor(object: Pick<BatchBytes, 'length' | 'readEnd'>, start: number, chunkBytes: number) {
    this.#object = object
    this.#start = start
    this.#chunkBytes = chunkBytes
  }

  /** Where what is not released begins. */
  get start(): number {
    return this.#start
  }

  /** Undefined for what was released, and behind the object. */
  at(position: number): Chunk | undefined {
    if (position < this.#start || position >= this.#object.length) return undefined
    let chunk = this.#held[0] ?? this.#next()
    for (let index = 1; chunk.end <= position; index++) chunk = this.#held[index] ?? this.#next()
    return chunk
  }

  /** Releases what ends up to there. Gives the number of all that are. */
  release(position: number): number {
    while (this.#start < position && this.#start < this.#object.length) {
      const chunk = this.#held[0] ?? this.#next()
      if (chunk.end > position) break
      this.#held.shift()
      this.#start = chunk.end
      this.#released++
    }
    return this.#released
  }

  #next(): Chunk {
    const last = this.#held.at(-1)
    const start = last?.end ?? this.#start
    const number = (last?.number ?? this.#released - 1) + 1
    const end = Math.min(this.#object.length, this.#object.readEnd(start, this.#chunkBytes))
    const chunk = { number, start, end }
    this.#held.push(chunk)
    return chunk
  }
}
