// Copies within the service: no byte passes through here, whatever the size.
import { LIMITS } from '@coset/model'
import { urlEncode } from '@coset/protocol'
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosServiceError, withNote } from '../errors.js'
import type { OperationInput, OperationOutput, ReplyHead } from '../operations.js'
import { withinClient } from './background.js'
import { call } from './call.js'
import {
  type CopyOrigin,
  type CopySourceClient,
  copyOrigin,
  headSource,
  isSourceGone,
  type SourceConditions,
  type SourceHead,
  sourceChanged,
} from './copy-origin.js'
import { copyParts, type UploadHeaders } from './copy-parts.js'
import { MIB, partBytes } from './part-plan.js'
import { threadCount } from './pool.js'
import { type OnProgress, type ProgressCallback, ProgressMeter } from './progress.js'

type CopyObjectInput = OperationInput<'copyObject'>

/** copyObject's input, and how to copy what is too large for one request. */
export type CopyInput = CopyObjectInput & {
  /** MB of a part, of 1,048,576 bytes: 1 to 5120. Default 64; more where 10,000 parts would not do. */
  readonly PartSize?: number | `${number}` | undefined
  /** Parts that are copied at a time. Default 5. */
  readonly MAXThread?: number | `${number}` | undefined
  readonly progress_callback?: ProgressCallback | undefined
}

export interface CopyOptions extends CallOptions {
  readonly onProgress?: OnProgress | undefined
  /**
   * A client of the source's region or server, for what has to be asked there: size, headers and tags of the source.
   * Default: this client; and where it has no `Endpoint`, one like it for the region that `CopySource` names.
   */
  readonly sourceClient?: CopySourceClient | undefined
  /** Sources of so many bytes or more are copied in parts. Default, and at most, 5 GiB. */
  readonly partsFromBytes?: number | undefined
  /** Give the upload up at the server when a copy in parts fails or is aborted. Default true. */
  readonly abortOnFailure?: boolean | undefined
}

/** Alike for copies by one request and those in parts. */
export interface CopyOutput extends ReplyHead {
  /** Quoted; of a copy in parts it is not that of the source. */
  readonly ETag: string
  /** CRC-64 of the object. */
  readonly Crc64: bigint | undefined
  /** The new version, while versioning is enabled. */
  readonly VersionId: string | undefined
  /** The version that was copied, where that is known. */
  readonly CopySourceVersionId: string | undefined
  /** Bytes of the object; undefined where the source could not be asked. */
  readonly bytes: number | undefined
  /** Parts it was copied in; 0 for a copy by one request. */
  readonly parts: number
}

const PART_BYTES = 64 * MIB
const THREADS = 5
/** What servers answer to a source that one request can not copy, among other things. */
const TOO_LARGE_CODES = new Set(['InvalidCopySource', 'EntityTooLarge', 'InvalidRequest'])

export function copy(context: Context, input: CopyInput, options: CopyOptions = {}): Promise<CopyOutput> {
  return withinClient(context.background, options.signal, async (signal) => {
    const plan = planCopy(context, input, { ...options, signal })
    const head = await headSource(plan.origin, conditionsOf(input), plan.calls)
    if (!head) return copyUnseen(context, plan)
    return copySeen(context, await codedPlan(context, plan, head), head)
  })
}

/** What is stored of encrypted content stays as it is, but who reads the copy needs its key: that is metadata. */
export async function codedPlan(context: Context, plan: CopyPlan, head: SourceHead): Promise<CopyPlan> {
  const { input, origin, options } = plan
  if (!context.coding) return plan
  const { Bucket, Key } = origin.source
  const copied = { input, source: { Bucket, Key }, head }
  return { ...plan, input: await context.coding.copyInput(copied, options) }
}

export interface CopyPlan {
  readonly origin: CopyOrigin
  readonly input: CopyObjectInput
  readonly options: CopyOptions
  readonly calls: CallOptions
  readonly partsFromBytes: number
  readonly PartSize: CopyInput['PartSize']
  readonly threads: number
  readonly meter: ProgressMeter
}

