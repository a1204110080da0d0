// Uploads a source that can be read anywhere: in one request where that does, else in parts with a checkpoint.
import type { SourceToStore } from '../coding.js'
import type { Context } from '../context.js'
import { CosClientError, throwIfAborted } from '../errors.js'
import { settledOr } from './background.js'
import type { Checkpoint, CheckpointStore } from './checkpoint.js'
import { MIB, SIMPLE_BYTES_MAX } from './part-plan.js'
import { interruptible, threadCount } from './pool.js'
import { ProgressMeter } from './progress.js'
import { type Content, md5Of } from './upload-content.js'
import {
  checkLength,
  type StoredInput,
  type UploadMembers,
  type UploadOptions,
  type UploadOutput,
  uploadTarget,
} from './upload-input.js'
import { uploadParts } from './upload-parts.js'
import { readState } from './upload-record.js'
import type { SourceIdentity, UploadSource } from './upload-source.js'
import { uploadWhole } from './upload-whole.js'

export const PART_BYTES = 8 * MIB
export const THREADS = 5

/** Where an upload in parts is kept, and the name of this one there. */
export interface CheckpointPlace {
  readonly store: CheckpointStore
  readonly id: readonly string[]
}

export interface SourceUpload {
  /** Bucket, key and what is stored with the object. */
  readonly input: StoredInput
  readonly members: UploadMembers & { readonly ContentLength?: number | `${number}` | undefined }
  readonly source: UploadSource
  readonly checkpoints: CheckpointPlace | undefined
  /** Of a caller that uploads again when the source changes; default: one of its own. */
  readonly meter?: ProgressMeter
}

/** The source stays open. */
export async function uploadSource(
  context: Context,
  { input, members, source, checkpoints, meter: given }: SourceUpload,
  options: UploadOptions,
): Promise<UploadOutput> {
  const { PartSize, MAXThread, ContentMD5, ContentLength } = members
  const { signal } = options
  checkLength(ContentLength, source.size)
  checkSearch(context, options)
  const threads = threadCount(MAXThread, THREADS)
  const meter = given ?? meterOf(context, members, options)
  meter.setTotal(source.size)
  const isSimple = source.size <= SIMPLE_BYTES_MAX
  const isCoded = context.coding !== undefined
  if (ContentMD5 !== undefined && (isCoded || !isSimple)) {
    await assertDigest(context, contentOf(source), { ContentMD5, signal })
  }
  if (isSimple) {
    const stored = await asStored(context, { input, source }, undefined)
    const target = uploadTarget(context, stored.input, members)
    const whole = { target, content: contentOf(stored.source), meter }
    return uploadWhole(context, { ...whole, ContentMD5: isCoded ? undefined : ContentMD5 }, options)
  }
  throwIfAborted(signal)
  const checkpoint = checkpoints && (await openCheckpoint(checkpoints, signal))
  try {
    const size = { PartSize, defaultBytes: PART_BYTES }
    const stored = await asStored(context, { input, source }, readState(checkpoint?.saved)?.identity)
    const target = uploadTarget(context, stored.input, members)
    const plan = { target, source: stored.source, size, threads, checkpoint, meter }
    return await uploadParts(context, plan, options)
  } finally {
    // Disks may be slow, and nobody who aborted waits for them.
    if (checkpoint) await settledOr(context.background.track(checkpoint.release()), signal)
  }
}

async function asStored(
  { coding }: Context,
  upload: SourceToStore,
  earlier: SourceIdentity | undefined,
): Promise<SourceToStore> {
  return coding ? coding.encodeSource(upload, earlier) : upload
}

function contentOf(source: UploadSource): Content {
  const { size } = source
  return { length: size, open: () => source.read(0, size), whole: source.slice?.(0, size) }
}

async function assertDigest(
  { platform }: Context,
  content: Content,
  { ContentMD5, signal }: { readonly ContentMD5: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  if ((await md5Of(platform, content, signal)) === ContentMD5) return
  throw new CosClientError('checksum', 'ContentMD5 is not the MD5 of the content; nothing was sent.')
}

/** Parts of the same content are other bytes in each upload that encrypts it. */
function checkSearch({ coding }: Context, { findUploads }: UploadOptions): void {
  if (!coding || findUploads !== true) return
  const message = 'findUploads can not find uploads of encrypted content; a checkpoint goes on with one.'
  throw new CosClientError('validation', message)
}

export function meterOf(
  { platform }: Context,
  { progress_callback }: UploadMembers,
  { onProgress }: UploadOptions,
): ProgressMeter {
  return new ProgressMeter({ total: undefined, now: platform.now, onProgress, progress_callback })
}

/** One that opens too late is let go at once. */
async function openCheckpoint(
  { store, id }: CheckpointPlace,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const opening = store.open(id)
  try {
    return await (signal ? interruptible(opening, signal) : opening)
  } catch (error) {
    opening.then((late) => late.release()).catch(() => undefined)
    throw error
  }
}
