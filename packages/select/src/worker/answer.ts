// From the server's first word to the last record of the answer.
import { type SelectCode, SelectError } from '../errors.js'
import type { Execution } from '../execution.js'
import { readJson } from '../frames.js'
import type { FailedMessage, StartMessage } from '../messages.js'
import { batchesOf } from './batches.js'
import { Intake } from './intake.js'
import { Output } from './output.js'
import { runBatches } from './run-batches.js'
import type { ServerLink } from './server-link.js'

/** `prepared`: what `prepare` gives, where there was time for it. */
export type OpenExecution = (start: StartMessage, prepared?: Promise<unknown>) => Promise<Execution>

interface ExecutionModule {
  readonly openExecution: OpenExecution
}

interface UsualModule extends ExecutionModule {
  prepare(): Promise<unknown>
}

/** A process that has waited so long for its query gets ready for a large one. */
const IDLE_MS = 200

/** Never rejects: what fails is told. */
export async function answer(link: ServerLink): Promise<void> {
  try {
    // Loaded before a query is there, so that none has to wait for it.
    const usual = (await load('../open-execution.js')) as UsualModule
    await link.send('ready')
    const { start, prepared } = await nextQuery(link, usual)
    const { openExecution } = start.executionModule === null ? usual : await load(start.executionModule)
    await run(link, start, await openExecution(start, prepared))
  } catch (error) {
    await link.send('failed', failedMessage(error))
  }
}

async function nextQuery(link: ServerLink, { prepare }: UsualModule) {
  let prepared: Promise<unknown> | undefined
  const idle = setTimeout(() => {
    prepared = prepare()
  }, IDLE_MS)
  try {
    const start = readJson(await link.next()) as StartMessage
    return { start, prepared }
  } finally {
    clearTimeout(idle)
  }
}

async function load(module: string): Promise<ExecutionModule> {
  return (await import(module)) as ExecutionModule
}

async function run(link: ServerLink, start: StartMessage, execution: Execution): Promise<void> {
  const intake = new Intake(link)
  const output = new Output(link, start.folder)
  try {
    await runBatches(execution, batchesOf(start, intake, execution), async (pieces, { path }) => {
      await output.add(pieces)
      await intake.use(path)
    })
    await intake.useAll()
    await link.send('enough')
    await output.add(execution.finish())
    await output.flush()
    await link.send('finished', { bytesProcessed: intake.bytesProcessed })
  } finally {
    // A failure comes behind what was found before it.
    await output.flush()
    output.close()
    await execution.close()
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

function stackOf(error: unknown): string {
  const { stack } = error as Partial<Error>
  return (stack ?? String(error)).slice(0, 4000)
}
