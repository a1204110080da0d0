// One run: a transfer against faults, and what must be true of it whatever happened.
import { setTimeout as pause } from 'node:timers/promises'
import { CosClientError, CosServiceError } from '@coset/sdk'
import type { TestServer } from '@coset/server/testing'
import type { Scenario, Transfer } from './transfer-scenario.js'
import { openFilesIn, openWorld, type World } from './transfer-world.js'

/** Longer than any run with its stalls takes: what has not settled by then never will. */
const SETTLE_MS_MAX = 60_000
const ABORT_MS_MAX = 100
/** What goes on after the end, such as giving up an upload, is over by then. */
const QUIET_MS_MAX = 20_000

export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface Report {
  readonly what: string
  readonly percent: number
  readonly ending: 'done' | 'failed' | 'aborted'
  /** From the abort to the end; undefined without one. */
  readonly abortMs: number | undefined
}

export async function runTransfer(
  server: TestServer,
  seed: number,
  scenarios: readonly Scenario[],
): Promise<Report> {
  const world = await openWorld(server, seed)
  const strays: unknown[] = []
  const stray = (error: unknown) => strays.push(error)
  process.on('unhandledRejection', stray)
  // Such as that of too many listeners.
  process.on('warning', stray)
  let what = 'its preparation'
  try {
    const transfer = await world.random.pick(scenarios)(world)
    what = transfer.what
    const report = await observe(world, transfer)
    if (strays.length > 0)
      throw new Error(`It left a warning or an unhandled rejection: ${strays[0]}`, { cause: strays[0] })
    return report
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${what}, ${world.percent} % faults: ${reason}\n${history(world)}`, { cause })
  } finally {
    process.off('unhandledRejection', stray)
    process.off('warning', stray)
    await world.close()
  }
}

async function observe(world: World, transfer: Transfer): Promise<Report> {
  const { random, percent, cos, folder, proxy } = world
  const controller = new AbortController()
  const afterMs = random.chance(30) ? random.below(random.pick([5, 40, 200])) : undefined
  const isClosed = random.chance(20)
  const stop = () => (isClosed ? void cos.close() : controller.abort(new Error('The caller has had enough.')))
  const started = settled(transfer.run(controller.signal))
  const { outcome, abortMs } = await aborting(started, { afterMs, stop })
  await transfer.meanwhile
  await quiet(world)
  await assertTyped(outcome, abortMs !== undefined)
  await until('no file is open', async () => (await openFilesIn(folder)).length === 0)
  if (outcome.kind === 'done') await transfer.assertDone(world, outcome.result)
  else await transfer.assertFailed(world, outcome.error as CosClientError)
  await cos.close()
  await until('the connections of a closed client are gone', () => proxy.connections() === 0)
  return {
    what: transfer.what,
    percent,
    ending: endingOf(outcome),
    abortMs,
  }
}

function endingOf(outcome: Outcome): Report['ending'] {
  if (outcome.kind === 'done') return 'done'
  return outcome.error instanceof CosClientError && outcome.error.kind === 'aborted' ? 'aborted' : 'failed'
}

async function settled(promise: Promise<unknown>): Promise<Outcome> {
  return promise.then(
    (result) => ({ kind: 'done', result }),
    (error: unknown) => ({ kind: 'failed', error }),
  )
}

interface Stop {
  /** Undefined: not at all. */
  readonly afterMs: number | undefined
  /** Fires the signal, or closes the client. */
  stop(): void
}

/** Stops it after that time, unless it is over by then. */
async function aborting(
  started: Promise<Outcome>,
  { afterMs, stop }: Stop,
): Promise<{ readonly outcome: Outcome; readonly abortMs: number | undefined }> {
  const timer = new AbortController()
  const within = async (ms: number) => pause(ms, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    const early = await Promise.race([started, within(afterMs ?? SETTLE_MS_MAX)])
    if (early) return { outcome: early, abortMs: undefined }
    if (afterMs === undefined) throw new Error('The promise does not settle.')
    const abortedAt = performance.now()
    stop()
    // Timers that are as late as everything else, where this process or this machine is busy.
    const late = within(ABORT_MS_MAX).then(() => within(1))
    const isLate = await Promise.race([started.then(() => false), late.then(() => true)])
    const outcome = await Promise.race([started, within(SETTLE_MS_MAX)])
    if (!outcome) throw new Error('The promise does not settle after the abort.')
    const abortMs = performance.now() - abortedAt
    if (isLate) throw new Error(`It settled ${Math.round(abortMs)} ms after the abort.`)
    return { outcome, abortMs }
  } finally {
    timer.abort()
  }
}

async function assertTyped(outcome: Outcome, wasStopped: boolean): Promise<void> {
  if (outcome.kind === 'done') return
  const { error } = outcome
  if (!(error instanceof CosServiceError) && !(error instanceof CosClientError)) {
    throw new Error('It failed with an error of no kind of ours.', { cause: error })
  }
  if (error instanceof CosClientError && error.kind === 'aborted' && !wasStopped) {
    throw new Error('It says that it was aborted, but nobody did.', { cause: error })
  }
  const defect = defectIn(error)
  if (defect) throw new Error('It failed by a defect.', { cause: defect })
}

/** A TypeError and its like, which stand for mistakes in the code, however well they are wrapped. */
function defectIn(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof TypeError || at instanceof RangeError || at instanceof ReferenceError) return at
  }
  return undefined
}

/** Waits until every request is over and none follows. */
async function quiet({ proxy }: World): Promise<void> {
  const isQuiet = () => proxy.records.every(({ ended }) => ended)
  for (let before = -1; before !== proxy.records.length; ) {
    await until('all requests are over', isQuiet)
    before = proxy.records.length
    await pause(8)
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + QUIET_MS_MAX
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`In vain it was waited until ${what}.`)
    await pause(2)
  }
}

const HISTORY_MAX = 60

/** What the proxy did. */
function history({ proxy }: World): string {
  const lines = proxy.records.slice(-HISTORY_MAX).map((record) => {
    const { ordinal, method, target, range, fault, served, answered, ended } = record
    const end = `${answered ? 'answered' : 'not answered'}${ended ? '' : ', under way'}`
    const short = target.replace(/(uploadId=.{6})[^&]*/, '$1…')
    return `  ${ordinal}. ${method} ${short} ${range ?? ''} ${JSON.stringify(fault)} served ${served}, ${end}`
  })
  return lines.join('\n')
}
