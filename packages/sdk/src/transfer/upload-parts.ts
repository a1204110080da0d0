// Uploads a source in parts: takes up what an earlier run left, sends what is missing, and joins it.
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosServiceError } from '../errors.js'
import { leftBehind } from './background.js'
import type { Checkpoint } from './checkpoint.js'
import {
  beginUpload,
  isGone,
  isSameTag,
  MultipartUpload,
  partError,
  type StoredPart,
} from './multipart-upload.js'
import { type Part, type PartSizeWish, partBytes, partsOf } from './part-plan.js'
import { runPool } from './pool.js'
import type { ProgressMeter } from './progress.js'
import { findUpload, verifiedPart } from './upload-claims.js'
import type { UploadOptions, UploadOutput, UploadTarget } from './upload-input.js'
import {
  attributesDigest,
  fits,
  orderedParts,
  readState,
  type UploadState,
  writeState,
} from './upload-record.js'
import type { UploadSource } from './upload-source.js'

/** The record is for parts whose checksums need not be read again, so it may lag behind by this. */
const SAVE_EVERY_MS = 1000
/** Times an upload is begun anew because somebody else ended it. */
const RESTARTS_MAX = 1

export interface PartsUpload {
  readonly target: UploadTarget
  readonly source: UploadSource
  readonly size: PartSizeWish
  /** Parts sent at a time. */
  readonly threads: number
  /** Held until this is settled; undefined where nothing is to be kept. */
  readonly checkpoint: Checkpoint | undefined
  readonly meter: ProgressMeter
}

/**
 * Rejects with the first error that is final, after which nothing is under way any more; when the signal fires, at
 * once, with kind `aborted`. What is left is then kept for another run, or given up, as the options say.
 */
export async function uploadParts(
  context: Context,
  plan: PartsUpload,
  options: UploadOptions,
): Promise<UploadOutput> {
  const uploader = new PartsUploader(context, plan, options)
  try {
    return await uploader.run()
  } catch (error) {
    await leftBehind(context.background, uploader.leave(error), options.signal)
    throw error
  }
}

class PartsUploader {
  readonly #context: Context
  readonly #plan: PartsUpload
  readonly #options: UploadOptions
  readonly #calls: CallOptions
  readonly #attributes: string
  /** What this run, or one before it, began; there is an upload to give up as long as there is one. */
  #state: UploadState | undefined
  /** ETags of parts that the server has, but whose content nobody compared yet. */
  #claims = new Map<number, string>()
  #savedAtMs = 0
  #bytesResumed = 0

  constructor(context: Context, plan: PartsUpload, options: UploadOptions) {
    this.#context = context
    this.#plan = plan
    this.#options = options
    this.#calls = { signal: options.signal, crcCheck: options.crcCheck }
    this.#attributes = attributesDigest(context.platform.sha1, plan.target.input)
    this.#state = readState(plan.checkpoint?.saved)
  }