/** Throws a CosClientError of kind `validation`. */
export function planCopy(context: Context, given: CopyInput, options: CopyOptions): CopyPlan {
  const { PartSize, MAXThread, progress_callback, ...input } = given
  const { partsFromBytes = LIMITS.copyBytesMax, signal, crcCheck, onProgress } = options
  if (!(partsFromBytes >= 1 && partsFromBytes <= LIMITS.copyBytesMax)) {
    throw new CosClientError('validation', 'partsFromBytes must be from 1 to 5 GiB.')
  }
  isReplaced('CopyStatus', input.CopyStatus)
  isReplaced('TaggingDirective', input.TaggingDirective)
  partBytes(0, { PartSize, defaultBytes: PART_BYTES })
  return {
    origin: copyOrigin(context, input.CopySource, options.sourceClient),
    input,
    options,
    calls: { signal, crcCheck },
    partsFromBytes,
    PartSize,
    threads: threadCount(MAXThread, THREADS),
    meter: new ProgressMeter({ total: undefined, now: context.platform.now, onProgress, progress_callback }),
  }
}

/** Of a source that was looked at, and that is copied as it was then or not at all. */
export async function copySeen(context: Context, plan: CopyPlan, head: SourceHead): Promise<CopyOutput> {
  const { meter, partsFromBytes } = plan
  const size = head.ContentLength ?? 0
  meter.setTotal(size)
  const output =
    size >= partsFromBytes
      ? await copyInParts(context, plan, head)
      : await copyWhole(context, plan, { head, mayFollow: !context.coding })
  if (output.parts === 0) meter.part().add(size)
  meter.finish()
  return output
}

/** One request, which the server does as one: nothing has to be known of the source. */
async function copyUnseen(context: Context, { input, calls, meter }: CopyPlan): Promise<CopyOutput> {
  if (context.coding) throw unseenError()
  try {
    const copied = await call(context, 'copyObject', input, calls)
    meter.finish()
    return wholeOutput(copied, undefined, copied.CopySourceVersionId)
  } catch (error) {
    if (!(error instanceof CosServiceError) || !TOO_LARGE_CODES.has(error.code)) throw error
    const note = 'If the source has more than 5 GB, give a `sourceClient` that may ask for its size.'
    throw withNote(error, note)
  }
}

function unseenError(): CosClientError {
  const message =
    'The source can not be looked at, so that nobody knows its key. Give a `sourceClient` that may.'
  return new CosClientError('validation', message)
}

export interface WholeCopy {
  readonly head: SourceHead
  /** Whether a source that was replaced since then is copied all the same. */
  readonly mayFollow: boolean
}

export async function copyWhole(
  context: Context,
  { input, origin, calls }: CopyPlan,
  { head, mayFollow }: WholeCopy,
): Promise<CopyOutput> {
  const isPinned = !mayFollow || Object.keys(conditionsOf(input)).length === 0
  const asked = isPinned ? { ...input, ...pinnedTo(origin.source, head) } : input
  try {
    const copied = await call(context, 'copyObject', asked, calls)
    if (isPinned) assertSum(calls, context, { source: head.Crc64, copy: copied.CRC64 ?? copied.Crc64 })
    return wholeOutput(copied, head.ContentLength, copied.CopySourceVersionId ?? head.VersionId)
  } catch (error) {
    if (!isPinned || !isSourceGone(error)) throw error
    if (!mayFollow) throw sourceChanged(error)
    // One request copies one state of the source, so the new one is as good as that which was looked at.
    const copied = await call(context, 'copyObject', input, calls)
    return wholeOutput(copied, undefined, copied.CopySourceVersionId)
  }
}

/** In place of the caller's conditions, which held when the source was looked at: COS takes no such pair of them. */
export function pinnedTo(CopySource: CopyOrigin['source'], { ETag }: SourceHead) {
  return {
    CopySource,
    CopySourceIfMatch: ETag,
    CopySourceIfNoneMatch: undefined,
    CopySourceIfModifiedSince: undefined,
    CopySourceIfUnmodifiedSince: undefined,
  }
}

async function copyInParts(context: Context, plan: CopyPlan, head: SourceHead): Promise<CopyOutput> {
  const { origin, input, options, calls, PartSize, threads, meter } = plan
  const size = head.ContentLength ?? 0
  const { completed, parts } = await copyParts(
    context,
    {
      origin,
      head,
      target: await uploadHeaders(plan, head),
      size,
      partBytes: partBytes(size, { PartSize, defaultBytes: PART_BYTES }),
      threads,
      abortOnFailure: options.abortOnFailure ?? true,
      meter,
    },
    calls,
  )
  const { ETag, VersionId, statusCode, requestId, headers } = completed
  const Crc64 = completed.Crc64 ?? (await sumOf(context, input, VersionId, calls))
  assertSum(calls, context, { source: head.Crc64, copy: Crc64 })
  const CopySourceVersionId = head.VersionId
  return { ETag, Crc64, VersionId, CopySourceVersionId, bytes: size, parts, statusCode, requestId, headers }
}

