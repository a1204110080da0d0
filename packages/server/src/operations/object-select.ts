import { getObject } from '@coset/core'
import { Fault, isContentMessage } from '@coset/model'
import { SelectError } from '@coset/select'
import type { Context, Handler } from '../handlers.js'
import { selectReply } from '../select/select-reply.js'
import { selectRequestOf } from '../select/select-request.js'
import { selectSource } from '../select/select-source.js'

export const selectObjectContent: Handler<'selectObjectContent'> = async (context, input) => {
  const { call, store, select, config } = context
  if (!select) throw new Fault('NotImplemented', { message: 'SELECT is switched off at this server.' })
  const request = selectRequestOf(input)
  check(() => select.check(request))
  const { version } = await getObject(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    versionId: input.VersionId,
    conditions: {},
  })
  const { signal, clock } = call
  const source = await selectSource(call, store, version)
  const query = select.select(request, source, { signal, nowMs: clock.now() })
  const stream = selectReply(query, {
    wantsProgress: input.RequestProgress?.Enabled ?? false,
    contMs: config.keepAliveMs,
    now: () => performance.now(),
    explain: (error) => explain(context, error),
  })
  return { Body: { kind: 'stream', stream: withFaults(stream), lent: true } }
}

/** What fails before the first byte is an error document as any other. */
async function* withFaults(stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    throw asFault(error)
  }
}

function check(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw asFault(error)
  }
}

function asFault(error: unknown): unknown {
  if (!(error instanceof SelectError)) return error
  const { code, message, cause } = error
  // Of defects nothing is told. But what the process of a query could not read is told as if it had been read here.
  const isTold = code !== 'InternalError' || isContentMessage(message)
  return isTold ? new Fault(code, { message }, { cause }) : new Fault(code, {}, { cause: error })
}

/** The reply is on its way: the error goes with it, and into the log where it is ours. */
function explain({ call }: Context, error: unknown): { readonly code: string; readonly message: string } {
  const fault = asFault(error)
  const told = fault instanceof Fault ? fault : new Fault('InternalError', {}, { cause: error })
  if (told.status >= 500 && !call.isAborted) call.log.error({ call: call.id, err: told }, 'a query failed')
  return { code: told.code, message: told.message }
}