  async run(): Promise<UploadOutput> {
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#attempt()
      } catch (error) {
        if (restarts >= RESTARTS_MAX || !isEndedByOthers(error)) throw await this.#explained(error)
        // Parts that somebody replaced are found when the list is read again.
        if (isGone(error)) this.#state = undefined
        this.#plan.meter.restart()
      }
    }
  }

  /** Gives the upload up, or keeps it for another run; never rejects. */
  async leave(error: unknown): Promise<void> {
    const { checkpoint } = this.#plan
    const isUseless = isOfKind(error, 'changed') || isGone(error)
    const { abortOnFailure = checkpoint === undefined } = this.#options
    if (!isUseless && !abortOnFailure) {
      await this.#save()
      return
    }
    const state = this.#state
    this.#state = undefined
    await Promise.all([
      checkpoint?.clear().catch(() => undefined),
      state && new MultipartUpload(this.#context, this.#plan.target, state.handle).giveUp(),
    ])
  }

  async #attempt(): Promise<UploadOutput> {
    const { source, checkpoint, meter } = this.#plan
    const stored = await this.#takeUp()
    const output = stored ?? (await this.#send())
    // The object is there: a record that stays only costs a look at it.
    await checkpoint?.clear().catch(() => undefined)
    if (stored) meter.resume(source.size)
    meter.finish()
    return { ...output, bytesResumed: stored ? source.size : this.#bytesResumed }
  }

  async #send(): Promise<UploadOutput> {
    const { source } = this.#plan
    const state = this.#state ?? (await this.#find()) ?? (await this.#begin())
    this.#state = state
    this.#resume(state)
    const upload = new MultipartUpload(this.#context, this.#plan.target, state.handle)
    await this.#sendMissing(upload, state)
    await source.verify()
    state.completing = true
    await this.#save()
    return upload.complete(orderedParts(state), this.#calls)
  }

  /**
   * Compares what is known of an earlier run with what the server has. Resolves to the object if that run had
   * completed it. Leaves no state where there is nothing to go on with.
   */
  async #takeUp(): Promise<UploadOutput | undefined> {
    const state = this.#state
    this.#claims = new Map()
    if (!state) return undefined
    const upload = new MultipartUpload(this.#context, this.#plan.target, state.handle)
    if (!fits(state, this.#plan.source, this.#attributes)) {
      // It is this transfer's own, and no use to anybody.
      void upload.giveUp()
      this.#state = undefined
      return undefined
    }
    try {
      await this.#compare(upload, state)
    } catch (error) {
      if (!isLost(error)) throw error
      this.#state = undefined
      if (isGone(error))
        return state.completing ? upload.completed(orderedParts(state), this.#calls) : undefined
      // Without the permission to list parts, an upload can be begun and completed, but not taken up.
      void upload.giveUp()
    }
    return undefined
  }

  async #compare(upload: MultipartUpload, state: UploadState): Promise<void> {
    const listed = await upload.storedParts(this.#calls)
    const known = new Map(state.parts)
    state.parts.clear()
    state.completing = false
    for (const { number, length } of partsOf(this.#plan.source.size, state.partBytes)) {
      const found = listed.get(number)
      if (found?.size !== length) continue
      const part = known.get(number)
      if (part && isSameTag(part.etag, found.etag) && part.length === length && part.crc64 !== undefined) {
        state.parts.set(number, part)
      } else this.#claims.set(number, found.etag)
    }
  }

  async #find(): Promise<UploadState | undefined> {
    const { target, source } = this.#plan
    if (this.#options.findUploads !== true) return undefined
    const found = await findUpload(this.#context, target, source, this.#calls)
    return found && (await this.#started(found.upload.handle, found.partBytes, found.parts))
  }

  async #begin(): Promise<UploadState> {
    const { target, source, size } = this.#plan
    const bytes = partBytes(source.size, size)
    return this.#started(await beginUpload(this.#context, target, this.#calls), bytes)
  }

  /** The record is there before the first part is sent: nothing is sent that could not be found again. */
  async #started(
    handle: UploadState['handle'],
    bytes: number,
    parts: ReadonlyMap<number, StoredPart> = new Map(),
  ): Promise<UploadState> {
    const { source, checkpoint } = this.#plan
    const state: UploadState = {
      handle,
      partBytes: bytes,
      identity: source.identity,
      attributes: this.#attributes,
      parts: new Map(parts),
      completing: false,
    }
    this.#state = state
    this.#savedAtMs = this.#context.platform.now()
    try {
      await checkpoint?.save(writeState(state))
    } catch (error) {
      // Nobody could ever come back to it.
      this.#state = undefined
      void new MultipartUpload(this.#context, this.#plan.target, handle).giveUp()
      throw error
    }
    return state
  }

  #resume({ parts }: UploadState): void {
    this.#bytesResumed = 0
    for (const { length } of parts.values()) this.#countResumed(length)
  }

  #countResumed(bytes: number): void {
    this.#bytesResumed += bytes
    this.#plan.meter.resume(bytes)
  }

  async #sendMissing(upload: MultipartUpload, state: UploadState): Promise<void> {
    const { threads, source } = this.#plan
    const { signal } = this.#options
    await runPool(missing(source.size, state), { limit: threads, signal }, async (part, poolSignal) => {
      try {
        const stored =
          (await this.#claimed(part, poolSignal)) ?? (await this.#sendPart(upload, part, poolSignal))
        state.parts.set(part.number, stored)
      } catch (error) {
        throw partError(error, part.number)
      }
      this.#saveSometimes()
    })
  }

  async #claimed(part: Part, signal: AbortSignal): Promise<StoredPart | undefined> {
    const etag = this.#claims.get(part.number)
    if (etag === undefined) return undefined
    const stored = await verifiedPart(this.#context, this.#plan.source, part, { etag, signal })
    if (stored) this.#countResumed(part.length)
    return stored
  }

  #sendPart(
    upload: MultipartUpload,
    { number, offset, length }: Part,
    signal: AbortSignal,
  ): Promise<StoredPart> {
    const { source, meter } = this.#plan
    const content = {
      length,
      open: () => source.read(offset, length),
      whole: source.slice?.(offset, length),
    }
    return upload.send(number, content, meter.part(), { ...this.#calls, signal })
  }

  /** Bytes that arrive as something else, or not at all, may be those of a source that changed under the upload. */
  async #explained(error: unknown): Promise<unknown> {
    const isSuspect = isOfKind(error, 'checksum') || isOfKind(error, 'body') || isOfKind(error, 'file')
    if (!isSuspect) return error
    return this.#plan.source.verify().then(
      () => error,
      (change: unknown) => change,
    )
  }

  #saveSometimes(): void {
    const now = this.#context.platform.now()
    if (now - this.#savedAtMs < SAVE_EVERY_MS) return
    this.#savedAtMs = now
    void this.#save()
  }

  /** What could not be written is only read again: the server's list has all parts. */
  async #save(): Promise<void> {
    if (this.#state) await this.#plan.checkpoint?.save(writeState(this.#state)).catch(() => undefined)
  }
}

function* missing(size: number, { partBytes: bytes, parts }: UploadState): Generator<Part> {
  for (const part of partsOf(size, bytes)) {
    if (!parts.has(part.number)) yield part
  }
}

function isOfKind(error: unknown, kind: CosClientError['kind']): boolean {
  return error instanceof CosClientError && error.kind === kind
}

/** The upload, or a part of it, is no longer what this run made of it. */
function isEndedByOthers(error: unknown): boolean {
  return isGone(error) || (error instanceof CosServiceError && error.code === 'InvalidPart')
}

function isLost(error: unknown): boolean {
  return isGone(error) || (error instanceof CosServiceError && error.code === 'AccessDenied')
}
