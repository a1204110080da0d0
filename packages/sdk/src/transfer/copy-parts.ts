// Copies in parts: of objects that are too large for one request.
import type { CopySource } from '@coset/protocol'
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosServiceError, ofPart } from '../errors.js'
import type { OperationInput, OperationOutput } from '../operations.js'
import { settledOr } from './background.js'
import { call, partRetries } from './call.js'
import { type CopyOrigin, isSourceGone, type SourceHead, sourceChanged } from './copy-origin.js'
import { beginUpload, MultipartUpload } from './multipart-upload.js'
import { type Part, partsOf } from './part-plan.js'
import { runPool } from './pool.js'
import type { ProgressMeter } from './progress.js'
import { uploadTarget } from './upload-input.js'

export type UploadHeaders = OperationInput<'createMultipartUpload'>

export interface PartsCopy {
  readonly origin: CopyOrigin
  /** Of the source; the parts are taken from this very state of it. */
  readonly head: SourceHead
  /** What the object is to be. */
  readonly target: UploadHeaders
  readonly size: number
  readonly partBytes: number
  readonly threads: number
  readonly abortOnFailure: boolean
  readonly meter: ProgressMeter
}

type Completed = OperationOutput<'completeMultipartUpload'>
type ListedPart = { readonly PartNumber: number; readonly ETag: string }

export async function copyParts(
  context: Context,
  copy: PartsCopy,
  options: CallOptions,
): Promise<{ readonly completed: Completed; readonly parts: number }> {
  const target = uploadTarget(context, copy.target, {})
  const begun = new MultipartUpload(context, target, await beginUpload(context, target, options))
  const { Bucket, Key, ForbidOverwrite } = copy.target
  const upload = { Bucket, Key, UploadId: begun.handle.id }
  try {
    const Part = await copyEach(context, copy, upload, options)
    const completed = await call(
      context,
      'completeMultipartUpload',
      { ...upload, MultipartUpload: { Part }, ForbidOverwrite },
      { ...options, retries: partRetries(context) },
    )
    return { completed, parts: Part.length }
  } catch (error) {
    // Nobody waits for it who aborted, and its failure does not hide why it came to this.
    if (copy.abortOnFailure) await settledOr(begun.giveUp(), options.signal)
    throw error
  }
}

type Upload = Pick<OperationInput<'uploadPartCopy'>, 'Bucket' | 'Key' | 'UploadId'>

async function copyEach(
  context: Context,
  copy: PartsCopy,
  upload: Upload,
  options: CallOptions,
): Promise<readonly ListedPart[]> {
  const { origin, head, size, partBytes, threads, meter } = copy
  const source: CopySource = { ...origin.source, VersionId: head.VersionId ?? origin.source.VersionId }
  const listed: ListedPart[] = []
  const pool = { limit: threads, signal: options.signal }
  await runPool(partsOf(size, partBytes), pool, async (part, signal) => {
    const pinned = { ...upload, CopySource: source, CopySourceIfMatch: head.ETag }
    const ETag = await copyPart(context, part, pinned, { ...options, signal })
    listed.push({ PartNumber: part.number, ETag })
    meter.part().add(part.length)
  })
  return listed.sort((a, b) => a.PartNumber - b.PartNumber)
}

async function copyPart(
  context: Context,
  { number, offset, length }: Part,
  input: Omit<OperationInput<'uploadPartCopy'>, 'PartNumber'>,
  options: CallOptions,
): Promise<string> {
  const CopySourceRange = `bytes=${offset}-${offset + length - 1}`
  const numbered = { ...input, PartNumber: number, CopySourceRange }
  try {
    const retries = partRetries(context)
    const { ETag } = await call(context, 'uploadPartCopy', numbered, { ...options, retries })
    return ETag
  } catch (error) {
    if (isSourceGone(error)) throw ofPart(sourceChanged(error), number)
    if (error instanceof CosServiceError) throw ofPart(error, number)
    if (error instanceof CosClientError && error.kind !== 'aborted') throw ofPart(error, number)
    throw error
  }
}
