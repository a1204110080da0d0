// Digests of large bodies on a thread of their own: MD5 alone takes longer than receiving and writing the bytes, and
// on the serving thread everyone else would wait for it. Chunks are copied into shared slots, so that no message
// carries bytes, and so many slots are all the memory this takes.
import { Worker } from 'node:worker_threads'
import { type CreateDigester, type Digester, inlineDigester, type StreamDigests } from '@coset/core'
import { loadCrc64 } from '@coset/protocol'

const SLOT_BYTES = 256 * 1024
const SLOTS = 32
/** Below this the messages cost more than they save. */
const BODY_BYTES_MIN = 2 * 1024 * 1024

export interface ThreadSetup {
  readonly memory: SharedArrayBuffer
  readonly slotBytes: number
}

export type ToThread =
  | { readonly kind: 'update'; readonly body: number; readonly slot: number; readonly length: number }
  | { readonly kind: 'finish'; readonly body: number }
  | { readonly kind: 'discard'; readonly body: number }
  | { readonly kind: 'start'; readonly body: number; readonly sha1: boolean }

export type FromThread =
  | { readonly kind: 'free'; readonly slot: number }
  | { readonly kind: 'digests'; readonly body: number; readonly digests: StreamDigests }

/** Small bodies are digested where they are; the thread starts with the first large one. */
export async function threadedDigester(): Promise<CreateDigester> {
  const inline = inlineDigester(await loadCrc64())
  let thread: DigestThread | undefined
  return (options) => {
    const { length = Number.POSITIVE_INFINITY } = options
    if (length < BODY_BYTES_MIN) return inline(options)
    if (!thread || thread.failed) thread = new DigestThread()
    return thread.digester(options.sha1)
  }
}

/** One body on its way to the thread. */
class ThreadedDigest implements Digester {
  readonly #thread: DigestThread
  readonly #body: number
  #slot: number | undefined
  #used = 0

  constructor(thread: DigestThread, body: number) {
    this.#thread = thread
    this.#body = body
  }

  update(chunk: Uint8Array): Promise<void> | undefined {
    let rest = chunk
    while (rest.length > 0) {
      const slot = this.#slot ?? this.#thread.slot()
      if (typeof slot !== 'number') return this.#updateLater(slot, rest)
      this.#slot = slot
      const part = rest.subarray(0, SLOT_BYTES - this.#used)
      new Uint8Array(this.#thread.memory, slot * SLOT_BYTES + this.#used, part.length).set(part)
      this.#used += part.length
      rest = rest.subarray(part.length)
      if (this.#used === SLOT_BYTES) this.#hand()
    }
    return undefined
  }

  digest(): Promise<StreamDigests> {
    this.#hand()
    return this.#thread.digests(this.#body)
  }

  discard(): void {
    if (this.#slot !== undefined) this.#thread.release(this.#slot)
    this.#slot = undefined
    this.#thread.post({ kind: 'discard', body: this.#body })
  }

  async #updateLater(slot: Promise<number>, chunk: Uint8Array): Promise<void> {
    this.#slot = await slot
    await this.update(chunk)
  }

  #hand(): void {
    if (this.#slot === undefined) return
    this.#thread.post({ kind: 'update', body: this.#body, slot: this.#slot, length: this.#used })
    this.#slot = undefined
    this.#used = 0
  }
}

class DigestThread {
  failed = false
  readonly memory = new SharedArrayBuffer(SLOT_BYTES * SLOTS)
  readonly #worker: Worker
  readonly #free: number[] = Array.from({ length: SLOTS }, (_, slot) => slot)
  readonly #waitingForSlot: {
    readonly resolve: (slot: number) => void
    readonly reject: (error: Error) => void
  }[] = []
  readonly #waitingForDigests = new Map<
    number,
    { readonly resolve: (digests: StreamDigests) => void; readonly reject: (error: Error) => void }
  >()
  #bodies = 0

  constructor() {
    const workerData: ThreadSetup = { memory: this.memory, slotBytes: SLOT_BYTES }
    this.#worker = new Worker(new URL('./digest-worker.js', import.meta.url), { workerData, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('The digest thread ended.')))
  }

  digester(sha1: boolean): Digester {
    const body = this.#bodies++
    this.post({ kind: 'start', body, sha1 })
    return new ThreadedDigest(this, body)
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  /** A slot to fill; a promise of one when all are in use. */
  slot(): number | Promise<number> {
    if (this.failed) return Promise.reject(new Error('The digest thread failed.'))
    const free = this.#free.pop()
    if (free !== undefined) return free
    return new Promise((resolve, reject) => this.#waitingForSlot.push({ resolve, reject }))
  }

  digests(body: number): Promise<StreamDigests> {
    if (this.failed) return Promise.reject(new Error('The digest thread failed.'))
    return new Promise((resolve, reject) => {
      this.#waitingForDigests.set(body, { resolve, reject })
      this.post({ kind: 'finish', body })
    })
  }

  release(slot: number): void {
    const next = this.#waitingForSlot.shift()
    if (next) next.resolve(slot)
    else this.#free.push(slot)
  }

  #receive(message: FromThread): void {
    if (message.kind === 'free') {
      this.release(message.slot)
      return
    }
    this.#waitingForDigests.get(message.body)?.resolve(message.digests)
    this.#waitingForDigests.delete(message.body)
  }

  /** Bodies under way fail; the next large one starts a new thread. */
  #fail(error: Error): void {
    this.failed = true
    for (const { reject } of [...this.#waitingForSlot.splice(0), ...this.#waitingForDigests.values()])
      reject(error)
    this.#waitingForDigests.clear()
  }
}
