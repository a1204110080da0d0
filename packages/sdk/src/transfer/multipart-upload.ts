// One multipart upload at the server: begun, filled, completed, given up.
import { loadCrc64 } from '@coset/protocol'
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosServiceError, isFailure, ofPart, throwIfAborted } from '../errors.js'
import type { OperationOutput } from '../operations.js'
import { isTransient, retryDelayMs } from '../retry.js'
import { settledOr } from './background.js'
import { call, partRetries } from './call.js'
import { interruptible } from './pool.js'
import type { PartMeter } from './progress.js'
import { type Content, md5Of, meteredBody, sentIntact } from './upload-content.js'
import { isGone } from './upload-failures.js'
import { type UploadOutput, type UploadTarget, uploadOutput } from './upload-input.js'

/** A part that the server has. */
export interface StoredPart {
  readonly number: number
  /** Bytes. */
  readonly length: number
  /** Quoted, as the server told it. */
  readonly etag: string
  /** Undefined where the server did not tell. */
  readonly crc64: bigint | undefined
}

/** What there is to know of an upload in order to go on with it. */
export interface UploadHandle {
  readonly id: string
  /** When it was begun, by the server's clock, in milliseconds since 1970. */
  readonly startedMs: number
}

/** Longest that giving up an upload goes on in the background. */
const GIVE_UP_MS_MAX = 30_000
/** Longest that the name of an upload is waited for that is to be given up. */
const LATE_REPLY_MS_MAX = 5000

/**
 * Begins an upload. A reply that was lost is asked for again, as nothing else would let the transfer go on: what
 * the server began then is an upload without parts, which takes no room. When the signal fires meanwhile, the reply
 * is waited for in the background, and the upload given up.
 */
export async function beginUpload(
  context: Context,
  target: UploadTarget,
  { signal }: CallOptions,
): Promise<UploadHandle> {
  throwIfAborted(signal)
  const late = new AbortController()
  const begun = begin(context, target, late.signal)
  try {
    return await (signal ? interruptible(begun, signal) : begun)
  } catch (error) {
    if (signal?.aborted) {
      const dropped = begun.then((handle) => new MultipartUpload(context, target, handle).giveUp())
      const left = settledOr(dropped, AbortSignal.timeout(LATE_REPLY_MS_MAX))
      context.background.track(left.then(() => late.abort(signal.reason)))
    }
    throw error
  }
}

async function begin(context: Context, { input }: UploadTarget, signal: AbortSignal): Promise<UploadHandle> {
  const { UploadId, headers } = await persistent(context, signal, () =>
    call(context, 'createMultipartUpload', input, { signal }),
  )
  const told = Date.parse(headers.date ?? '')
  return { id: UploadId, startedMs: Number.isNaN(told) ? context.clock.nowMs() : told }
}

/** Times of replies and objects are in whole seconds, and need not come from the same machine. */
const CLOCK_DIFFERENCE_MS = 2000

export class MultipartUpload {
  readonly handle: UploadHandle
  readonly #context: Context
  readonly #target: UploadTarget

  constructor(context: Context, target: UploadTarget, handle: UploadHandle) {
    this.#context = context
    this.#target = target
    this.handle = handle
  }

