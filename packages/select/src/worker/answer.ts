// From the server's first word to the last record of the answer.
import { type SelectCode, SelectError } from '../errors.js'
import type { Batch, Execution, FileBatch, RangedExecution, ResultPiece } from '../execution.js'
import { readJson } from '../frames.js'
import type { CountsMessage, FailedMessage, StartMessage } from '../messages.js'
import { ahead } from './ahead.js'
import { cutBatches } from './cut-batches.js'
import { type ObjectInput, openInput } from './object-input.js'
import { Output } from './output.js'
import { runBatches } from './run-batches.js'
import type { ServerLink } from './server-link.js'

/** `prepared`: what `prepare` gives, where there was time for it. */
export type OpenExecution = (
  start: StartMessage,
  prepared?: Promise<unknown>,
) => Promise<Execution | RangedExecution>

interface ExecutionModule {
  readonly openExecution: OpenExecution
}

interface UsualModule extends ExecutionModule {
  /** Ends soon when the signal fires. */
  prepare(signal: AbortSignal): Promise<unknown>
}

/** A process that has waited so long for its query gets ready for a large one. */
const IDLE_MS = 20
const CAUSES_MAX = 4
const STACK_LENGTH_MAX = 4000

/** `modules` will probably be needed. Never rejects: what fails is told. */
export async function answer(link: ServerLink, modules: readonly string[]): Promise<void> {
  try {
    // Loaded before a query is there, so that none has to wait for it.
    const usual = (await load('../open-execution.js')) as UsualModule
    await Promise.allSettled(modules.map(load))
    await link.send('ready')
    const { start, prepared } = await nextQuery(link, usual)
    const { openExecution } = start.executionModule === null ? usual : await load(start.executionModule)
    await run(link, start, await openExecution(start, prepared))
  } catch (error) {
    await link.send('failed', failedMessage(error))
  }
}

async function nextQuery(link: ServerLink, { prepare }: UsualModule) {
  const waiting = new AbortController()
  let prepared: Promise<unknown> | undefined
  const idle = setTimeout(() => {
    prepared = prepare(waiting.signal)
  }, IDLE_MS)
  try {
    const start = readJson(await link.next()) as StartMessage
    return { start, prepared }
  } finally {
    clearTimeout(idle)
    waiting.abort()
  }
}

async function load(module: string): Promise<ExecutionModule> {
  return (await import(module)) as ExecutionModule
}

async function run(
  link: ServerLink,
  start: StartMessage,
  execution: Execution | RangedExecution,
): Promise<void> {
  const input = await openInput(start, link)
  const output = new Output(link, start.folder)
  const counts = new Counts(input)
  const take = async (pieces: AsyncIterable<ResultPiece>, release: () => Promise<void>) => {
    await output.add(pieces)
    await release()
    await link.send('counts', counts.message)
  }
  try {
    if (isRanged(execution)) {
      const ranges = input.ranges()
      const batches = execution.batches(ranges)
      const give = ({ path }: FileBatch) => ranges.give(path)
      await runBatches(execution, execution.readsAhead ? ahead(batches) : batches, (pieces, batch) =>
        take(pieces, () => give(batch)),
      )
    } else {
      await runBatches(execution, batchesOf(start, input, counts), (pieces, batch) =>
        take(pieces, () => batch.release()),
      )
    }
    await input.end()
    await output.add(execution.finish())
    await output.flush()
    await link.send('finished', counts.message)
  } finally {
    // A failure comes behind what was found before it.
    await output.flush()
    output.close()
    await execution.close()
    input.close()
  }
}

function isRanged(execution: Execution | RangedExecution): execution is RangedExecution {
  return 'batches' in execution
}

function batchesOf(start: StartMessage, input: ObjectInput, counts: Counts): AsyncIterable<Batch> {
  if (start.delivery === 'batches') return input.batches()
  const count = (bytes: number) => counts.decompressed(bytes)
  return ahead(cutBatches({ start, bytes: input.bytes(), count }))
}

/** How much of the object was read. */
class Counts {
  readonly #input: ObjectInput
  /** Undefined where nothing is decompressed. */
  #decompressed: number | undefined

  constructor(input: ObjectInput) {
    this.#input = input
  }

  decompressed(bytes: number): void {
    this.#decompressed = (this.#decompressed ?? 0) + bytes
  }

  get message(): CountsMessage {
    const { bytesRead } = this.#input
    return { bytesScanned: bytesRead, bytesProcessed: this.#decompressed ?? bytesRead }
  }
}

/** What the server's operator is told more of. */
const OURS: ReadonlySet<SelectCode> = new Set(['InternalError', 'NotImplemented'])

function failedMessage(error: unknown): FailedMessage {
  if (error instanceof SelectError)
    return {
      code: error.code,
      message: error.message,
      stack: OURS.has(error.code) ? stackOf(error.cause ?? error) : null,
    }
  return { code: 'InternalError', message: 'The query failed unexpectedly.', stack: stackOf(error) }
}

/** With what it was caused by. */
function stackOf(error: unknown): string {
  const stacks: string[] = []
  for (let at = error; at !== undefined && stacks.length < CAUSES_MAX; at = (at as Partial<Error>).cause) {
    stacks.push((at as Partial<Error>).stack ?? String(at))
  }
  return stacks.join('\n').slice(0, STACK_LENGTH_MAX)
}
