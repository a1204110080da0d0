// From a call's input to a request that can be sent as often as needed. Nothing is sent from here.
import {
  type CompiledOperation,
  type CopySource,
  type DocumentForm,
  type EncodedRequest,
  encodeRequest,
  type Input,
  type Layout,
  type NameValue,
} from '@coset/protocol'
import { bucketName, type Target, targetOf } from './addressing.js'
import { type Body, bodyOf, bytesBody } from './body.js'
import { CosClientError, CosError } from './errors.js'
import { headerValue } from './header-text.js'
import type { Settings } from './options.js'

export interface PreparedRequest {
  readonly compiled: CompiledOperation
  readonly target: Target
  readonly query: readonly NameValue[]
  /** Checked and trimmed; without host, content-length and what signing adds. */
  readonly headers: readonly NameValue[]
  readonly body: Body | undefined
  /** Bytes of the body, by itself or by the caller's word. */
  readonly length: number | undefined
  /** The fields of its form, without what signing adds; undefined where the body is no form. */
  readonly form: readonly NameValue[] | undefined
  /** The name that the body has as the file of a form. */
  readonly fileName: string
  /** Whether Content-MD5 is still to be computed. */
  readonly digestWanted: boolean
  /** Whether listed keys are asked for percent-encoded, and decoded unseen. */
  readonly decodeKeys: boolean
}

const encoder = new TextEncoder()

/** `body` stands in for the input's own. Throws a CosClientError of kind `validation`. */
export function prepareRequest(
  settings: Settings,
  compiled: CompiledOperation,
  input: Input,
  body?: Body,
): PreparedRequest {
  const { input: layout, output, operation } = compiled
  const decodeKeys = output.encodable && (input.EncodingType ?? undefined) === undefined
  checkValues(input)
  for (const member of [...layout.queries, ...layout.headers]) checkRequired(member, input)
  if (layout.document) checkLists(layout.document, input)
  const filled = fillSource(settings, input)
  const encoded = encode(compiled, decodeKeys ? { ...filled, EncodingType: 'url' } : filled)
  const target = targetOf(settings, {
    bucket: layout.bucket === undefined ? undefined : (encoded.bucket ?? ''),
    key: layout.key === undefined ? undefined : (encoded.key ?? ''),
  })
  const headers = encoded.headers.filter(([name]) => name !== 'content-length').map(checkedHeader)
  const given = givenLength(encoded, input)
  const own = body ?? ownBody(layout.stream, input, encoded.document)
  if (encoded.document !== undefined) headers.push(['content-type', 'application/xml'])
  const isDigestGiven = headers.some(([name]) => name === 'content-md5')
  const digestWanted =
    !isDigestGiven && (operation.digestRequired || encoded.document !== undefined || isTrue(input.EnableMD5))
  const length = bodyLength(own, given)
  return {
    compiled,
    target,
    query: encoded.query,
    headers,
    body: own,
    length,
    form: encoded.form,
    fileName: input.FileName === undefined ? 'file' : String(input.FileName),
    digestWanted,
    decodeKeys,
  }
}

/** A form has no header of its content's length: its own is another. */
function givenLength({ headers, form }: EncodedRequest, { ContentLength }: Input): string | undefined {
  if (form) return ContentLength === undefined ? undefined : String(ContentLength)
  return headers.find(([name]) => name === 'content-length')?.[1]
}

/** A source without a region or host is where this client is. */
function fillSource({ region, endpoint, appId }: Settings, input: Input): Input {
  const source = input.CopySource as Partial<CopySource> | string | undefined
  if (source === undefined || typeof source === 'string') return input
  const { Bucket, Key, Region = region, Host } = source
  if (!Bucket || !Key) throw invalid('CopySource needs a Bucket and a Key, or is text.')
  const full = bucketName(Bucket, appId)
  const host = Host ?? (Region === undefined ? `${full}.${endpoint?.host}` : undefined)
  return { ...input, CopySource: { ...source, Bucket: full, Region, Host: host } }
}

function encode(compiled: CompiledOperation, input: Input): EncodedRequest {
  try {
    return encodeRequest(compiled, input)
  } catch (cause) {
    if (cause instanceof CosError) throw cause
    throw invalid(`The input of ${compiled.operation.name} can not be written.`, cause)
  }
}

function checkedHeader([name, text]: NameValue): NameValue {
  return [name, headerValue(name, text)]
}

function ownBody(stream: string | undefined, input: Input, document: string | undefined): Body | undefined {
  if (stream !== undefined) return bodyOf(input[stream])
  return document === undefined ? undefined : bytesBody(encoder.encode(document))
}

function bodyLength(body: Body | undefined, given: string | undefined): number | undefined {
  if (given === undefined || !body) return body?.length
  if (!/^\d{1,16}$/.test(given)) throw invalid('ContentLength must be a whole number of bytes.')
  const length = Number(given)
  if (body.length !== undefined && body.length !== length) {
    throw invalid(`ContentLength is ${length}, but the body has ${body.length} bytes.`)
  }
  return length
}

function checkValues(input: Input): void {
  for (const [name, value] of Object.entries(input)) {
    if (value instanceof Date && Number.isNaN(value.getTime())) throw invalid(`${name} is no valid date.`)
  }
}

/** Without its upload id, giving an upload up would be the deletion of an object. */
function checkRequired({ member, optional, shape }: Layout['queries'][number], input: Input): void {
  if (optional) return
  const value = input[member] ?? ''
  if (value === '') throw invalid(`${member} is missing.`)
  if (shape.kind !== 'integer' || isWithin(String(value), shape)) return
  throw invalid(`${member} must be a whole number from ${shape.min} to ${shape.max}.`)
}

function isWithin(text: string, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return /^-?\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max
}

/** A list that is too long would fail anyway, but only after all of it was sent. */
function checkLists(form: DocumentForm, input: Input): void {
  const { shape, member } = form
  const content = member === undefined ? input : input[member]
  if (content === undefined && form.optional) return
  if (shape.kind !== 'record' || typeof content !== 'object' || content === null) {
    throw invalid(`${member ?? form.root} must be an object.`)
  }
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.shape.kind === 'list') checkList(name, field.shape.max, (content as Input)[name] ?? [])
  }
}

function checkList(name: string, max: number, entries: unknown): void {
  if (!Array.isArray(entries)) throw invalid(`${name} must be an array.`)
  if (entries.length > max) {
    throw invalid(`${name} has ${entries.length} entries; one request takes at most ${max}.`)
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}

function invalid(message: string, cause?: unknown): CosClientError {
  return new CosClientError('validation', message, cause === undefined ? {} : { cause })
}
