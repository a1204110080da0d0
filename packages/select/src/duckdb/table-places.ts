// The places where batches become tables, each for one batch at a time.
import { join } from 'node:path'
import type { Kernel } from '../columns/kernel.js'
import type { Batch } from '../execution.js'
import { type Kind, TableMaker } from './table-maker.js'
import { LocalPlace, type TablePlace } from './table-place.js'
import type { TableProgram } from './table-program.js'
import type { ThreadPlace } from './table-threads.js'

export interface TablePlacesOptions {
  readonly folder: string
  /** Throws where there is none. */
  readonly openKernel: () => Kernel
  readonly programOf: (kind: Kind) => TableProgram | null
  /** Threads for a stored object that is worth them; `number`: of the first one's files. Default: none. */
  readonly openThreads?: ((number: number) => readonly ThreadPlace[]) | undefined
}

/** Threads are numbered behind all places of this one. */
const LOCAL_MAX = 4

export class TablePlaces {
  readonly #options: TablePlacesOptions
  readonly #free: LocalPlace[] = []
  readonly #freeThreads: ThreadPlace[] = []
  readonly #all: TablePlace[] = []
  #local = 0
  #threads: readonly ThreadPlace[] | undefined

  constructor(options: TablePlacesOptions) {
    this.#options = options
  }

  /** Undefined where there is no kernel. */
  take(batch: Batch): TablePlace | undefined {
    if (batch.stored) {
      this.#startThreads()
      const thread = this.#freeThreads.pop()
      if (thread) return thread
    }
    return this.#free.pop() ?? this.#newPlace()
  }

  give(place: TablePlace): void {
    if (place instanceof LocalPlace) this.#free.push(place)
    else {
      const thread = this.#threads?.find((one) => one === place)
      if (thread && !thread.isLost) this.#freeThreads.push(thread)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((place) => place.close()))
  }

  /** Until they have begun, batches are read in this one. */
  #startThreads(): void {
    if (this.#threads) return
    this.#threads = this.#options.openThreads?.(LOCAL_MAX) ?? []
    this.#all.push(...this.#threads)
    for (const thread of this.#threads) {
      void thread.ready.then((isReady) => {
        if (isReady) this.#freeThreads.push(thread)
      })
    }
  }

  #newPlace(): LocalPlace | undefined {
    const { folder, openKernel, programOf } = this.#options
    const number = this.#local++
    const tablePath = join(folder, `table-${number}`)
    try {
      const maker = new TableMaker(openKernel(), tablePath, programOf)
      const place = new LocalPlace(maker, { tablePath, resultPath: join(folder, `result-${number}`) })
      this.#all.push(place)
      return place
    } catch {
      return undefined
    }
  }
}
