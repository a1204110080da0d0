// Moves: a copy, and then the deletion of what was copied and nothing else.
import type { CopySource } from '@coset/protocol'
import { bucketName } from '../addressing.js'
import type { Context } from '../context.js'
import { CosClientError, CosServiceError, isFailure, withNote } from '../errors.js'
import { isTransient, retryDelayMs } from '../retry.js'
import { withinClient } from './background.js'
import {
  type CopyInput,
  type CopyOptions,
  type CopyOutput,
  type CopyPlan,
  codedPlan,
  copySeen,
  copyWhole,
  planCopy,
} from './copy.js'
import { type CopyOrigin, headSource, type SourceHead, sourceChanged } from './copy-origin.js'

/** Of the copy, and of the source that is gone. */
export interface MoveObjectOutput extends CopyOutput {
  /** The delete marker that hides the source, while versioning is enabled there. */
  readonly DeleteMarkerVersionId: string | undefined
}

export function moveObject(
  context: Context,
  input: CopyInput,
  options: CopyOptions = {},
): Promise<MoveObjectOutput> {
  return withinClient(context.background, options.signal, (signal) =>
    move(context, input, { ...options, signal }),
  )
}

async function move(context: Context, input: CopyInput, options: CopyOptions): Promise<MoveObjectOutput> {
  const plan = planCopy(context, input, options)
  assertElsewhere(context, plan)
  const { origin, calls } = plan
  const head = await headSource(origin, plan.input, calls)
  if (!head) throw unseenError()
  const copied = await copyThis(context, await codedPlan(context, plan, head), head)
  try {
    const DeleteMarkerVersionId = await deleteSource(context, plan, head)
    plan.meter.finish()
    return { ...copied, DeleteMarkerVersionId }
  } catch (error) {
    throw deletionError(error)
  }
}

async function copyThis(context: Context, plan: CopyPlan, head: SourceHead): Promise<CopyOutput> {
  const size = head.ContentLength ?? 0
  if (size >= plan.partsFromBytes) return copySeen(context, plan, head)
  plan.meter.setTotal(size)
  const copied = await copyWhole(context, plan, { head, mayFollow: false })
  plan.meter.part().add(size)
  return copied
}

/**
 * A version that the caller named is removed for good. Else the key is deleted, but only while it still has what was
 * copied: that is looked at before each try, and no try follows another unseen, as a request whose reply was lost
 * may have been carried out, and the next one would meet what came since.
 */
async function deleteSource(
  { platform, clock, settings }: Context,
  { origin, calls }: CopyPlan,
  head: SourceHead,
): Promise<string | undefined> {
  for (let retries = 0; ; retries++) {
    if (!(await isStillThere({ origin, calls }, head))) return undefined
    try {
      return await deleteOnce(origin, calls)
    } catch (error) {
      if (!isFailure(error) || !isTransient(error) || retries >= settings.retries) throw error
      await platform.sleep(retryDelayMs(retries, error, platform.random, clock.nowMs()), calls.signal)
    }
  }
}

async function deleteOnce(
  { source, once }: CopyOrigin,
  calls: CopyPlan['calls'],
): Promise<string | undefined> {
  const { Bucket, Key, VersionId } = source
  const deleted = await once?.deleteObject({ Bucket, Key, VersionId }, calls)
  return VersionId === undefined && deleted?.DeleteMarker ? deleted.VersionId : undefined
}

/** False when it is gone already. Throws with kind `changed` when there is something else. */
async function isStillThere(
  { origin, calls }: Pick<CopyPlan, 'origin' | 'calls'>,
  copied: SourceHead,
): Promise<boolean> {
  try {
    const now = await headSource(origin, {}, calls)
    if (!now) throw unseenError()
    const isSame = now.ETag === copied.ETag && now.VersionId === copied.VersionId
    if (isSame && now.LastModified.getTime() === copied.LastModified.getTime()) return true
  } catch (error) {
    if (error instanceof CosServiceError && error.statusCode === 404) return false
    throw error
  }
  throw sourceChanged()
}

function assertElsewhere({ settings }: Context, { origin, input }: CopyPlan): void {
  const { source, isHere } = origin
  if (!isHere || !isSameObject(source, { ...input, Bucket: bucketName(input.Bucket, settings.appId) })) return
  throw new CosClientError('validation', 'An object can not be moved onto itself.')
}

function isSameObject(
  source: CopySource,
  target: { readonly Bucket: string; readonly Key: string },
): boolean {
  return source.Bucket === target.Bucket && source.Key === target.Key
}

function unseenError(): CosClientError {
  const message =
    'The source can not be looked at, and nothing is deleted unseen. Give a `sourceClient` that may read it.'
  return new CosClientError('validation', message)
}

function deletionError(error: unknown): unknown {
  const note = 'The copy was made; the source was not deleted.'
  return isFailure(error) ? withNote(error, note) : error
}
