// Several serving processes over one data folder: this one owns the folder, hands out the port, and restarts
// workers that die.
import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { Log } from '@coset/core'
import type { ServerConfig } from './config.js'
import type { LogLevel } from './log.js'
import type { Serving } from './main.js'

/** What a worker is told, once. It goes through the private channel between the two, never through arguments. */
export interface WorkerOrders {
  readonly config: ServerConfig
  readonly host: string
  readonly port: number
  readonly data: string
  readonly coldData: string | undefined
  readonly logLevel: LogLevel
  readonly terminal: boolean
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }

/** A worker that dies sooner than this after its start counts as one that can't start. */
const LIFETIME_MS_MIN = 2000
const EARLY_DEATHS_MAX = 5

export async function startWorkers(orders: WorkerOrders, count: number, log: Log): Promise<Serving> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./worker.js', import.meta.url)), args: [] })
  const crew = new Crew(log)
  const port = await crew.start(orders)
  // With the port as it was asked for: workers that ask for any get the same one.
  for (let at = 1; at < count; at++) await crew.start(orders)
  return { port, failed: crew.failed, stop: () => crew.stop() }
}

class Crew {
  readonly failed: Promise<Error>
  readonly #log: Log
  readonly #workers = new Set<Worker>()
  #fail: (error: Error) => void = () => {}
  #stopping = false
  #earlyDeaths = 0

  constructor(log: Log) {
    this.#log = log
    this.failed = new Promise((resolve) => {
      this.#fail = resolve
    })
  }

  /** Resolves with the port once the worker listens; rejects with what kept it from listening. */
  start(orders: WorkerOrders): Promise<number> {
    const worker = cluster.fork()
    const startedMs = Date.now()
    this.#workers.add(worker)
    return new Promise((resolve, reject) => {
      let listening = false
      worker.on('message', (message: WorkerMessage) => {
        // Not at `online`: what comes before its modules have loaded is lost.
        if (message.kind === 'ready') post(worker, this.#stopping ? 'stop' : orders)
        else if (message.kind === 'listening') {
          listening = true
          resolve(message.port)
        } else {
          reject(Object.assign(new Error(message.message), { code: message.code }))
        }
      })
      worker.on('exit', (code, signal) => {
        this.#workers.delete(worker)
        reject(new Error(`A worker ended with ${signal ?? code} before it listened.`))
        if (listening && !this.#stopping) this.#restart(orders, Date.now() - startedMs, signal ?? code)
      })
    })
  }

  #restart(orders: WorkerOrders, lifetimeMs: number, reason: string | number): void {
    this.#log.error({ reason }, 'a worker died and is started again')
    this.#earlyDeaths = lifetimeMs < LIFETIME_MS_MIN ? this.#earlyDeaths + 1 : 0
    if (this.#earlyDeaths >= EARLY_DEATHS_MAX) this.#fail(new Error('Workers die as soon as they start.'))
    else
      this.start(orders).catch((error: unknown) => {
        if (!this.#stopping) this.#fail(error instanceof Error ? error : new Error(String(error)))
      })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const ends = [...this.#workers].map(
      (worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())),
    )
    for (const worker of this.#workers) post(worker, 'stop')
    await Promise.all(ends)
  }
}

/** One that has just died takes no message; its `exit` tells. */
function post(worker: Worker, message: WorkerOrders | 'stop'): void {
  worker.send(message, () => {})
}
