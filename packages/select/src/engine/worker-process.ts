// The process that answers one query, as its server sees it: what it says, what it takes, and why it ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { SelectError } from '../errors.js'
import { type Frame, FrameReader } from '../frames.js'

/** How often the memory of a process is looked at. */
const WATCH_MS = 50
const COMPLAINTS_LENGTH_MAX = 4096
/** Behind whoever serves requests: a query may take the whole machine, but never from them. */
const NICENESS = 5

export interface WorkerOptions {
  readonly memoryBytesMax: number
  /** Where it stands: its query's. Before that, it may have files there that nobody else looks at. */
  readonly folder: string
  /** What it will probably read the object with. */
  readonly storedModule?: string | undefined
}

export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #pipe: Duplex
  readonly #memoryBytesMax: number
  readonly #ended: Promise<void>
  #watch: NodeJS.Timeout | undefined
  #killedFor: { readonly reason: unknown } | undefined
  #complaints = ''

  constructor({ memoryBytesMax, folder, storedModule }: WorkerOptions) {
    this.#memoryBytesMax = memoryBytesMax
    // Half for the engine's and our own buffers, the rest for objects of JavaScript.
    const heapMib = Math.max(64, Math.floor(memoryBytesMax / 2 / 1024 / 1024))
    const modules = storedModule === undefined ? [] : [storedModule]
    this.#child = spawn(process.execPath, [`--max-old-space-size=${heapMib}`, workerPath(), ...modules], {
      cwd: folder,
      // Nothing of the server's environment: neither keys nor proxies, and no options of Node.
      env: { TZ: 'UTC', MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#pipe = pipeOf(this.#child)
    // A process that dies breaks the pipe; that it died is what is told.
    this.#pipe.on('error', () => undefined)
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-COMPLAINTS_LENGTH_MAX)
    })
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve())
      // It could not even be started.
      this.#child.once('error', (error) => {
        this.#complaints += error.message
        if (this.#child.pid === undefined) resolve()
      })
    })
    void this.#ended.then(() => this.#stopWatching())
    lowerPriority(this.#child.pid)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined
  }

  /** Resolves when it is gone. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** From now on it may not take more memory than it was given. */
  watch(): void {
    this.#watch ??= setInterval(() => void this.#look(), WATCH_MS)
    this.#watch.unref()
  }

  /** Resolves when more may be sent. */
  async send(frame: Uint8Array): Promise<void> {
    if (this.#pipe.destroyed || this.#pipe.write(frame)) return
    await Promise.race([once(this.#pipe, 'drain').catch(() => undefined), this.#ended])
  }

  /** What it says until it ends; rejects for what is no frame. While nobody asks, it has to wait. */
  async *frames(): AsyncGenerator<Frame> {
    const reader = new FrameReader()
    try {
      for await (const chunk of this.#pipe) yield* reader.push(chunk as Uint8Array)
    } catch (error) {
      if (!isBrokenPipe(error)) throw error
    }
  }

  /** Ends it at once. `reason` is what `death` gives then. */
  kill(reason: unknown): void {
    this.#killedFor ??= { reason }
    this.#stopWatching()
    // Whoever waits for its end must not end before.
    this.ref()
    this.#child.kill('SIGKILL')
    this.#pipe.destroy()
  }

  /** Why it ended before its work was done. */
  async death(): Promise<unknown> {
    await this.#ended
    if (this.#killedFor) return this.#killedFor.reason
    const { exitCode, signalCode } = this.#child
    const cause = new Error(`It ended with ${signalCode ?? exitCode}: ${this.#complaints}`)
    if (signalCode === 'SIGKILL' || this.#complaints.includes('heap out of memory')) {
      return new SelectError('Overload', 'The query needs more memory than this server has for it.', {
        cause,
      })
    }
    return new SelectError('InternalError', 'The process of the query ended unexpectedly.', { cause })
  }

  /** While it waits for a query, it keeps nobody from ending. */
  unref(): void {
    this.#child.unref()
    for (const stream of [this.#child.stderr, this.#pipe]) unrefStream(stream, 'unref')
  }

  ref(): void {
    this.#child.ref()
    for (const stream of [this.#child.stderr, this.#pipe]) unrefStream(stream, 'ref')
  }

  async #look(): Promise<void> {
    const { pid } = this.#child
    const bytes = pid === undefined || this.hasEnded ? 0 : await residentBytes(pid)
    if (bytes <= this.#memoryBytesMax) return
    const mebibytes = Math.floor(this.#memoryBytesMax / 1024 / 1024)
    this.kill(
      new SelectError(
        'Overload',
        `The query needs more than ${mebibytes} MiB of memory, the limit of this server.`,
      ),
    )
  }

  #stopWatching(): void {
    clearInterval(this.#watch)
  }
}

/** A system that is out of processes or files gives none. */
function pipeOf(child: ChildProcess): Duplex {
  const streams: ChildProcess['stdio'] | undefined = child.stdio
  const pipe = streams?.[3]
  if (pipe) return pipe as Duplex
  child.on('error', () => undefined)
  throw new SelectError('Overload', 'No process could be started for the query. Please try again.')
}

/** What of a process is in memory; 0 where the system does not tell. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS)
  } catch {
    // Gone already, or not allowed here: it works without.
  }
}

function isBrokenPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE'
}

function unrefStream(stream: unknown, method: 'ref' | 'unref'): void {
  const socket = stream as Partial<Record<'ref' | 'unref', () => void>> | null
  socket?.[method]?.()
}

/** Processes run built code only; sources are those of tests, beside which the build stands. */
function workerPath(): string {
  const beside = fileURLToPath(new URL('../worker/main.js', import.meta.url))
  if (existsSync(beside)) return beside
  return beside.replace(/([\\/])src([\\/]worker[\\/]main\.js)$/, '$1dist$2')
}
