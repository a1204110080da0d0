// Copy sources in regions that this server does not serve: read from COS itself, with credentials kept for that.
import type { IncomingMessage } from 'node:http'
import type { Body, Call, StoredHeaders } from '@coset/core'
import { Fault, LIMITS, type Tag } from '@coset/model'
import { type CopySource, formatHttpDate } from '@coset/protocol'
import type { RemoteConfig } from './config.js'
import type { Context } from './handlers.js'
import { documentOf, type RemoteObject, refusalOf, sendRemote, unreachable } from './remote-request.js'

export interface RemoteSource {
  readonly body: Body
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  /** Of the whole object, when all of it was asked for. */
  readonly crc64: bigint | undefined
  /** Present when the source named one. */
  readonly versionId: string | undefined
  /** Asked for when they are needed; a caller who may read an object may still not read its tags. */
  readTags(): Promise<readonly Tag[]>
  /** Gives the connection up, if the body was not read to its end. */
  close(): void
}

export interface RemoteInput {
  readonly CopySource: CopySource
  readonly CopySourceIfMatch?: string | undefined
  readonly CopySourceIfNoneMatch?: string | undefined
  readonly CopySourceIfModifiedSince?: Date | undefined
  readonly CopySourceIfUnmodifiedSince?: Date | undefined
}

/** First and last byte. */
export interface SourceRange {
  readonly first: number
  readonly last: number
}

const METADATA_PREFIX = 'x-cos-meta-'
const STORED = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/**
 * Throws `AccessDenied` for anyone but the owner, whose credentials these are; `InvalidCopySource` when there are none
 * or they are refused; `ServiceUnavailable` when the other side fails; else what it answers, and what a source of
 * this server would throw.
 */
export async function openRemoteSource(
  { call, config }: Context,
  input: RemoteInput & { readonly Region: string },
  range: SourceRange | undefined,
): Promise<RemoteSource> {
  const { remote } = config
  if (call.principal.kind !== 'owner') throw new Fault('AccessDenied')
  if (!remote) throw withoutCredentials(input.Region, config.region)
  const { Bucket: bucket, Key: key, VersionId: versionId } = input.CopySource
  const object = { bucket, key, versionId, region: input.Region }
  const reply = await sendRemote(call, remote, { ...object, headers: conditionsOf(input, range) })
  if (reply.statusCode !== (range ? 206 : 200)) throw await refusalOf(reply, object)
  const close = () => void reply.destroy()
  try {
    assertSource(reply, range)
  } catch (error) {
    close()
    throw error
  }
  const crc64 = textHeader(reply, 'x-cos-hash-crc64ecma') ?? ''
  return {
    body: { stream: wholeBody(reply, object), length: lengthOf(reply) },
    headers: storedHeaders(reply),
    metadata: metadataOf(reply),
    crc64: !range && /^\d{1,20}$/.test(crc64) ? BigInt(crc64) : undefined,
    versionId: versionId && textHeader(reply, 'x-cos-version-id'),
    async readTags() {
      const isTagged = Number(textHeader(reply, 'x-cos-tagging-count') ?? 0) > 0
      return isTagged ? tagsOf(call, remote, object) : []
    },
    close,
  }
}

async function tagsOf(call: Call, remote: RemoteConfig, object: RemoteObject): Promise<readonly Tag[]> {
  const reply = await sendRemote(call, remote, { ...object, headers: [], subresource: 'tagging' })
  if (reply.statusCode !== 200) throw await refusalOf(reply, object)
  const document = await documentOf(reply).catch((cause: unknown) => {
    throw unreachable(object, cause)
  })
  const tags = document.children.find(({ name }) => name === 'TagSet')?.children ?? []
  return tags.map(({ children }) => {
    const textOf = (member: string) => children.find(({ name }) => name === member)?.text ?? ''
    return { Key: textOf('Key'), Value: textOf('Value') }
  })
}

function withoutCredentials(region: string, own: string): Fault {
  return new Fault('InvalidCopySource', {
    message:
      `The source is in ${region} and this server is ${own}. ` +
      'To copy from other regions it needs COSET_REMOTE_SECRET_ID and COSET_REMOTE_SECRET_KEY.',
  })
}

function conditionsOf(input: RemoteInput, range: SourceRange | undefined): readonly [string, string][] {
  const headers: [string, string][] = []
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) headers.push([name, value])
  }
  add('range', range && `bytes=${range.first}-${range.last}`)
  add('if-match', input.CopySourceIfMatch)
  add('if-none-match', input.CopySourceIfNoneMatch)
  add('if-modified-since', input.CopySourceIfModifiedSince && formatHttpDate(input.CopySourceIfModifiedSince))
  add(
    'if-unmodified-since',
    input.CopySourceIfUnmodifiedSince && formatHttpDate(input.CopySourceIfUnmodifiedSince),
  )
  return headers
}

/** What the other side does not refuse, but a copy does. */
function assertSource(reply: IncomingMessage, range: SourceRange | undefined): void {
  if ((lengthOf(reply) ?? 0) > LIMITS.copyBytesMax) {
    throw new Fault('InvalidCopySource', { message: 'The source is larger than 5 GB; copy it in parts.' })
  }
  if (textHeader(reply, 'x-cos-object-type') === 'appendable') {
    throw new Fault('InvalidCopySource', { message: 'An appendable object can not be copied.' })
  }
  if (!range) return
  // A read is given what there is of its range; a copy wants all of it.
  const [, first, last, size] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(textHeader(reply, 'content-range') ?? '') ?? []
  if (Number(first) === range.first && Number(last) === range.last) return
  throw new Fault('InvalidRange', { message: `The range goes beyond the ${size} bytes of the source.` })
}

async function* wholeBody(reply: IncomingMessage, object: RemoteObject): AsyncGenerator<Uint8Array> {
  try {
    yield* reply as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw unreachable(object, cause)
  }
}

function lengthOf(reply: IncomingMessage): number | undefined {
  const length = reply.headers['content-length']
  return length === undefined ? undefined : Number(length)
}

function storedHeaders(reply: IncomingMessage): StoredHeaders {
  const pairs = STORED.map((name) => [name, textHeader(reply, name)] as const)
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

function metadataOf(reply: IncomingMessage): Readonly<Record<string, string>> {
  const names = Object.keys(reply.headers).filter((name) => name.startsWith(METADATA_PREFIX))
  return Object.fromEntries(
    names.map((name) => [name.slice(METADATA_PREFIX.length), textHeader(reply, name) ?? '']),
  )
}

function textHeader(reply: IncomingMessage, name: string): string | undefined {
  const value = reply.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
