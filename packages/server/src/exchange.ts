// One request and its reply, from the head's arrival to the last byte: what the corridor's rooms share.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Call, Clock, Log, Principal, Random } from '@coset/core'
import { LIMITS } from '@coset/model'
import { nextRequestId } from './request-id.js'

export interface Surroundings {
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly stopping: Stopping
}

/** Requests under way that a stopping server gives up once it waits no longer. */
export class Stopping {
  readonly #controllers = new Set<AbortController>()
  #reason: Error | undefined

  get isAborted(): boolean {
    return this.#reason !== undefined
  }

  join(controller: AbortController): void {
    if (this.#reason) controller.abort(this.#reason)
    else this.#controllers.add(controller)
  }

  leave(controller: AbortController): void {
    this.#controllers.delete(controller)
  }

  abort(): void {
    this.#reason = new Error('The server is stopping.')
    for (const controller of this.#controllers) controller.abort(this.#reason)
    this.#controllers.clear()
  }
}

export class Exchange implements Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The client waits for `100 Continue` before it sends its body. */
  readonly expectsContinue: boolean
  readonly id = nextRequestId()
  readonly startedMs: number
  readonly deadline: number
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  principal: Principal = { kind: 'anonymous' }
  /** Headers of the reply, whatever it will be: name, value, name, value. */
  commonHeaders: () => readonly string[] = none
  /** Once the body is being read: drops whatever of it is still to come. */
  stopReading: (() => void) | undefined
  /** A 200 and some white space are out, and nothing of a document. */
  isKeptAlive = false
  readonly #stopping: Stopping
  #signal: AbortSignal | undefined

  constructor(
    around: Surroundings,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ) {
    this.request = request
    this.response = response
    this.expectsContinue = expectsContinue
    this.log = around.log
    this.clock = around.clock
    this.random = around.random
    this.#stopping = around.stopping
    this.startedMs = around.clock.now()
    this.deadline = this.startedMs + LIMITS.requestDurationMsMax
  }

  get isAborted(): boolean {
    if (this.#signal) return this.#signal.aborted
    return this.response.closed || this.#stopping.isAborted
  }

  /** Made when first asked for: most small requests never need it. */
  get signal(): AbortSignal {
    this.#signal ??= this.#join()
    return this.#signal
  }

  #join(): AbortSignal {
    const controller = new AbortController()
    const leave = () => {
      this.#stopping.leave(controller)
      if (!this.response.writableFinished) controller.abort(new Error('The client closed the connection.'))
    }
    this.#stopping.join(controller)
    if (this.response.closed) leave()
    else this.response.once('close', leave)
    return controller.signal
  }
}

function none(): readonly string[] {
  return []
}