  /** Sends one part; again, a few times, when it is damaged on its way. */
  async send(number: number, content: Content, meter: PartMeter, options: CallOptions): Promise<StoredPart> {
    const { TrafficLimit, enableMd5 } = this.#target
    const ContentMD5 = enableMd5 ? await md5Of(this.#context.platform, content, options.signal) : undefined
    const body = meteredBody(content, meter)
    const input = { ...this.#address, PartNumber: number, Body: '', ContentMD5, TrafficLimit }
    const retries = partRetries(this.#context)
    const { ETag, Crc64 } = await sentIntact(
      () => call(this.#context, 'uploadPart', input, { ...options, body, retries }),
      enableMd5,
    )
    assertTold(ETag)
    return { number, length: content.length, etag: ETag, crc64: Crc64 }
  }

  /** Every part the server has, by its number. */
  async storedParts(options: CallOptions): Promise<ReadonlyMap<number, { etag: string; size: number }>> {
    const parts = new Map<number, { etag: string; size: number }>()
    for (let marker = 0; ; ) {
      const input = { ...this.#address, PartNumberMarker: marker }
      const page = await call(this.#context, 'listParts', input, options)
      for (const { PartNumber, ETag, Size } of page.Part) parts.set(PartNumber, { etag: ETag, size: Size })
      const next = page.NextPartNumberMarker ?? 0
      // Each page must lead on, or the list would never end.
      if (!page.IsTruncated || next <= marker) return parts
      marker = next
    }
  }

  /**
   * Joins the parts. An upload that is no more may be one whose completion was asked for before: its object then
   * is what was sent. Rejects with kind `checksum` when the server holds something else.
   */
  async complete(parts: readonly StoredPart[], options: CallOptions): Promise<UploadOutput> {
    const input = {
      ...this.#address,
      MultipartUpload: { Part: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
      ForbidOverwrite: this.#target.input.ForbidOverwrite,
    }
    const retries = partRetries(this.#context)
    const extras = { ...options, retries }
    try {
      const output = await call(this.#context, 'completeMultipartUpload', input, extras)
      await this.#checkSum(output, parts, options)
      return uploadOutput(output, output.Location, this.handle.id)
    } catch (error) {
      const found = isGone(error) ? await this.completed(parts, options) : undefined
      if (!found) throw error
      return found
    }
  }

  /** The object, if it is what completing these parts makes: of their content, and no older than the upload. */
  async completed(parts: readonly StoredPart[], options: CallOptions): Promise<UploadOutput | undefined> {
    const sum = await sumOf(parts)
    const head = await this.#head(options)
    if (!head || sum === undefined || head.Crc64 !== sum) return undefined
    const size = parts.reduce((bytes, { length }) => bytes + length, 0)
    const isOlder = head.LastModified.getTime() < this.handle.startedMs - CLOCK_DIFFERENCE_MS
    if (head.ContentLength !== size || isOlder) return undefined
    return uploadOutput(head, this.#target.location, this.handle.id)
  }

  /** Deletes the upload and its parts; goes on in the background, for a bounded time, and never rejects. */
  giveUp(): Promise<void> {
    const signal = AbortSignal.timeout(GIVE_UP_MS_MAX)
    const asked = persistent(this.#context, signal, () =>
      call(this.#context, 'abortMultipartUpload', this.#address, { signal }),
    )
    // Nobody is left to tell; what remains is for a lifecycle rule, and the guide says so.
    return this.#context.background.track(
      asked.then(
        () => undefined,
        () => undefined,
      ),
    )
  }

  get #address() {
    const { Bucket, Key } = this.#target.input
    return { Bucket, Key, UploadId: this.handle.id }
  }

  /** Where the reply did not tell the object's checksum, it is asked for. */
  async #checkSum(
    { ETag, Crc64, VersionId }: OperationOutput<'completeMultipartUpload'>,
    parts: readonly StoredPart[],
    options: CallOptions,
  ): Promise<void> {
    const sum = await sumOf(parts)
    if (sum === undefined || !(options.crcCheck ?? this.#context.settings.crcCheck)) return
    const stored = Crc64 ?? (await this.#sumOfObject(ETag, VersionId, options))
    if (stored === undefined || stored === sum) return
    const message = `The CRC-64 of what was sent is ${sum}, but the server stored ${stored}. Upload it again.`
    throw new CosClientError('checksum', message, { requestSent: true })
  }

  /** Undefined when it can not be known, such as when the object was replaced since. */
  async #sumOfObject(
    etag: string,
    version: string | undefined,
    options: CallOptions,
  ): Promise<bigint | undefined> {
    const head = await this.#head(options, version)
    return head && isSameTag(head.ETag, etag) ? head.Crc64 : undefined
  }

  /** Undefined where there is no object, or none that may be looked at. */
  async #head(options: CallOptions, VersionId?: string): Promise<OperationOutput<'headObject'> | undefined> {
    const { Bucket, Key } = this.#target.input
    try {
      return await call(this.#context, 'headObject', { Bucket, Key, VersionId }, options)
    } catch (error) {
      const isUnknown = error instanceof CosServiceError && [403, 404, 405].includes(error.statusCode)
      if (isUnknown) return undefined
      throw error
    }
  }
}

/** The error, which tells of the part it came from. */
export function partError(error: unknown, number: number): unknown {
  return isFailure(error) ? ofPart(error, number) : error
}

/** The checksum of all parts joined; undefined if one is not known. */
async function sumOf(parts: readonly StoredPart[]): Promise<bigint | undefined> {
  const { combine, of } = await loadCrc64()
  let sum = of(new Uint8Array())
  for (const { crc64, length } of parts) {
    if (crc64 === undefined) return undefined
    sum = combine(sum, crc64, length)
  }
  return sum
}

/** Tries again what the SDK by itself would not, as it may have been done although its reply was lost. */
async function persistent<T>(
  context: Context,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const { platform, clock, retryBudget } = context
  for (let failures = 0; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      const mayHelp = isFailure(error) && isTransient(error) && failures < partRetries(context)
      if (!mayHelp || !retryBudget.take(error)) throw error
      await platform.sleep(retryDelayMs(failures, error, platform.random, clock.nowMs()), signal)
    }
  }
}

/** Browsers keep headers from a page that no rule exposes, and without it the parts can not be joined. */
function assertTold(etag: string | undefined): void {
  if (etag) return
  const message =
    'The reply has no ETag. To a page, the CORS rule of the bucket must expose it (ExposeHeader).'
  throw new CosClientError('body', message, { requestSent: true })
}

/** Not every reply of every server has them in quotes. */
export function isSameTag(a: string, b: string): boolean {
  return a.replaceAll('"', '') === b.replaceAll('"', '')
}
