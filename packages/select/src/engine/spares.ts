// Processes with a folder each, one of them ready before its query comes: starting one takes longer than most queries.
import { mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type WorkerOptions, WorkerProcess } from './worker-process.js'

/** `folder`: in which each process gets one of its own. */
export interface SparesOptions extends WorkerOptions {
  /** How long one that is ready waits. */
  readonly spareMs: number
}

/** What a query has to itself. */
export interface Workplace {
  readonly worker: WorkerProcess
  readonly folder: string
}

export class Spares {
  readonly #options: SparesOptions
  readonly #busy = new Set<WorkerProcess>()
  readonly #dropped = new Set<Promise<void>>()
  #made = 0
  #spare: Workplace | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: SparesOptions) {
    this.#options = options
  }

  /** For one query, after which it is to be ended. */
  take(): Workplace {
    if (this.#spare?.worker.hasEnded) this.#drop()
    const place = this.#spare ?? this.#make()
    this.#spare = undefined
    clearTimeout(this.#timer)
    const { worker } = place
    worker.ref()
    this.#busy.add(worker)
    void worker.ended.then(() => this.#busy.delete(worker))
    return place
  }

  /** Another query may come soon. */
  prepare(): void {
    const { spareMs } = this.#options
    if (this.#closed || spareMs === 0) return
    if (this.#spare?.worker.hasEnded) this.#drop()
    this.#spare ??= this.#makeAhead()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#drop(), spareMs)
    this.#timer.unref()
  }

  /** Kills the process, and removes the folder once it is gone. */
  async end({ worker, folder }: Workplace): Promise<void> {
    worker.kill(new Error('The query is over.'))
    await worker.ended
    await rm(folder, { recursive: true, force: true })
  }

  /** Kills all there are. Folders of queries are left to those who end them. */
  async close(reason: unknown): Promise<void> {
    this.#closed = true
    this.#drop()
    const busy = [...this.#busy]
    for (const worker of busy) worker.kill(reason)
    await Promise.all([...busy.map((worker) => worker.ended), ...this.#dropped])
  }

  /** Made at once, as the process is. */
  #make(): Workplace {
    const folder = join(this.#options.folder, `query-${++this.#made}`)
    mkdirSync(folder, { mode: 0o700 })
    try {
      return { worker: new WorkerProcess({ ...this.#options, folder }), folder }
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** A system that has no room for it now may have some when the query comes. */
  #makeAhead(): Workplace | undefined {
    try {
      const place = this.#make()
      place.worker.unref()
      return place
    } catch {
      return undefined
    }
  }

  #drop(): void {
    clearTimeout(this.#timer)
    const spare = this.#spare
    this.#spare = undefined
    if (!spare) return
    // What can't be removed now goes with all else.
    const dropped = this.end(spare).catch(() => undefined)
    this.#dropped.add(dropped)
    void dropped.then(() => this.#dropped.delete(dropped))
  }
}
