// Reading encrypted objects by single calls: heads, whole contents and ranges.
import { parseRange, resolveRange } from '@coset/model'
import type { Output } from '@coset/protocol'
import type { CallOptions } from '../context.js'
import { CosClientError, CosServiceError } from '../errors.js'
import type { Call } from '../execute.js'
import type { BodySource, ObjectBodyBase } from '../object-body.js'
import type { OperationInput, OperationOutput } from '../operations.js'
import { call } from '../transfer/call.js'
import { type EncryptedCalls, nameOf } from './encrypted-calls.js'
import type { Span } from './object-cipher.js'
import { type OpenContent, openContent } from './open-content.js'

type GetInput = OperationInput<'getObject'>
type GetOutput = OperationOutput<'getObject'>

/** Times that an object is looked at which is replaced between that and the reading. */
const LOOKS_MAX = 3

/** What headObject tells of how an object is stored. */
export interface EncryptionFacts {
  /** Its format by name. */
  readonly format: OpenContent['format']
  /** Whether what is read is known to be what was encrypted. */
  readonly authenticated: boolean
}

export async function headObject(calls: EncryptedCalls, { input, options }: Call): Promise<Output> {
  const members = input as OperationInput<'headObject'>
  const head = await call(calls.context, 'headObject', members, options)
  const content = await openContent(calls, head, nameOf(calls.context, members), options)
  if (!content) return { ...head, encryption: undefined }
  const { format, isAuthenticated } = content
  const encryption: EncryptionFacts = { format, authenticated: isAuthenticated }
  return { ...head, ...content.visible, encryption }
}

export async function getObject(calls: EncryptedCalls, { input, options }: Call): Promise<Output> {
  const members = input as GetInput
  const { Range } = members
  if (Range === undefined || Range === '') return getWhole(calls, members, options)
  if (parseRange(Range)) return getRange(calls, members, options)
  // Servers pass over what is no range; of several they may send a body that nobody could decrypt.
  if (Range.includes(',')) {
    throw new CosClientError('validation', 'Range may name one range of an encrypted object, not several.')
  }
  return getWhole(calls, { ...members, Range: undefined }, options)
}

async function getWhole(calls: EncryptedCalls, members: GetInput, options: CallOptions): Promise<Output> {
  const { Body, ...head } = await call(calls.context, 'getObject', members, options)
  try {
    const content = await openContent(calls, head, nameOf(calls.context, members), options)
    if (!content) return { ...head, Body }
    const whole = { offset: 0, length: content.size }
    return { ...head, ...content.visible, Body: decrypted(calls, Body, content, whole) }
  } catch (error) {
    Body.cancel()
    throw error
  }
}

/** Where a range lies, only the object's head tells; the content is then asked for only as it was. */
async function getRange(calls: EncryptedCalls, members: GetInput, options: CallOptions): Promise<Output> {
  const { Bucket, Key, VersionId } = members
  for (let looks = 1; ; looks++) {
    const head = await call(calls.context, 'headObject', { Bucket, Key, VersionId }, options)
    const content = await openContent(calls, head, nameOf(calls.context, members), options)
    try {
      const output = await getSeen(calls, { members, options, head, content })
      if (output) return output
    } catch (error) {
      const isReplaced = error instanceof CosServiceError && error.statusCode === 412
      if (!isReplaced || !isPinnedHere(members) || looks >= LOOKS_MAX) throw error
    }
    if (looks >= LOOKS_MAX) {
      const message = 'The object is replaced again and again; read it without Range.'
      throw new CosClientError('changed', message, { requestSent: true })
    }
  }
}

interface SeenObject {
  readonly members: GetInput
  readonly options: CallOptions
  readonly head: OperationOutput<'headObject'>
  readonly content: OpenContent | undefined
}

/** Undefined where something else came than what was looked at. */
async function getSeen(calls: EncryptedCalls, seen: SeenObject): Promise<Output | undefined> {
  const { members, options, head, content } = seen
  const { Range = '', VersionId = head.VersionId } = members
  const range = parseRange(Range)
  const part = content && range && resolveRange(range, content.size)
  const IfMatch = isPinnedHere(members) ? head.ETag : members.IfMatch
  const input = { ...members, VersionId, IfMatch, Range: content ? storedRange(content, part) : Range }
  const { Body, ...reply } = await call(calls.context, 'getObject', input, options)
  if (reply.ETag !== head.ETag) {
    Body.cancel()
    return undefined
  }
  if (!content || !part) return { ...reply, Body }
  return { ...ranged(reply, { content, part, Body }), Body: decrypted(calls, Body, content, part) }
}

/** A caller's own condition may name several states, so that what comes is compared again. */
function isPinnedHere({ IfMatch }: GetInput): boolean {
  return IfMatch === undefined || IfMatch === '*'
}

/** What nothing lies in is asked for beyond the end, so that the server refuses it in its own words. */
function storedRange(content: OpenContent, part: Span | undefined): string {
  if (!part) return `bytes=${content.storedSize}-`
  const { offset, length } = content.cover(part)
  return `bytes=${offset}-${offset + length - 1}`
}

function ranged(
  reply: Omit<GetOutput, 'Body'>,
  asked: { readonly content: OpenContent; readonly part: Span; readonly Body: ObjectBodyBase },
): Omit<GetOutput, 'Body'> {
  const { content, part, Body } = asked
  const { offset, length } = content.cover(part)
  if (reply.ContentRange !== `bytes ${offset}-${offset + length - 1}/${content.storedSize}`) {
    Body.cancel()
    const message = 'The server did not answer with the range it was asked for.'
    throw new CosClientError('body', message, { requestSent: true })
  }
  const ContentRange = `bytes ${part.offset}-${part.offset + part.length - 1}/${content.size}`
  return { ...reply, ...content.visible, ContentLength: part.length, ContentRange }
}

function decrypted(
  { context }: EncryptedCalls,
  body: ObjectBodyBase,
  content: OpenContent,
  part: Span,
): ObjectBodyBase {
  const source: BodySource = {
    async *chunks() {
      try {
        yield* content.decode(body, part)
      } finally {
        body.cancel()
      }
    },
    cancel: () => body.cancel(),
  }
  return context.platform.objectBody(source)
}
