// Transfers many files, several at a time: one that fails does not stop the others, and every one is accounted for.
import type { Context } from '../../context.js'
import { type CosClientError, CosError, type CosServiceError, isFailure } from '../../errors.js'
import { compareKeys } from '../../key-order.js'
import { withinClient } from '../background.js'
import { patiently } from '../patience.js'
import { interruptible, runPool } from '../pool.js'
import type { OnProgress } from '../progress.js'
import { DirectoryMeter } from './directory-meter.js'
import { concurrencyOf, type DirectoryOptions } from './directory-options.js'
import { ReadAhead } from './read-ahead.js'
import {
  DirectoryResult,
  type FailedFile,
  type SkippedFile,
  type SkipReason,
  type TransferredFile,
} from './result.js'
import { Shares } from './shares.js'
import { StopRule } from './stop-rule.js'

/** What was found: a file to transfer, or one that can not or need not be. */
export type Found<T extends TransferredFile> =
  | { readonly kind: 'file'; readonly file: T }
  | { readonly kind: 'skipped'; readonly file: SkippedFile }
  | { readonly kind: 'failed'; readonly file: FailedFile }

export interface FileJob {
  readonly signal: AbortSignal
  readonly onProgress: OnProgress | undefined
  /** Requests that the file may have under way. */
  readonly threads: number
}

export interface DirectoryPlan<T extends TransferredFile> {
  /** Stops, when the signal fires, whatever it is at. */
  files(signal: AbortSignal): AsyncIterable<Found<T>>
  /** Tells why it was skipped, or undefined when it was transferred. */
  transfer(file: T, job: FileJob): Promise<SkipReason | undefined>
  /** Requests that the file can make use of. */
  threadsOf(file: T): number
}

/** So many files are known before their turn comes: their number is then known early, and memory bounded. */
const AHEAD_MAX = 50_000

export function runDirectory<T extends TransferredFile>(
  context: Context,
  plan: DirectoryPlan<T>,
  options: DirectoryOptions,
): Promise<DirectoryResult> {
  return withinClient(context.background, options.signal, async (signal) => {
    const run = new DirectoryRun(context, plan, options)
    try {
      await run.run(signal)
    } catch (error) {
      throw error instanceof CosError ? Object.assign(error, { result: run.result(true) }) : error
    }
    return run.result(false)
  })
}

class DirectoryRun<T extends TransferredFile> {
  readonly #context: Context
  readonly #plan: DirectoryPlan<T>
  readonly #concurrency: number
  readonly #shares: Shares
  readonly #meter: DirectoryMeter
  readonly #stopRule: StopRule
  readonly #succeeded: TransferredFile[] = []
  readonly #skipped: SkippedFile[] = []
  readonly #failed: FailedFile[] = []

  constructor(context: Context, plan: DirectoryPlan<T>, options: DirectoryOptions) {
    this.#context = context
    this.#plan = plan
    this.#concurrency = concurrencyOf(options)
    this.#shares = new Shares(this.#concurrency)
    this.#meter = new DirectoryMeter(context, options)
    this.#stopRule = new StopRule(options.stopOnFailure ?? false)
  }

  async run(signal: AbortSignal): Promise<void> {
    const controller = new AbortController()
    const files = new ReadAhead(this.#counted(this.#plan.files(controller.signal)), AHEAD_MAX)
    try {
      await runPool(files, { limit: this.#concurrency, signal }, (found, ending) => this.#take(found, ending))
    } finally {
      controller.abort()
    }
    this.#meter.finish()
  }

  /** In the order of their keys, however they ended. */
  result(stoppedEarly: boolean): DirectoryResult {
    const sorted = <F extends TransferredFile>(files: readonly F[]) =>
      [...files].sort((a, b) => compareKeys(a.Key, b.Key))
    return new DirectoryResult({
      succeeded: sorted(this.#succeeded),
      skipped: sorted(this.#skipped),
      failed: sorted(this.#failed),
      stoppedEarly,
    })
  }

  async *#counted(files: AsyncIterable<Found<T>>): AsyncGenerator<Found<T>> {
    for await (const found of files) {
      this.#meter.found(found.file)
      yield found
    }
    this.#meter.allFound()
  }

  async #take(found: Found<T>, signal: AbortSignal): Promise<void> {
    if (found.kind === 'file') {
      const threads = Math.min(this.#plan.threadsOf(found.file), this.#concurrency)
      await this.#shares.take(threads, signal)
      try {
        await this.#transfer(found.file, threads, signal)
      } finally {
        this.#shares.give(threads)
      }
      return
    }
    this.#meter.passed()
    if (found.kind === 'skipped') {
      this.#skipped.push(found.file)
      this.#meter.skipped(found.file)
    } else {
      this.#failed.push(found.file)
      this.#meter.failed(found.file)
      this.#mayStop(found.file.error)
    }
  }

  async #transfer(file: T, threads: number, signal: AbortSignal): Promise<void> {
    const meter = this.#meter.start(file)
    const { Key, path, bytes } = file
    try {
      const reason = await this.#persist(file, { signal, threads, onProgress: meter.onProgress })
      this.#stopRule.success()
      if (reason) {
        const skipped = { Key, path, bytes, reason }
        this.#skipped.push(skipped)
        meter.skipped(skipped)
      } else {
        this.#succeeded.push({ Key, path, bytes })
        meter.done()
      }
    } catch (error) {
      // What was under way when all stopped is in no list.
      if (!isFailure(error) || signal.aborted) throw error
      const failed = { Key, path, bytes, error }
      this.#failed.push(failed)
      meter.failed(failed)
      this.#mayStop(error)
    }
  }

  /** An abort waits for nothing, as the disk may be stuck. */
  #persist(file: T, job: FileJob): Promise<SkipReason | undefined> {
    const work = () => this.#plan.transfer(file, job)
    return interruptible(patiently(this.#context, job.signal, work), job.signal)
  }

  #mayStop(error: CosServiceError | CosClientError): void {
    const stop = this.#stopRule.failure(error)
    if (stop) throw stop
  }
}
