// What is read of a stored object one after the other, read and verified ahead by a thread of its own.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { BatchBytes } from '../batch-bytes.js'
import type { StoredContent } from '../engine/object-source.js'
import { ChunkPlan } from './chunk-plan.js'
import type { StoredObject } from './stored-object.js'

/** Of a chunk: small enough to stay near the processor until it is copied. */
export const CHUNK_BYTES = 512 * 1024
export const CHUNKS = 16
/** A thread that does not get on for so long is not waited for any more. */
const PATIENCE_MS = 2000

/** Places in the numbers that both threads see. */
export const FILLED = 0
export const RELEASED = 1
export const FAILED = 2
const NUMBERS = 3

export interface ReadAheadData {
  readonly content: StoredContent
  /** Of the first chunk, in the object. */
  readonly start: number
  readonly numbers: SharedArrayBuffer
  readonly chunks: SharedArrayBuffer
}

/**
 * Whatever the thread can't give is read here, so that this is never more than a shortcut: what it fails with, what it is
 * too slow for, and what was read already.
 */
export class ReadAhead implements BatchBytes {
  readonly length: number
  readonly #object: StoredObject
  readonly #plan: ChunkPlan
  readonly #numbers: Int32Array
  readonly #chunks: Uint8Array
  readonly #thread: Worker
  #isLost = false

  /** `start`: where those who read it begin. */
  constructor(object: StoredObject, content: StoredContent, start: number) {
    this.length = object.length
    this.#object = object
    this.#plan = new ChunkPlan(object, start, CHUNK_BYTES)
    const numbers = new SharedArrayBuffer(NUMBERS * Int32Array.BYTES_PER_ELEMENT)
    const chunks = new SharedArrayBuffer(CHUNKS * CHUNK_BYTES)
    this.#numbers = new Int32Array(numbers)
    this.#chunks = new Uint8Array(chunks)
    const workerData: ReadAheadData = { content, start, numbers, chunks }
    this.#thread = new Worker(threadPath(), { workerData })
    this.#thread.unref()
    this.#thread.on('error', () => {
      this.#isLost = true
    })
  }

  read(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      done += this.#readSome(at + done, into.subarray(done))
      this.#release(at + done)
    }
  }

  readEnd(at: number, bytesMax: number): number {
    const chunk = this.#isLost ? undefined : this.#plan.at(at)
    return chunk ? Math.min(chunk.end, at + bytesMax) : this.#object.readEnd(at, bytesMax)
  }

  close(): void {
    void this.#thread.terminate()
  }

  /** Bytes that were read. */
  #readSome(at: number, into: Uint8Array): number {
    const chunk = this.#isLost ? undefined : this.#plan.at(at)
    if (!chunk || !this.#isFilled(chunk.number)) {
      const end = chunk ? Math.min(chunk.end, at + into.length) : this.#endBefore(at, into.length)
      this.#object.read(at, into.subarray(0, end - at))
      return end - at
    }
    const from = (chunk.number % CHUNKS) * CHUNK_BYTES + at - chunk.start
    const length = Math.min(into.length, chunk.end - at)
    into.set(this.#chunks.subarray(from, from + length))
    return length
  }

  /** What stands before all chunks that are held is read by itself. */
  #endBefore(at: number, bytes: number): number {
    const { start } = this.#plan
    return at < start && !this.#isLost ? Math.min(at + bytes, start) : at + bytes
  }

  /** Waits for it. */
  #isFilled(number: number): boolean {
    const numbers = this.#numbers
    // The thread waits for room: whoever reads so far ahead does not wait for it.
    if (number - Atomics.load(numbers, RELEASED) >= CHUNKS) return false
    for (;;) {
      const filled = Atomics.load(numbers, FILLED)
      if (filled > number) return true
      if (
        Atomics.load(numbers, FAILED) === 0 &&
        Atomics.wait(numbers, FILLED, filled, PATIENCE_MS) !== 'timed-out'
      )
        continue
      this.#isLost = true
      return false
    }
  }

  /** Chunks that end up to there serve again. */
  #release(position: number): void {
    const released = this.#plan.release(position)
    if (released === Atomics.load(this.#numbers, RELEASED)) return
    Atomics.store(this.#numbers, RELEASED, released)
    Atomics.notify(this.#numbers, RELEASED)
  }
}

/** Threads run built code only; sources are those of tests, beside which the build stands. */
function threadPath(): string {
  const beside = fileURLToPath(new URL('./read-ahead-thread.js', import.meta.url))
  if (existsSync(beside)) return beside
  return beside.replace(/([\\/])src([\\/]stored[\\/][^\\/]+)$/, '$1dist$2')
}
