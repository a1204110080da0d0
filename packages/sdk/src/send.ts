// One try of one request: signed for now, sent, its reply recognised as success or error.
import { type Crc64, type Crc64Engine, loadCrc64, type NameValue, urlEncode } from '@coset/protocol'
import { type Body, blobChunks } from './body.js'
import { assertRange } from './content-range.js'
import type { Context } from './context.js'
import { CosClientError } from './errors.js'
import type { Answer, ExchangeOptions } from './exchange.js'
import { type FormBody, formBody } from './form.js'
import { headerToWire } from './header-text.js'
import { assertSuccess, readDocument } from './reply.js'
import type { PreparedRequest } from './request.js'
import { interruptible } from './transfer/pool.js'
import type { TransportReply } from './transport.js'
import { UploadStream } from './upload-stream.js'
import { VERSION } from './version.js'

const USER_AGENT = `coset-sdk/${VERSION}`

/** Operations whose reply tells the CRC-64 of exactly the content that was sent. */
const SUMMED_OPERATIONS = new Set(['PutObject', 'PostObject', 'UploadPart'])

export async function sendOnce(
  context: Context,
  request: PreparedRequest,
  { signal, crcCheck }: ExchangeOptions,
): Promise<Answer> {
  const { compiled, target } = request
  const isSummed = crcCheck && SUMMED_OPERATIONS.has(compiled.operation.name)
  const content = await openContent(context, request, isSummed)
  try {
    const form = request.form && content.body && formBody(context, request, content.body)
    const reply = await context.transport.send({
      origin: target.origin,
      method: compiled.operation.method,
      path: target.path + queryText(request.query),
      headers: wireHeaders(context, request, form),
      body: form?.body ?? content.body,
      signal,
    })
    const replyContext = { compiled, redact: (text: string) => context.signer?.redact(text) ?? text }
    await assertSuccess(reply, replyContext)
    content.onSent()
    if (compiled.output.stream !== undefined) {
      assertRange(reply, request.headers.find(([name]) => name === 'range')?.[1])
      return { reply, document: undefined }
    }
    const document = await readDocument(reply, replyContext)
    await checkSum(reply, content, signal)
    return { reply, document }
  } finally {
    content.release()
  }
}

interface Content {
  readonly body: Uint8Array | Blob | UploadStream | undefined
  /** Of all that was sent; undefined when nobody wants it. */
  sum(): bigint | undefined | Promise<bigint>
  /** The server has it. */
  onSent(): void
  release(): void
}

const nothing = () => undefined
const NO_CONTENT: Content = { body: undefined, sum: nothing, onSent: nothing, release: nothing }

async function openContent(
  { transport }: Context,
  { body, length }: PreparedRequest,
  isSummed: boolean,
): Promise<Content> {
  if (!body) return NO_CONTENT
  const engine: Crc64Engine | undefined = isSummed ? await loadCrc64() : undefined
  if (transport.takesWhole && body.whole) return wholeContent(body, body.whole, engine)
  const source = body.open()
  if (source instanceof Uint8Array) return { ...NO_CONTENT, body: source, sum: () => engine?.of(source) }
  const crc: Crc64 | undefined = engine?.create()
  const upload = new UploadStream(source, length, crc)
  return { ...NO_CONTENT, body: upload, sum: () => crc?.digest(), release: () => upload.stop() }
}

/** What is sent unread is summed only once a reply tells a sum to compare with. */
function wholeContent(body: Body, whole: Uint8Array | Blob, engine: Crc64Engine | undefined): Content {
  return {
    ...NO_CONTENT,
    body: whole,
    sum() {
      if (!engine) return undefined
      return whole instanceof Uint8Array ? engine.of(whole) : sumOf(whole, engine)
    },
    onSent: () => body.onWholeSent?.(),
  }
}

async function sumOf(blob: Blob, engine: Crc64Engine): Promise<bigint> {
  const crc = engine.create()
  for await (const chunk of blobChunks(blob)) crc.update(chunk)
  return crc.digest()
}

async function checkSum(
  { headers }: TransportReply,
  content: Content,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stored = headers['x-cos-hash-crc64ecma']
  if (stored === undefined) return
  const sent = await interruptible(content.sum(), signal)
  if (sent === undefined || stored === sent.toString()) return
  const message = `The CRC-64 of what was sent is ${sent}, but the server stored ${stored}.`
  throw new CosClientError('checksum', message, { requestSent: true })
}

function queryText(query: readonly NameValue[]): string {
  if (query.length === 0) return ''
  const parts = query.map(([name, value]) => {
    const encoded = urlEncode(name)
    return value === '' ? encoded : `${encoded}=${urlEncode(value)}`
  })
  return `?${parts.join('&')}`
}

/** All headers of the request, signed, as the transport takes them. */
function wireHeaders(
  context: Context,
  request: PreparedRequest,
  form: FormBody | undefined,
): readonly string[] {
  const { compiled, target, query, body } = request
  const { clock } = context
  // A form carries its signature and token itself.
  const signer = form ? undefined : context.signer
  const length = form ? form.length : request.length
  const headers: NameValue[] = [['host', target.host], ...request.headers]
  if (form) headers.push(['content-type', form.contentType])
  if (body && length !== undefined) headers.push(['content-length', String(length)])
  const token = signer?.token()
  if (token !== undefined) headers.push(['x-cos-security-token', token])
  const wire = ['user-agent', USER_AGENT]
  if (signer) {
    const { method } = compiled.operation
    const signed = { method, path: target.signedPath, params: query, headers: headers.filter(isSigned) }
    wire.push('authorization', signer.authorize(signed, clock.keyTime()))
  }
  for (const [name, value] of headers) wire.push(name, headerToWire(value))
  return wire
}

const SIGNED_HEADERS = new Set(['host', 'content-md5', 'content-type', 'content-length', 'range'])

/** Proxies may touch the others on the way. */
function isSigned([name]: NameValue): boolean {
  return SIGNED_HEADERS.has(name) || name.startsWith('x-cos-') || name.startsWith('if-')
}
