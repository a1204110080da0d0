// Read, plan, commit; when another commit came between, plan again.
import { Fault, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { Commit } from '../ports.js'
import type { Store } from '../store.js'

export interface Plan<T> {
  readonly commit: Commit
  readonly result: T
}

/**
 * Runs `plan` and commits what it returns, again and again until no check fails. Writers that name the same
 * `turn` wait for each other, so only other processes can make a check fail. A plan that reads one thing and writes
 * another may name both; turns are taken in one order, so that no two wait for each other forever.
 */
export async function attempt<T>(
  call: Call,
  store: Store,
  turn: string | readonly string[],
  plan: () => Promise<Plan<T>>,
): Promise<T> {
  const turns = typeof turn === 'string' ? [turn] : [...new Set(turn)].sort()
  return turns.reduceRight(
    (work, name) => () => store.locks.run(name, work),
    () => commitPlan(call, store, plan),
  )()
}

async function commitPlan<T>(call: Call, store: Store, plan: () => Promise<Plan<T>>): Promise<T> {
  for (let tries = 0; tries < LIMITS.attemptsMax; tries++) {
    const { commit, result } = await plan()
    if (commit.writes.length === 0) return result
    assertInTime(call)
    // From here on the outcome is the store's: a client that leaves now may find its write done.
    const outcome = await store.metadata.commit(commit)
    if (outcome.ok) return result
  }
  throw new Fault('SlowDown', { message: 'Too many writers of this resource at once.' })
}

function assertInTime(call: Call): void {
  if (call.isAborted) throw new Fault('RequestTimeout', {}, { cause: call.signal.reason })
  if (call.clock.now() > call.deadline) throw new Fault('RequestTimeout')
}