/** A reply that took long begins before the sum is known. A client that may not look does without. */
async function sumOf(
  context: Context,
  { Bucket, Key }: CopyObjectInput,
  VersionId: string | undefined,
  calls: CallOptions,
): Promise<bigint | undefined> {
  const found = await call(context, 'headObject', { Bucket, Key, VersionId }, calls).catch(
    (error: unknown) => {
      if (error instanceof CosServiceError) return undefined
      throw error
    },
  )
  return found?.Crc64
}

/** What an upload has to be told, as it does not see the source: what copyObject would take from there. */
async function uploadHeaders({ input, origin, calls }: CopyPlan, head: SourceHead): Promise<UploadHeaders> {
  const { CopySource, CopyStatus, TaggingDirective, ...own } = input
  const { Bucket, Key, StorageClass, ForbidOverwrite } = own
  const { ACL, GrantRead, GrantReadAcp, GrantWriteAcp, GrantFullControl } = own
  const access = { ACL, GrantRead, GrantReadAcp, GrantWriteAcp, GrantFullControl }
  const from = isReplaced('CopyStatus', CopyStatus) ? own : head
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = from
  const { ContentType, Expires, Metadata } = from
  const stored = { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Expires }
  const Tagging = isReplaced('TaggingDirective', TaggingDirective)
    ? own.Tagging
    : await tagsOf(origin, head, calls)
  return { Bucket, Key, StorageClass, ForbidOverwrite, ...access, ...stored, Metadata, Tagging }
}

async function tagsOf(
  { source, client }: CopyOrigin,
  head: SourceHead,
  calls: CallOptions,
): Promise<string | undefined> {
  if (!head.TaggingCount || !client) return undefined
  const { Bucket, Key } = source
  const VersionId = head.VersionId ?? source.VersionId
  const { TagSet } = await client.getObjectTagging({ Bucket, Key, VersionId }, calls)
  return TagSet.map((tag) => `${urlEncode(tag.Key)}=${urlEncode(tag.Value)}`).join('&')
}

function wholeOutput(
  copied: OperationOutput<'copyObject'>,
  bytes: number | undefined,
  CopySourceVersionId: string | undefined,
): CopyOutput {
  const { ETag, VersionId, statusCode, requestId, headers } = copied
  const Crc64 = copied.CRC64 ?? copied.Crc64
  return { ETag, Crc64, VersionId, CopySourceVersionId, bytes, parts: 0, statusCode, requestId, headers }
}

/** Those that the caller gave. */
export function conditionsOf(input: CopyObjectInput): SourceConditions {
  const { CopySourceIfMatch, CopySourceIfNoneMatch } = input
  const { CopySourceIfModifiedSince, CopySourceIfUnmodifiedSince } = input
  return {
    ...(CopySourceIfMatch !== undefined && { CopySourceIfMatch }),
    ...(CopySourceIfNoneMatch !== undefined && { CopySourceIfNoneMatch }),
    ...(CopySourceIfModifiedSince !== undefined && { CopySourceIfModifiedSince }),
    ...(CopySourceIfUnmodifiedSince !== undefined && { CopySourceIfUnmodifiedSince }),
  }
}

/** COS takes its two words in any case. Throws for any other, which would be taken for `Copy` where it is not sent. */
export function isReplaced(name: string, directive: string | undefined): boolean {
  const word = directive?.toLowerCase() ?? 'copy'
  if (word === 'copy' || word === 'replaced') return word === 'replaced'
  throw new CosClientError('validation', `${name} must be Copy or Replaced.`)
}

function assertSum(
  { crcCheck }: CallOptions,
  { settings }: Context,
  sums: { readonly source: bigint | undefined; readonly copy: bigint | undefined },
): void {
  const { source, copy: copied } = sums
  if (!(crcCheck ?? settings.crcCheck) || source === undefined || copied === undefined || source === copied) {
    return
  }
  const message = `The CRC-64 of the source is ${source}, but that of the copy is ${copied}: do not use the copy.`
  throw new CosClientError('checksum', message, { requestSent: true })
}
