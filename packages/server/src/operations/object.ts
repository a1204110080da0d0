import {
  type Conditions,
  getObject as get,
  type HeadResult,
  headObject as head,
  putObject as put,
  type ReadContent,
  deleteObject as remove,
  restoreStateOf,
} from '@coset/core'
import { Fault, quoteEtag } from '@coset/model'
import type { Context, Handler, ServerInput } from '../handlers.js'
import { paced, pacedBody, trafficRate } from '../pace.js'
import { headerValue } from './header-value.js'
import { objectAttributes } from './object-attributes.js'
import { restoreMembers } from './object-restore.js'

export const putObject: Handler<'putObject'> = async ({ call, store }, input) => {
  const attributes = objectAttributes(input)
  const result = await put(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    body:
      input.TrafficLimit === undefined ? input.Body : pacedBody(input.Body, input.TrafficLimit, call.signal),
    expected: { md5: input.ContentMD5, sha1: input.ContentSha1 },
    ...attributes,
  })
  return {
    ETag: quoteEtag(result.etag),
    Crc64: result.crc64,
    VersionId: result.versionId,
    StorageClass: attributes.storageClass,
  }
}

/** Of large content at a time: it passes through two buffers of this size, which serve again and again. */
const READ_BYTES = 512 * 1024

export const getObject: Handler<'getObject'> = async ({ call, store }, input) => {
  const rate = trafficRate(input.TrafficLimit)
  assertOverrides(call, input)
  // What is slowed is cut further, and kept for a while.
  const lentBytes = rate ? undefined : READ_BYTES
  const result = await get(call, store, { ...readOf(input), lentBytes })
  const content = rate ? slowContent(result.content, rate, call.signal) : result.content
  return attributesOf(call, result, input, content)
}

export const headObject: Handler<'headObject'> = async ({ call, store }, input) => {
  assertOverrides(call, input)
  return attributesOf(call, await head(call, store, readOf(input)), input, undefined)
}

export const deleteObject: Handler<'deleteObject'> = async ({ call, store }, input) => {
  const result = await remove(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    versionId: input.VersionId,
  })
  return { VersionId: result.versionId, DeleteMarker: result.deleteMarker ? true : undefined }
}

type ReadInput = ServerInput<'headObject'>

function readOf(input: ReadInput) {
  return {
    bucket: input.Bucket,
    key: input.Key,
    versionId: input.VersionId,
    range: input.Range,
    conditions: conditionsOf(input),
  }
}

function conditionsOf(input: ReadInput): Conditions {
  return {
    ifMatch: input.IfMatch,
    ifNoneMatch: input.IfNoneMatch,
    ifModifiedSince: input.IfModifiedSince,
    ifUnmodifiedSince: input.IfUnmodifiedSince,
  }
}

/** One literal for both, and no spread: this is the hottest path there is. */
function attributesOf<B extends ReadContent | undefined>(
  { clock }: Context['call'],
  result: HeadResult,
  input: ReadInput,
  body: B,
) {
  const { version, range, partial } = result
  const { headers, storageClass, tags } = version
  const restore = version.restore && restoreMembers(restoreStateOf(version, clock.now()))
  return {
    Body: body,
    ETag: quoteEtag(version.etag),
    LastModified: new Date(version.modifiedMs),
    ContentLength: range.length,
    CacheControl: overrideOf(input.ResponseCacheControl) ?? headers['cache-control'],
    ContentDisposition: overrideOf(input.ResponseContentDisposition) ?? headers['content-disposition'],
    ContentEncoding: overrideOf(input.ResponseContentEncoding) ?? headers['content-encoding'],
    ContentLanguage: overrideOf(input.ResponseContentLanguage) ?? headers['content-language'],
    ContentType:
      overrideOf(input.ResponseContentType) ?? headers['content-type'] ?? 'application/octet-stream',
    Expires: overrideOf(input.ResponseExpires) ?? headers.expires,
    Metadata: version.metadata,
    Crc64: version.crc64,
    VersionId: result.versionId,
    StorageClass: storageClass === 'STANDARD' ? undefined : storageClass,
    StorageTier: storageClass === 'INTELLIGENT_TIERING' ? 'FREQUENT' : undefined,
    Restore: restore?.Restore,
    RestoreStatus: restore?.RestoreStatus,
    ObjectType: version.appendable ? 'appendable' : 'normal',
    NextAppendPosition: version.appendable ? version.size : undefined,
    TaggingCount: tags.length > 0 ? tags.length : undefined,
    ContentRange: partial
      ? `bytes ${range.offset}-${range.offset + range.length - 1}/${version.size}`
      : undefined,
    AcceptRanges: 'bytes',
  }
}

function overrideOf(text: string | undefined): string | undefined {
  return headerValue(text, 'A response-* parameter')
}

/** Anonymous callers may not choose the headers under which our bytes are shown. */
function assertOverrides({ principal }: Context['call'], input: ReadInput): void {
  if (principal.kind !== 'anonymous') return
  const asked = Object.entries(input).some(
    ([name, value]) => name.startsWith('Response') && value !== undefined,
  )
  if (asked) {
    throw new Fault('InvalidRequest', { message: 'The response-* parameters need a signed request.' })
  }
}

function slowContent(content: ReadContent, rate: number, signal: AbortSignal): ReadContent {
  const stream = content.kind === 'stream' ? content.stream : once(content.bytes)
  return { kind: 'stream', stream: paced(stream, rate, signal) }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
