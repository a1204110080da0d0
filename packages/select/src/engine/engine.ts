// SELECT over objects, each query in a process of its own that can be ended at any time.
import { rm } from 'node:fs/promises'
import { checkQuery } from '../check-query.js'
import { SelectError } from '../errors.js'
import type { SelectRequest } from '../request.js'
import { Admission, type Turn } from './admission.js'
import type { ObjectSource } from './object-source.js'
import { type QueryEvent, type QueryPlan, runQuery } from './run-query.js'
import type { SelectSettings } from './settings.js'
import { Spares } from './spares.js'
import { makeSpoolFolder } from './spool-folder.js'

export interface SelectEngineOptions {
  /** Is told why something of a query could not be removed after its end. Default: that is passed over. */
  readonly onLeft?: ((error: unknown) => void) | undefined
  /** Of the StoredContent of most objects: loaded before a query comes. */
  readonly storedModule?: string | undefined
}

/** Nothing is started or written before the first query. */
export class SelectEngine {
  readonly #settings: SelectSettings
  readonly #onLeft: (error: unknown) => void
  readonly #storedModule: string | undefined
  readonly #admission: Admission
  readonly #closing = new AbortController()
  #opened: Promise<Opened> | undefined
  readonly #under = new Set<Promise<void>>()

  constructor(
    settings: SelectSettings,
    { onLeft = () => undefined, storedModule }: SelectEngineOptions = {},
  ) {
    this.#settings = settings
    this.#onLeft = onLeft
    this.#storedModule = storedModule
    this.#admission = new Admission(settings)
  }

  /** Throws a SelectError for a query that can't be run, whatever the object. */
  check(request: SelectRequest): void {
    if (this.#settings.executionModule === undefined) checkQuery(request)
  }

  /**
   * What the query finds. Nothing happens before the first event is asked for; it is `started`. Rejects with a
   * SelectError, also on its way; with the signal's reason; and with what the source fails with. Behind `finished`, what is
   * left of the query goes without anyone waiting for it but the next one, and `close`.
   */
  async *select(request: SelectRequest, source: ObjectSource, asked: Asked): AsyncGenerator<QueryEvent> {
    const events = this.#admitted(request, source, asked)
    let isFinished = false
    try {
      for (let next = await events.next(); !next.done; next = await events.next()) {
        isFinished = next.value.kind === 'finished'
        yield next.value
        if (isFinished) return
      }
    } finally {
      const ended = events.return(undefined)
      if (isFinished) ended.catch(this.#onLeft)
      else await ended
    }
  }

  async *#admitted(
    request: SelectRequest,
    source: ObjectSource,
    { signal, nowMs }: Asked,
  ): AsyncGenerator<QueryEvent> {
    const { queryMsMax } = this.#settings
    const controller = new AbortController()
    const stop = () => controller.abort(signal.aborted ? signal.reason : this.#closing.signal.reason)
    for (const one of [signal, this.#closing.signal]) {
      if (one.aborted) stop()
      one.addEventListener('abort', stop)
    }
    let timer: NodeJS.Timeout | undefined
    let turn: Turn | undefined
    try {
      turn = await this.#admission.enter(controller.signal)
      timer = setTimeout(() => controller.abort(tooSlow(queryMsMax)), queryMsMax)
      const plan = { request, source, signal: controller.signal, nowMs, settings: this.#settings }
      for await (const event of this.#run(plan)) {
        if (event.kind === 'finished') turn.leaveSoon()
        yield event
      }
    } finally {
      clearTimeout(timer)
      for (const one of [signal, this.#closing.signal]) one.removeEventListener('abort', stop)
      turn?.leave()
    }
  }

  /** Ends every query with the reason, and removes what was written. */
  async close(reason: unknown = new Error('SELECT was closed.')): Promise<void> {
    this.#closing.abort(reason)
    const opened = await this.#opened?.catch(() => undefined)
    if (!opened) return
    await opened.spares.close(reason)
    await Promise.all(this.#under)
    await rm(opened.folder, { recursive: true, force: true })
  }

  async *#run(plan: Omit<QueryPlan, 'worker' | 'folder'>): AsyncGenerator<QueryEvent> {
    const { spares } = await this.#open()
    plan.signal.throwIfAborted()
    const place = spares.take()
    const done = this.#register()
    try {
      yield* runQuery({ ...plan, ...place })
    } finally {
      // A folder that can't be removed keeps nobody from closing.
      await spares.end(place).finally(done)
      spares.prepare()
    }
  }

  #register(): () => void {
    let done = () => {}
    const under = new Promise<void>((resolve) => {
      done = resolve
    })
    this.#under.add(under)
    return () => {
      this.#under.delete(under)
      done()
    }
  }

  #open(): Promise<Opened> {
    this.#opened ??= open(this.#settings, this.#storedModule).catch((error: unknown) => {
      // The next query tries again.
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }
}

/** What a query is asked with. */
export interface Asked {
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

interface Opened {
  readonly folder: string
  readonly spares: Spares
}

async function open(
  { spoolFolder, memoryBytesMax, spareMs }: SelectSettings,
  storedModule: string | undefined,
): Promise<Opened> {
  const folder = await makeSpoolFolder(spoolFolder)
  return { folder, spares: new Spares({ memoryBytesMax, folder, storedModule, spareMs }) }
}

function tooSlow(queryMsMax: number): SelectError {
  return new SelectError(
    'Overload',
    `The query took longer than ${queryMsMax / 1000} seconds, the limit of this server.`,
  )
}
