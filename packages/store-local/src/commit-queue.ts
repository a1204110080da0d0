// Group commit: while one transaction is being made durable the next commits gather, to share one fsync.
import type { CommitResult, Stamp } from '@coset/core'
import { Fault } from '@coset/model'
import { applyChanges, type CommitPlan, failedCheck, type RowChange, resolveChanges } from './commit-plan.js'
import { isDiskFull } from './disk-faults.js'
import type { Environment, Rows } from './environment.js'

/** Bounds of one transaction: its callback runs on the event loop. */
const BATCH_COMMITS_MAX = 256
const BATCH_BYTES_MAX = 4 * 1024 * 1024

const STAMP_KEY = Buffer.from('stamp')

interface Pending {
  readonly plan: CommitPlan
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
  outcome?: Outcome
}

type Outcome = { readonly result: CommitResult } | { readonly error: unknown }

export class CommitQueue {
  readonly #environment: Environment
  #pending: Pending[] = []
  #running: Promise<void> | undefined
  #closed = false
  /** Set once LMDB has failed in a way after which its state is not known. */
  #broken: unknown

  constructor(environment: Environment) {
    this.#environment = environment
  }

  commit(plan: CommitPlan): Promise<CommitResult> {
    if (this.#closed) return Promise.reject(new Fault('ServiceUnavailable'))
    if (this.#broken !== undefined) return Promise.reject(this.#brokenFault())
    return new Promise((resolve, reject) => {
      this.#pending.push({ plan, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Refuses new commits, and waits for those already accepted. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) await this.#runBatch()
    this.#running = undefined
  }

  async #runBatch(): Promise<void> {
    let batch: Pending[] = []
    let failure: unknown
    try {
      await this.#environment.root.transaction(() => {
        // Taken here and not before, so that whoever came while the lock was awaited rides along.
        batch = this.#take()
        try {
          this.#evaluate(batch)
        } catch (error) {
          // LMDB marks a transaction in which a write failed, and refuses to commit it.
          failure = error
        }
      })
    } catch (error) {
      failure ??= await commitError(error)
    }
    if (failure !== undefined) return this.#fail(batch.length > 0 ? batch : this.#take(), failure)
    for (const pending of batch) settle(pending)
  }

  #take(): Pending[] {
    let count = 0
    let size = 0
    for (const { plan } of this.#pending) {
      if (count >= BATCH_COMMITS_MAX || (count > 0 && size + plan.size > BATCH_BYTES_MAX)) break
      count++
      size += plan.size
    }
    return this.#pending.splice(0, count)
  }

  /** Inside the transaction. Throws only when LMDB refuses a write. */
  #evaluate(batch: readonly Pending[]): void {
    const { rows, house } = this.#environment
    const last = house.getBinary(STAMP_KEY)?.readBigUInt64BE(0) ?? 0n
    let stamp: Stamp = last
    for (const pending of batch) {
      const { outcome, changes } = decide(rows, pending.plan, stamp + 1n)
      pending.outcome = outcome
      if (changes === undefined) continue
      stamp += 1n
      applyChanges(rows, changes, stamp)
    }
    if (stamp === last) return
    const row = Buffer.alloc(8)
    row.writeBigUInt64BE(stamp)
    house.put(STAMP_KEY, row)
  }

  #fail(batch: readonly Pending[], error: unknown): void {
    if (isDiskFull(error)) {
      for (const { reject } of batch) reject(new Fault('InsufficientStorage', {}, { cause: error }))
      return
    }
    this.#broken = error
    for (const { reject } of batch.concat(this.#pending.splice(0))) reject(this.#brokenFault())
  }

  #brokenFault(): Fault {
    return new Fault('InternalError', {}, { cause: this.#broken })
  }
}

/** Changes nothing; whatever one commit throws here stays its own. */
function decide(
  rows: Rows,
  plan: CommitPlan,
  stamp: Stamp,
): { readonly outcome: Outcome; readonly changes?: readonly RowChange[] } {
  try {
    const failed = failedCheck(rows, plan)
    if (failed !== undefined) return { outcome: { result: { ok: false, failed } } }
    return { outcome: { result: { ok: true, stamp } }, changes: resolveChanges(rows, plan) }
  } catch (error) {
    return { outcome: { error } }
  }
}

function settle({ outcome, resolve, reject }: Pending): void {
  if (outcome === undefined) reject(new Fault('InternalError'))
  else if ('error' in outcome) reject(outcome.error)
  else resolve(outcome.result)
}

/** lmdb says "Commit failed" and keeps the reason in a promise that rejects a little later. */
async function commitError(error: unknown): Promise<unknown> {
  const reason = error instanceof Error ? (error as { commitError?: Promise<never> }).commitError : undefined
  if (reason === undefined) return error
  return reason.catch((cause: unknown) => cause)
}
