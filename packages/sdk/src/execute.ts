// One call, start to end: from its input to its result.
import type { Input, Output } from '@coset/protocol'
import type { Body } from './body.js'
import { contentRange } from './content-range.js'
import type { CallOptions, Context } from './context.js'
import { Download, type DownloadPlan } from './download.js'
import { CosClientError, throwIfAborted } from './errors.js'
import { type Answer, exchange } from './exchange.js'
import { compiledOperation, type OperationName } from './operations.js'
import { decodeReply } from './reply.js'
import { type PreparedRequest, prepareRequest } from './request.js'
import type { SelectOutput } from './select/row-format.js'
import type { SelectBodyBase } from './select/select-body.js'
import { interruptible } from './transfer/pool.js'
import type { ReplyStream, TransportReply } from './transport.js'

export interface Call {
  readonly name: OperationName
  readonly input: Input
  readonly options: CallOptions
  /** Instead of the input's own. */
  readonly body?: Body
  /** Tries after the first one that failed. Default: the client's. */
  readonly retries?: number | undefined
  /** Times that the reply's body is taken up again where its connection broke. Default: as `retries`. */
  readonly bodyRetries?: number | undefined
}

export async function execute(context: Context, call: Call): Promise<Output> {
  const { request, answer } = await perform(context, call)
  const { compiled, decodeKeys } = request
  const { reply, document } = answer
  const members: Record<string, unknown> = { ...decodeReply(compiled, reply, document, { decodeKeys }) }
  // The caller did not ask for encoded keys and gets none.
  if (decodeKeys) delete members.EncodingType
  const { stream, hasEvents } = compiled.output
  if (stream !== undefined && hasEvents) members[stream] = await selectBody(context, call, reply)
  else if (stream !== undefined) {
    const download = new Download(context, downloadPlan(context, call, reply))
    members[stream] = context.platform.objectBody(download)
  }
  members.statusCode = reply.status
  members.requestId = reply.headers['x-cos-request-id']
  members.headers = reply.headers
  return members
}

async function selectBody({ platform }: Context, call: Call, reply: TransportReply): Promise<SelectBodyBase> {
  const { input, name, options } = call
  const output = (input.OutputSerialization ?? {}) as SelectOutput
  const { method } = compiledOperation(name).operation
  try {
    return await interruptible(platform.selectBody({ reply, method, output }), options.signal)
  } catch (error) {
    reply.body.cancel()
    throw error
  }
}

async function perform(
  context: Context,
  { name, input, options, body, retries }: Call,
): Promise<{ readonly request: PreparedRequest; readonly answer: Answer }> {
  const { signal, crcCheck = context.settings.crcCheck } = options
  throwIfAborted(signal)
  const prepared = prepareRequest(context.settings, compiledOperation(name), input, body)
  try {
    const request = prepared.digestWanted ? await withDigest(context, prepared, signal) : prepared
    return { request, answer: await exchange(context, request, { signal, crcCheck, retries }) }
  } finally {
    prepared.body?.release()
  }
}

async function withDigest(
  { platform }: Context,
  request: PreparedRequest,
  signal: AbortSignal | undefined,
): Promise<PreparedRequest> {
  const { body } = request
  if (!body) return request
  if (!body.rewindable) {
    throw new CosClientError('validation', 'EnableMD5 needs a body that can be read twice; a stream can not.')
  }
  const md5 = platform.md5()
  const content = body.open()
  if (content instanceof Uint8Array) md5.update(content)
  else {
    for await (const chunk of content) {
      throwIfAborted(signal)
      md5.update(chunk)
    }
  }
  return { ...request, headers: [...request.headers, ['content-md5', md5.base64()]] }
}

function downloadPlan(context: Context, call: Call, reply: TransportReply): DownloadPlan {
  const { headers, status, body, decoded } = reply
  const { signal, crcCheck = context.settings.crcCheck } = call.options
  const isChecked = crcCheck && status === 200 && !decoded
  return {
    first: body,
    length: decoded ? undefined : contentLength(reply),
    sum: isChecked ? headers['x-cos-hash-crc64ecma'] : undefined,
    signal,
    retries: bodyRetries(context, call),
    resume: decoded || call.name !== 'getObject' ? undefined : resumer(context, call, reply),
  }
}

/** By the range where there is one: it tells even of a reply that was cut by something which mended its length. */
function contentLength(reply: TransportReply): number | undefined {
  const range = contentRange(reply)
  if (range) return range.last - range.first + 1
  const length = reply.headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** Asks for the rest of the very same bytes: the same version, and only if it has the same ETag. */
function resumer(context: Context, call: Call, reply: TransportReply): DownloadPlan['resume'] {
  const { headers, status } = reply
  const { etag } = headers
  const range = status === 206 ? contentRange(reply) : { first: 0, last: '' }
  if (etag === undefined || !range) return undefined
  const { Bucket, Key, VersionId, TrafficLimit } = call.input
  const version = headers['x-cos-version-id'] ?? VersionId
  return async (received) => {
    const Range = `bytes=${range.first + received}-${range.last}`
    const input = { Bucket, Key, TrafficLimit, VersionId: version, Range, IfMatch: etag }
    const { answer } = await perform(context, { ...call, input, retries: bodyRetries(context, call) })
    return continuation(answer.reply)
  }
}

function bodyRetries({ settings }: Context, { retries, bodyRetries }: Call): number {
  return bodyRetries ?? retries ?? settings.retries
}

/** A whole object would begin again at its first byte. */
function continuation({ status, body }: TransportReply): ReplyStream {
  if (status === 206) return body
  body.cancel()
  throw new CosClientError('body', 'The server did not answer with the range it was asked for.', {
    requestSent: true,
  })
}
