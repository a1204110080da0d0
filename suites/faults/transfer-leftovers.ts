// What transfers may leave behind, and what not.
import { setTimeout as pause } from 'node:timers/promises'
import { CosServiceError } from '@coset/sdk'
import type { ProxyRecord } from '@coset/testkit'
import { filesIn, type World } from './transfer-world.js'

/** Disks may be slow, but not that slow. */
const TIDY_MS_MAX = 3000

/** Of a request that names one. */
export function uploadIdOf({ target }: ProxyRecord): string | undefined {
  return new URL(target, 'http://proxy').searchParams.get('uploadId') ?? undefined
}

/**
 * Every upload that is left was begun by a request whose reply got lost, so that nobody knows its name; or giving it
 * up was tried.
 */
export async function assertNoUploads(world: World): Promise<void> {
  const { records } = world.proxy
  const { Upload } = await world.direct.listMultipartUploads({ Bucket: world.Bucket })
  const named = new Set(records.map(uploadIdOf))
  const givenUp = new Set(records.filter(({ operation }) => operation === 'abort').map(uploadIdOf))
  const kept = Upload.filter(({ UploadId }) => named.has(UploadId) && !givenUp.has(UploadId))
  if (kept.length > 0) throw new Error('An upload is left that nobody tried to give up.')
  const nameless = Upload.filter(({ UploadId }) => !named.has(UploadId)).length
  const begun = records.filter(({ operation }) => operation === 'create')
  const lost = begun.reduce((sum, { served, fault }) => sum + served - (isHeard(fault) ? 1 : 0), 0)
  if (nameless > Math.max(0, lost)) {
    throw new Error(`${nameless} uploads are left that nobody used, but only ${lost} replies were lost.`)
  }
}

/** Whether the client got the name of an upload, even if it was not there any more to hear it. */
function isHeard(fault: ProxyRecord['fault']): boolean {
  return fault.kind === 'pass' || fault.kind === 'drip'
}

export interface PartAtServer {
  readonly number: number
  readonly size: number
  readonly etag: string
}

/** The parts of the upload that the client was at last; undefined when it is no more, or none was begun. */
export async function partsAtServer(world: World, Key: string): Promise<readonly PartAtServer[] | undefined> {
  const last = world.proxy.records.findLast(({ operation }) => operation === 'putPart')
  const UploadId = last && uploadIdOf(last)
  if (UploadId === undefined) return undefined
  try {
    const { Part } = await world.direct.listParts({ Bucket: world.Bucket, Key, UploadId })
    return Part.map(({ PartNumber, Size, ETag }) => ({ number: PartNumber, size: Size, etag: ETag }))
  } catch (error) {
    if (error instanceof CosServiceError && error.code === 'NoSuchUpload') return undefined
    throw error
  }
}

/** The folder soon holds these files and no other. */
export async function assertFiles(folder: string, wanted: readonly string[]): Promise<void> {
  const deadline = performance.now() + TIDY_MS_MAX
  for (;;) {
    const found = await filesIn(folder)
    if (found.join() === [...wanted].sort().join()) return
    if (performance.now() > deadline) {
      throw new Error(
        `The folder holds ${found.join(', ') || 'nothing'} instead of ${wanted.join(', ') || 'nothing'}.`,
      )
    }
    await pause(10)
  }
}
