// A request and its reply, tried again where that may help.
import type { XmlElement } from '@coset/protocol'
import type { Context } from './context.js'
import { CosClientError, CosServiceError, isFailure, withNote } from './errors.js'
import type { PreparedRequest } from './request.js'
import { type Failure, isTransient, isUnsent, type RetryBudget, retryDelayMs } from './retry.js'
import { sendOnce } from './send.js'
import type { TransportReply } from './transport.js'

export interface ExchangeOptions {
  readonly signal: AbortSignal | undefined
  readonly crcCheck: boolean
  /** Tries after the first one that failed. Default: the client's. */
  readonly retries?: number | undefined
}

export interface Answer {
  /** Its body is still to be read, if the operation's output is a stream. */
  readonly reply: TransportReply
  readonly document: XmlElement | undefined
}

/** Rejects with a CosServiceError or a CosClientError. */
export async function exchange(
  context: Context,
  request: PreparedRequest,
  options: ExchangeOptions,
): Promise<Answer> {
  const { platform, clock, retryBudget } = context
  const { signal, retries: retriesMax = context.settings.retries } = options
  let damage: CosClientError | undefined
  let clockCorrected = false
  let retries = 0
  for (let current = request; ; current = asRetry(request)) {
    const { offsetMs } = clock
    try {
      const answer = await sendOnce(context, current, options)
      retryBudget.give(retries)
      return answer
    } catch (cause) {
      const failure = toFailure(cause)
      damage ??= damageIn(failure)
      const error = withDamage(failure, damage)
      const wasSkewed: boolean = !clockCorrected && clock.correct(failure, offsetMs)
      if (!wasSkewed && (!mayHelp(failure, request) || retries >= retriesMax)) throw error
      assertRepeatable(request, error)
      clockCorrected ||= wasSkewed
      if (wasSkewed) continue
      assertBudget(retryBudget, error)
      await platform.sleep(retryDelayMs(retries, failure, platform.random, clock.nowMs()), signal)
      retries++
    }
  }
}

/** The server said that it holds other bytes than were sent. */
function damageIn(error: Failure): CosClientError | undefined {
  return error instanceof CosClientError && error.kind === 'checksum' ? error : undefined
}

/** What a later try met must not hide that the server may hold damaged content now. */
function withDamage(error: Failure, damage: CosClientError | undefined): Failure {
  if (!damage || damageIn(error) || wasAborted(error)) return error
  const message = `${damage.message} Sending it again failed: ${error.message}`
  return new CosClientError('checksum', message, { cause: error, requestSent: true })
}

function wasAborted(error: Failure): boolean {
  return error instanceof CosClientError && error.kind === 'aborted'
}

function assertBudget(budget: RetryBudget, error: Failure): void {
  if (budget.take(error)) return
  throw withNote(error, 'It was not tried again: too many calls of this client had to be.')
}

function asRetry(request: PreparedRequest): PreparedRequest {
  return { ...request, headers: [...request.headers, ['x-cos-sdk-retry', 'true']] }
}

function toFailure(cause: unknown): Failure {
  if (isFailure(cause)) return cause
  // A defect, here or in a library: told with its cause, and not repeated.
  return new CosClientError('body', 'The call failed unexpectedly.', { cause, requestSent: true })
}

function mayHelp(error: Failure, request: PreparedRequest): boolean {
  if (!isTransient(error) && !wasDamaged(error, request)) return false
  return request.compiled.operation.idempotent || isUnsent(error)
}

/** Content that was damaged or cut on its way to the server, although the source is right. */
function wasDamaged(error: Failure, { digestWanted }: PreparedRequest): boolean {
  if (!(error instanceof CosServiceError)) return error.kind === 'checksum'
  // A digest that the caller gave may be what is wrong.
  return error.code === 'IncompleteBody' || (error.code === 'BadDigest' && digestWanted)
}

function assertRepeatable({ body }: PreparedRequest, error: Failure): void {
  if (!body || body.rewindable || !body.spent) return
  const note = 'The request was not tried again: its body is a stream that was already read from.'
  throw withNote(error, note)
}
