// Threads that make tables, as the execution sees them. They are a shortcut: where one fails, whoever asked does it itself.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { FileBytes, readPart } from '../batch-bytes.js'
import type { WrittenPiece } from '../columns/slice-reader.js'
import type { ResultPart } from '../execution.js'
import type { StartMessage } from '../messages.js'
import type { Kind, TableRead } from './table-maker.js'
import type { TablePlace, TableWish, WrittenPieces } from './table-place.js'

export interface TableThreadData {
  readonly start: StartMessage
  /** Of its files. */
  readonly number: number
}

export interface ReadAsk {
  readonly kind: 'read'
  /** Of the batch, in the object. */
  readonly start: number
  readonly end: number
  readonly from: number
  readonly kinds: readonly Kind[]
  readonly learned: readonly string[] | undefined
}

export interface WriteAsk {
  readonly kind: 'write'
  readonly records: number
  readonly chosen: Int32Array | undefined
}

export type Ask = ReadAsk | WriteAsk

/** So many bytes of the file of results, or a record that the interpreter has to write. */
export type WrittenSegment = { readonly length: number } | { readonly record: Uint8Array }

export type Answer =
  | { readonly ready: true }
  | { readonly read: TableRead }
  | { readonly segments: readonly WrittenSegment[] }
  | { readonly failure: string }

/** One thread. */
export class ThreadPlace implements TablePlace {
  readonly tablePath: string
  readonly resultPath: string
  /** Resolves when it may be asked, with whether it may. */
  readonly ready: Promise<boolean>
  readonly #thread: Worker
  #isLost = false
  #waiting: ((answer: Answer) => void) | undefined

  constructor(start: StartMessage, number: number) {
    this.tablePath = join(start.folder, `table-${number}`)
    this.resultPath = join(start.folder, `result-${number}`)
    const workerData: TableThreadData = { start, number }
    this.#thread = new Worker(threadPath(), { workerData })
    this.#thread.on('message', (answer: Answer) => this.#receive(answer))
    this.#thread.on('error', (error) => this.#lose(String(error)))
    this.#thread.on('exit', () => this.#lose('The thread has ended.'))
    this.ready = this.#answer().then((answer) => 'ready' in answer)
  }

  get isLost(): boolean {
    return this.#isLost
  }

  async read({ batch, from, kinds, learned }: TableWish): Promise<TableRead> {
    const { stored } = batch
    if (!stored) throw new Error('The batch is none of a stored object.')
    const answer = await this.#ask({ kind: 'read', ...stored, from, kinds, learned })
    if ('read' in answer) return answer.read
    throw new Error('failure' in answer ? answer.failure : 'This is no answer.')
  }

  async write(records: number, chosen: Int32Array | undefined): Promise<WrittenPieces> {
    const answer = await this.#ask({ kind: 'write', records, chosen })
    if (!('segments' in answer)) throw new Error('failure' in answer ? answer.failure : 'This is no answer.')
    return new ThreadResult(this.resultPath, answer.segments)
  }

  async close(): Promise<void> {
    this.#lose('It is over.')
    await this.#thread.terminate()
  }

  /** One at a time. */
  #ask(ask: Ask): Promise<Answer> {
    const answer = this.#answer()
    if (!this.#isLost) this.#thread.postMessage(ask)
    return answer
  }

  #answer(): Promise<Answer> {
    if (this.#isLost) return Promise.resolve({ failure: 'The thread has ended.' })
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  #receive(answer: Answer): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(answer)
  }

  #lose(failure: string): void {
    this.#isLost = true
    this.#receive({ failure })
  }
}

/** What a thread has written. */
class ThreadResult implements WrittenPieces {
  readonly #path: string
  readonly #segments: readonly WrittenSegment[]

  constructor(path: string, segments: readonly WrittenSegment[]) {
    this.#path = path
    this.#segments = segments
  }

  /** Undefined where some records are the interpreter's. */
  get file(): ResultPart | undefined {
    let length = 0
    for (const segment of this.#segments) {
      if ('record' in segment) return undefined
      length += segment.length
    }
    return { path: this.#path, length }
  }

  *[Symbol.iterator](): Generator<WrittenPiece> {
    const file = new FileBytes(this.#path, Number.POSITIVE_INFINITY)
    try {
      let at = 0
      for (const segment of this.#segments) {
        if ('record' in segment) yield { record: Buffer.from(segment.record) }
        else {
          yield readPart(file, at, at + segment.length)
          at += segment.length
        }
      }
    } finally {
      file.close()
    }
  }
}

/** Threads run built code only; sources are those of tests, beside which the build stands. */
function threadPath(): string {
  const beside = fileURLToPath(new URL('./table-thread.js', import.meta.url))
  if (existsSync(beside)) return beside
  return beside.replace(/([\\/])src([\\/]duckdb[\\/][^\\/]+)$/, '$1dist$2')
}
