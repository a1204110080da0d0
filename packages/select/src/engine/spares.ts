// A process that is ready before its query comes: starting one takes longer than most queries.
import { type WorkerOptions, WorkerProcess } from './worker-process.js'

export class Spares {
  readonly #options: WorkerOptions
  readonly #spareMs: number
  readonly #busy = new Set<WorkerProcess>()
  #spare: WorkerProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: WorkerOptions, spareMs: number) {
    this.#options = options
    this.#spareMs = spareMs
  }

  /** For one query, after which it is to be killed or ends. */
  take(): WorkerProcess {
    const spare = this.#spare
    this.#spare = undefined
    clearTimeout(this.#timer)
    const worker = spare && !spare.hasEnded ? spare : new WorkerProcess(this.#options)
    worker.ref()
    this.#busy.add(worker)
    void worker.ended.then(() => this.#busy.delete(worker))
    return worker
  }

  /** Another query may come soon. */
  prepare(): void {
    if (this.#closed || this.#spareMs === 0) return
    if (!this.#spare || this.#spare.hasEnded) {
      this.#spare = this.#startAhead()
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#drop(), this.#spareMs)
    this.#timer.unref()
  }

  /** Kills all there are. */
  async close(reason: unknown): Promise<void> {
    this.#closed = true
    const all = [...this.#busy, ...(this.#spare ? [this.#spare] : [])]
    this.#drop()
    for (const worker of all) worker.kill(reason)
    await Promise.all(all.map((worker) => worker.ended))
  }

  /** A system that has no room for it now may have some when the query comes. */
  #startAhead(): WorkerProcess | undefined {
    try {
      const worker = new WorkerProcess(this.#options)
      worker.unref()
      return worker
    } catch {
      return undefined
    }
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#spare?.kill(new Error('It was not needed.'))
    this.#spare = undefined
  }
}
