// Rows in order, fetched in batches that grow while they are used up and shrink when the reader jumps.
import { Fault } from '@coset/model'
import type { Entry, KeyRange, MetadataStore } from '../ports.js'
import { afterKey } from './keys.js'

const BATCH_FIRST = 8
/** Behind a jump the next row is often one to jump from again. */
const BATCH_JUMPED = 2
const BATCH_MAX = 256

/** How many scans one request may still spend, over all its readers. */
export interface ScanBudget {
  left: number
}

export class RowReader {
  readonly #metadata: MetadataStore
  readonly #budget: ScanBudget
  readonly #end: Uint8Array
  #start: Uint8Array
  #rows: readonly Entry[] = []
  #at = 0
  #batch: number
  #exhausted: boolean

  constructor(metadata: MetadataStore, range: KeyRange, budget: ScanBudget, batch = BATCH_FIRST) {
    this.#metadata = metadata
    this.#budget = budget
    this.#start = range.start
    this.#end = range.end
    this.#batch = Math.min(Math.max(batch, 1), BATCH_MAX)
    this.#exhausted = this.#isPastEnd()
  }

  /** The next row, which stays next; undefined at the end. */
  async peek(): Promise<Entry | undefined> {
    const row = this.#rows[this.#at]
    if (row || this.#exhausted) return row
    if (this.#budget.left-- <= 0) throw new Fault('SlowDown', { message: 'The list takes too many steps.' })
    const range = { start: this.#start, end: this.#end }
    this.#rows = await this.#metadata.scan(range, { limit: this.#batch })
    this.#at = 0
    const last = this.#rows.at(-1)
    if (last) this.#start = afterKey(last.key)
    if (this.#rows.length < this.#batch) this.#exhausted = true
    this.#batch = Math.min(this.#batch * 2, BATCH_MAX)
    return this.#rows[0]
  }

  /** The row at hand, without waiting; undefined when a fetch is needed or the end is reached. */
  buffered(): Entry | undefined {
    return this.#rows[this.#at]
  }

  skip(): void {
    this.#at++
  }

  /** Goes on at the first row not before `start`. */
  seek(start: Uint8Array): void {
    while (this.#at < this.#rows.length) {
      const row = this.#rows[this.#at]
      if (row && Buffer.compare(row.key, start) >= 0) return
      this.#at++
    }
    if (Buffer.compare(start, this.#start) > 0) {
      this.#start = start
      this.#batch = BATCH_JUMPED
    }
    this.#exhausted ||= this.#isPastEnd()
  }

  /** Whether the next peek has to fetch. */
  isFetchNext(): boolean {
    return this.#at >= this.#rows.length && !this.#exhausted
  }

  /** Forgets what was fetched ahead, and that there was nothing more: the next peek fetches anew. */
  refresh(): void {
    this.#start = this.#rows[this.#at]?.key ?? this.#start
    this.#rows = []
    this.#at = 0
    this.#exhausted = this.#isPastEnd()
  }

  #isPastEnd(): boolean {
    return Buffer.compare(this.#start, this.#end) >= 0
  }
}
