// Replies: bodies read whole, documents parsed, errors recognised.
import { Fault } from '@coset/model'
import {
  type CompiledOperation,
  decodeResponse,
  type Output,
  parseXml,
  type XmlElement,
} from '@coset/protocol'
import { CosClientError, CosServiceError, GarbledReplyError } from './errors.js'
import type { ReplyStream, TransportReply } from './transport.js'

/** Room for 1,000 versions whose keys are percent-encoded. */
const DOCUMENT_LIMITS = { bytesMax: 16 * 1024 * 1024, depthMax: 32, elementsMax: 200_000 }

type Redact = (text: string) => string

export interface ReplyContext {
  readonly compiled: CompiledOperation
  readonly redact: Redact
}

/** Throws a CosServiceError for every status but 2xx, and 303 where the request may have asked for it. */
export async function assertSuccess(reply: TransportReply, context: ReplyContext): Promise<void> {
  if (reply.status >= 200 && reply.status < 300) return
  if (reply.status === 303 && context.compiled.output.status !== undefined) return
  // The status is worth more than the reason why its explanation did not arrive.
  const bytes = await readWhole(reply.body).catch(() => new Uint8Array())
  throw serviceError(reply, context, bytes)
}

/** The document, or undefined for a reply without one. A 200 may turn out an error only in its document. */
export async function readDocument(
  reply: TransportReply,
  context: ReplyContext,
): Promise<XmlElement | undefined> {
  const bytes = skipSpace(await readWhole(reply.body))
  const { document: form } = context.compiled.output
  if (!form ? !looksLikeXml(bytes) : form.optional && bytes.length === 0) return undefined
  const document = parseDocument(bytes)
  if (document?.name === 'Error') throw serviceError(reply, context, bytes)
  if (!form) return undefined
  if (document?.name === form.root) return document
  const found = document ? `the root ${document.name}` : 'no XML document'
  throw new GarbledReplyError(`The reply to ${context.compiled.operation.name} has ${found}.`)
}

export function decodeReply(
  compiled: CompiledOperation,
  { status, headers }: TransportReply,
  document: XmlElement | undefined,
  options: { readonly decodeKeys: boolean },
): Output {
  const head = {
    status,
    header: (name: string) => headers[name],
    headersWithPrefix: (prefix: string) =>
      Object.entries(headers).filter(([name]) => name.startsWith(prefix)),
  }
  try {
    return decodeResponse(compiled, head, document, options)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const message = `The reply to ${compiled.operation.name} can not be read: ${cause.message}`
    throw new CosClientError('body', message, { cause, requestSent: true })
  }
}

async function readWhole(body: ReplyStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > DOCUMENT_LIMITS.bytesMax) {
      throw new CosClientError('body', 'The reply is larger than any document.', { requestSent: true })
    }
  }
  return joinChunks(chunks, length)
}

export function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks
  if (first && chunks.length === 1) return first
  const joined = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

/** Servers write white space before a document that takes long; no XML declaration may stand behind any. */
function skipSpace(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
  return bytes.subarray(start < 0 ? bytes.length : start)
}

function looksLikeXml(bytes: Uint8Array): boolean {
  return bytes[0] === 0x3c
}

function parseDocument(bytes: Uint8Array): XmlElement | undefined {
  try {
    return parseXml(bytes, DOCUMENT_LIMITS)
  } catch {
    return undefined
  }
}

function serviceError(
  reply: TransportReply,
  { compiled, redact }: ReplyContext,
  bytes: Uint8Array,
): CosServiceError {
  const { operation } = compiled
  const origin = redact(new TextDecoder().decode(bytes))
  const document = looksLikeXml(bytes) ? parseDocument(new TextEncoder().encode(origin)) : undefined
  const digest: Record<string, string> = {}
  if (document?.name === 'Error') {
    for (const child of document.children) digest[child.name.toLowerCase()] = child.text.trim()
  }
  const code =
    digest.code || reply.headers['x-cos-error-code'] || codeOfStatus(reply.status, operation.resource)
  return new CosServiceError({
    code,
    message: digest.message || reply.headers['x-cos-error-message'] || messageOf(code, reply.status),
    statusCode: reply.status,
    method: operation.method,
    headers: reply.headers,
    resource: digest.resource,
    requestId: reply.headers['x-cos-request-id'] ?? digest.requestid,
    traceId: reply.headers['x-cos-trace-id'] ?? digest.traceid,
    origin,
    digest,
  })
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  304: 'NotModified',
  400: 'BadRequest',
  403: 'AccessDenied',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  411: 'MissingContentLength',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  429: 'SlowDown',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
}

/** Errors of HEAD come without a document, and so do those of proxies. */
function codeOfStatus(status: number, resource: string): string {
  if (status === 404) return resource === 'object' ? 'NoSuchKey' : 'NoSuchBucket'
  return STATUS_CODES[status] ?? `HTTP${status}`
}

function messageOf(code: string, status: number): string {
  return `The server answered ${status} (${code}) without an explanation.`
}
